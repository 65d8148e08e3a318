// HTTP to one system: bounded in time, connections and what is read of an answer; redirects are answers, not followed.
// Invariant: nothing of a request or an answer gets into an outcome; codes only, since URLs and headers hold secrets.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { SinkOutcome } from '../../core/sink.ts';
import { ADDRESS_NOT_ALLOWED, AddressGuard } from './address-guard.ts';

const ANSWER_BYTES_MAX = 65_536;
const CONNECTIONS_MAX = 2;

export interface HttpSettings {
  readonly timeout: number;
  readonly allowAddresses: readonly string[];
  readonly allowPlainHttp: boolean;
  readonly ca?: string | undefined;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'failure'; readonly code: string };

export class HttpClient {
  readonly #settings: HttpSettings;
  readonly #guard: AddressGuard;
  readonly #agent: Agent;
  readonly #now: () => number;

  constructor(settings: HttpSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#guard = new AddressGuard(settings.allowAddresses);
    this.#agent = new Agent({
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      headersTimeout: settings.timeout,
      bodyTimeout: settings.timeout,
      connect: {
        timeout: settings.timeout,
        lookup: this.#guard.lookup,
        ...(settings.ca === undefined ? {} : { ca: readFileSync(settings.ca) }),
      },
    });
  }

  async call({ method, url, headers, body }: HttpCall): Promise<HttpAnswer> {
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:' && !(protocol === 'http:' && this.#settings.allowPlainHttp))
      return { kind: 'failure', code: 'PLAIN_HTTP_NOT_ALLOWED' };
    if (!this.#guard.mayCallHost(hostname)) return { kind: 'failure', code: ADDRESS_NOT_ALLOWED };
    try {
      const answer = await request(url, {
        method,
        headers: { 'user-agent': 'sallyport', ...headers },
        ...(body === undefined ? {} : { body }),
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(this.#settings.timeout * 2),
      });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) break;
        chunks.push(chunk);
      }
      return {
        kind: 'answer',
        status: answer.statusCode,
        body: Buffer.concat(chunks).toString('utf8'),
        retryAfterMs: retryAfterMs(answer.headers['retry-after'], this.#now()),
      };
    } catch (error) {
      return { kind: 'failure', code: codeOf(error) };
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** What a status means for the message: 2xx took it; some 4xx never will; everything else may after a change or a while. */
export function outcomeOf(answer: HttpAnswer): SinkOutcome {
  if (answer.kind === 'failure') return { kind: 'retry', code: answer.code };
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const code = `HTTP_${status}`;
  if (status === 400 || status === 413 || status === 422) return { kind: 'refused', code };
  return retryLater(code, answer.retryAfterMs);
}

export function retryLater(code: string, retryAfterMs?: number | undefined): SinkOutcome {
  return { kind: 'retry', code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The answer's JSON object; undefined when it is none. */
export function jsonOf(answer: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  if (answer.kind === 'failure') return undefined;
  try {
    const value: unknown = JSON.parse(answer.body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'HTTP_FAULT';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'TIMEOUT';
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return (error as NodeJS.ErrnoException).code ?? 'HTTP_FAULT';
}
