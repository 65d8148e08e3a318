// The port between the sockets (proxy/) and the engine (inspection/). The engine is synchronous: every call returns an
// answer at once, never throws, and never does I/O. The proxy only enforces what comes back.
// Order of calls: begin, requestHead, [requestBody | requestBodyOverLimit], [responseHead, [responseBody |
// responseBodyOverLimit]], complete. `complete` is called exactly once, whatever happened.
import type { Fault } from './fault.ts';
import type { Route } from './route.ts';
import type { Connection, RequestHead, ResponseHead } from './transaction.ts';
import type { Verdict } from './verdict.ts';

export interface Inspector {
  /** Pins the current snapshot for one transaction. `receivedAt` in milliseconds since the epoch. */
  begin(id: string, receivedAt: number, head: RequestHead, connection: Connection): Inspection;
}

/** How a body travels: passed on while it arrives, copied while it passes, or held until its verdict. */
export type BodyHandling = 'stream' | 'tap' | 'hold';

/** A local reply because of a verdict (403, 429 …) or because the message is not acceptable at all (4xx of the protocol). */
export type Refusal =
  | { readonly kind: 'block'; readonly verdict: Verdict }
  | { readonly kind: 'refuse'; readonly fault: Fault };

export type RequestHeadOutcome =
  | Refusal
  | {
      readonly kind: 'forward';
      readonly route: Route;
      /** Canonical origin-form target to send to the upstream. */
      readonly target: string;
      /** Canonical host of the request, with its port when it named one. */
      readonly host: string;
      /** Header lines (name, value alternating) in place of the received ones, when the policy masked some. */
      readonly rawHeaders: readonly string[];
      readonly body: BodyHandling;
    };

export type RequestBodyOutcome =
  | Refusal
  | {
      readonly kind: 'forward';
      /** Bytes to send instead of the received ones, without content-encoding; undefined leaves them as they are. */
      readonly replacement: Buffer | undefined;
      /** True when a prefix was inspected and the rest is to be passed on uninspected (over the limit, answer `allow`). */
      readonly passRest?: boolean;
    };

export type ResponseHeadOutcome =
  | Refusal
  | {
      readonly kind: 'forward';
      readonly body: BodyHandling;
      readonly rawHeaders: readonly string[];
    };

export type ResponseBodyOutcome =
  | Refusal
  | { readonly kind: 'forward'; readonly replacement: Buffer | undefined; readonly passRest?: boolean };

export interface Inspection {
  /** Address of the client, resolved through trusted proxies. Valid from the start. */
  readonly clientAddress: string;
  /** True when the TCP peer is a trusted proxy, so that its Forwarded headers may be extended. */
  readonly isPeerTrusted: boolean;
  requestHead(): RequestHeadOutcome;
  /**
   * The whole request body. `decoded` is `received` with its content-encoding undone, the same Buffer when there was none,
   * or the Fault that decoding met.
   */
  requestBody(received: Buffer, decoded: Buffer | Fault): RequestBodyOutcome;
  /** The body grew over the route's limit after `prefix`. */
  requestBodyOverLimit(prefix: Buffer): RequestBodyOutcome;
  /** Names and values to add to the upstream request: id, tags, confidence. Valid after the request phases. */
  upstreamHeaders(): readonly string[];
  responseHead(head: ResponseHead): ResponseHeadOutcome;
  responseBody(received: Buffer, decoded: Buffer | Fault): ResponseBodyOutcome;
  responseBodyOverLimit(prefix: Buffer): ResponseBodyOutcome;
  /** Names and values to add to the downstream response. */
  downstreamHeaders(): readonly string[];
  complete(completion: Completion): void;
}

export interface Completion {
  /** Milliseconds since the epoch. */
  readonly completedAt: number;
  readonly upstreamMs: number | undefined;
  /** What the client saw; 0 when it left before a status was sent. */
  readonly status: number;
  readonly requestBodyBytes: number;
  readonly responseBodyBytes: number;
  /** What ended the transaction early, if anything did. */
  readonly fault: Fault | undefined;
}
