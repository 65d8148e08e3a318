// A route: which requests it takes, which upstream they go to, and how they are inspected. Compiled from configuration.
import type { Limits } from './limits.ts';
import type { Mode } from './record.ts';

/** What happens when inspection cannot give its normal answer. */
export interface Answers {
  readonly bodyOverLimit: 'block' | 'allow';
  readonly undecodable: 'block' | 'allow';
  readonly detectorError: 'block' | 'allow';
  readonly analystDown: 'block' | 'allow';
}

export interface Route {
  /** Configured id, or host + path pattern; a closed set, so it may be a metric label. */
  readonly id: string;
  /** Exact host names, `*.example.com`, or empty for any host. Lower case, without port. */
  readonly hosts: readonly string[];
  /** Path prefix on segment borders: `/api` takes `/api` and `/api/x`, not `/apix`. */
  readonly pathPrefix: string;
  /** Name of an upstream. */
  readonly upstream: string;
  readonly mode: Mode;
  readonly limits: Limits;
  readonly on: Answers;
  /** Path templates the operator states: `GET /users/{id}`. */
  readonly endpoints: readonly string[];
  readonly blockReply: { readonly status: number; readonly body: string | undefined; readonly contentType: string };
  /** Monitor mode only: tell the client which findings there were. */
  readonly debugTags: boolean;
  /** Keep the client's Host for the upstream; otherwise the upstream's own authority is sent. */
  readonly preserveHost: boolean;
  readonly timeouts: { readonly headersMs: number; readonly bodyMs: number };
  readonly webSocket: { readonly isAllowed: boolean; readonly origins: readonly string[] };
}
