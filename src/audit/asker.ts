// Asks the target, politely: at most so many requests, so many a second, until so late; no redirects, bodies cut short.
// In a dry run nothing is sent and everything is listed. Invariant: nothing but the target's own origin is ever asked.
import { Agent, type Dispatcher, request } from 'undici';

export interface Ask {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the list of a dry run. */
  readonly purpose: string;
}

export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly ask: Ask;
}

export interface AskerOptions {
  readonly origin: string;
  readonly requestsMax: number;
  readonly requestsPerSecond: number;
  readonly secondsMax: number;
  readonly isDryRun: boolean;
  /** Certificates are looked at by a check of their own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onAsked: (asked: number) => void;
}

const BODY_BYTES_MAX = 256 * 1024;
const ANSWER_MS_MAX = 10_000;
/** Of events that go on for as long as somebody listens. */
const STREAM_MS_MAX = 500;
const FAILURES_MAX = 5;

export class Asker {
  readonly planned: Ask[] = [];
  readonly #options: AskerOptions;
  readonly #agent: Agent;
  readonly #endsAt: number;
  #asked = 0;
  #nextAt = 0;
  #failures = 0;
  #stopped: string | undefined;
  #isSilent = false;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: { rejectUnauthorized: false, timeout: 5_000 },
      headersTimeout: ANSWER_MS_MAX,
      bodyTimeout: ANSWER_MS_MAX,
      connections: 2,
    });
    this.#endsAt = Date.now() + options.secondsMax * 1_000;
  }

  get asked(): number {
    return this.#asked;
  }

  get isDryRun(): boolean {
    return this.#options.isDryRun;
  }

  /** The target stopped answering, or never did. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Why nothing more is asked, or undefined. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** Undefined when the bounds are met, in a dry run, or when the target does not answer. */
  async ask(one: Ask): Promise<Answer | undefined> {
    if (!(await this.takeTurn(one))) return undefined;
    try {
      const response = await request(new URL(one.path, this.#options.origin), {
        method: one.method as 'GET',
        headers: { ...this.#options.headers, ...one.headers },
        body: one.body ?? null,
        dispatcher: this.#agent,
        responseHeaders: 'raw',
      });
      const rawHeaders = rawOf(response.headers);
      const body = await beginningOf(response.body, isEventStream(rawHeaders) ? STREAM_MS_MAX : ANSWER_MS_MAX);
      this.#failures = 0;
      return { status: response.statusCode, rawHeaders, body, ask: one };
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= FAILURES_MAX) {
        this.#isSilent = true;
        const { code } = error as { code?: string };
        this.#stopped = `no answer ${FAILURES_MAX} times in a row${code === undefined ? '' : ` (${code})`}`;
      }
      return undefined;
    }
  }

  /** Waits for its turn; false when nothing may be sent. Checks that speak to the socket themselves call it as well. */
  async takeTurn(one: Ask): Promise<boolean> {
    const { requestsMax, requestsPerSecond, isDryRun, onAsked } = this.#options;
    if (isDryRun) {
      if (this.planned.length < requestsMax) this.planned.push(one);
      return false;
    }
    if (this.#stopped !== undefined) return false;
    if (this.#asked >= requestsMax) this.#stopped = `${requestsMax} requests are the bound`;
    else if (Date.now() >= this.#endsAt) this.#stopped = 'the time is over';
    if (this.#stopped !== undefined) return false;
    this.#asked += 1;
    const now = Date.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1_000 / requestsPerSecond;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
    onAsked(this.#asked);
    return true;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** As much of a body as comes in time: some never end. */
async function beginningOf(body: Dispatcher.ResponseData['body'], msMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    body.destroy();
  }, msMax);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > BODY_BYTES_MAX) break;
    }
  } catch (error) {
    if (!isLate) throw error;
  } finally {
    clearTimeout(timer);
    body.on('error', () => {}).destroy();
  }
  return Buffer.concat(chunks);
}

function isEventStream(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some(
    (name, i) =>
      i % 2 === 0 && name.toLowerCase() === 'content-type' && /^text\/event-stream/i.test(rawHeaders[i + 1]!),
  );
}

export function headerOf(answer: Answer, name: string): string | undefined {
  const { rawHeaders } = answer;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.toLowerCase() === name) return rawHeaders[i + 1];
  return undefined;
}

export function headersOf(answer: Answer, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    if (answer.rawHeaders[i]!.toLowerCase() === name) values.push(answer.rawHeaders[i + 1]!);
  }
  return values;
}

export function isSuccess(answer: Answer | undefined): answer is Answer {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

export function evidenceOf(answer: Answer, note = ''): string {
  return `${answer.ask.method} ${answer.ask.path}${note === '' ? '' : ` ${note}`} → ${answer.status}`;
}

function rawOf(headers: unknown): string[] {
  if (Array.isArray(headers)) return headers.map(String);
  return Object.entries(headers as Record<string, string | string[] | undefined>).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).flatMap((one) => [name, one]),
  );
}
