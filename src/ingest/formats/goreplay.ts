// GoReplay's files: payloads between lines of three monkeys, each with a head `type id nanoseconds latency`. Requests and their
// answers stand apart and are brought together by id.
// Invariant: at most PENDING_MAX requests and PENDING_BYTES_MAX of their bodies wait for their answer; the oldest then goes without.
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { PENDING_BYTES_MAX, type RecordedEntry } from '../entry.ts';
import { readHttpText, requestLine, statusLine } from '../http-text.ts';
import { forwardedAddress, messageOfBytes, UNKNOWN_ADDRESS } from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

export const GOREPLAY_HEAD = /^([123]) ([0-9a-zA-Z-]{8,64}) (\d{1,20})(?: -?\d{1,20})?\r?$/;
export const GOREPLAY_SEPARATOR = Buffer.from('🐵🙈🙉');

const PENDING_MAX = 10_000;

interface Pending {
  readonly transaction: RecordedTransaction;
  readonly line: number;
}

export class GoReplayPairs {
  readonly #pending = new Map<string, Pending>();
  #pendingBytes = 0;

  /** `payload`: what stood between two separators, without them. */
  *take(payload: Buffer, line: number): Generator<RecordedEntry> {
    const lf = payload.indexOf(0x0a);
    const head = GOREPLAY_HEAD.exec(payload.toString('latin1', 0, lf === -1 ? payload.length : lf));
    if (head === null) {
      yield { malformed: 'a payload begins with its type, id and time', line };
      return;
    }
    const [, type, id, nanoseconds] = head as unknown as [string, string, string, string];
    const bytes = payload.subarray(lf + 1);
    if (type === '1') yield* this.#request(id, Number(BigInt(nanoseconds) / 1_000_000n), bytes, line);
    else if (type === '2') yield* this.#response(id, bytes, line);
    // 3 is the answer of the system it was replayed to, which is not what happened.
  }

  *rest(): Generator<RecordedEntry> {
    for (const pending of this.#pending.values()) yield { ...pending, isTimed: true };
    this.#pending.clear();
  }

  *#request(id: string, at: number, bytes: Buffer, line: number): Generator<RecordedEntry> {
    const message = readHttpText(bytes);
    const first = message === undefined ? undefined : requestLine(message.startLine);
    if (message === undefined || first === undefined) {
      yield { malformed: 'the request has no request line', line };
      return;
    }
    // An id that comes twice: the first one goes without an answer.
    const before = this.#take(id);
    if (before !== undefined) yield { ...before, isTimed: true };
    while (this.#pending.size >= PENDING_MAX || (this.#pending.size > 0 && this.#pendingBytes > PENDING_BYTES_MAX)) {
      yield { ...this.#take(this.#pending.keys().next().value!)!, isTimed: true };
    }
    const transaction: RecordedTransaction = {
      at,
      clientAddress: forwardedAddress(message.rawHeaders) ?? UNKNOWN_ADDRESS,
      request: {
        method: first.method,
        url: sendableUrl(first.url),
        ...messageOfBytes(message.rawHeaders, message.body),
      },
      response: undefined,
    };
    this.#pending.set(id, { transaction, line });
    this.#pendingBytes += message.body.length;
  }

  *#response(id: string, bytes: Buffer, line: number): Generator<RecordedEntry> {
    const pending = this.#take(id);
    if (pending === undefined) {
      yield { malformed: `no request has the id ${id}`, line };
      return;
    }
    const message = readHttpText(bytes);
    const status = message === undefined ? undefined : statusLine(message.startLine);
    const response =
      message === undefined || status === undefined
        ? undefined
        : { status, ...messageOfBytes(message.rawHeaders, message.body) };
    yield { transaction: { ...pending.transaction, response }, line: pending.line, isTimed: true };
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#pendingBytes -= pending.transaction.request.body.length;
    return pending;
  }
}
