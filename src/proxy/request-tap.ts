// Monitor mode: a copy of the request's body that is judged when the last byte has gone on. Nothing here may hold traffic up
// or end it. Invariant: one call of `requestBody` or `requestBodyOverLimit`, and none after the upstream's answer began.
import type { Fault } from '../core/fault.ts';
import type { Inspection } from '../core/inspector.ts';
import type { Limits } from '../core/limits.ts';
import { decodedContent } from './content.ts';
import type { ProxyCounters } from './counters.ts';
import type { HeldBytes } from './held-bytes.ts';

export class RequestTap {
  readonly #inspection: Inspection;
  readonly #held: HeldBytes;
  readonly #rawHeaders: readonly string[];
  readonly #limits: Limits;
  readonly #counters: ProxyCounters;
  #isOpen = true;
  #judging: Promise<void> | undefined;

  constructor(
    inspection: Inspection,
    held: HeldBytes,
    rawHeaders: readonly string[],
    limits: Limits,
    counters: ProxyCounters,
  ) {
    this.#inspection = inspection;
    this.#held = held;
    this.#rawHeaders = rawHeaders;
    this.#limits = limits;
    this.#counters = counters;
  }

  take(chunk: Buffer): void {
    if (!this.#isOpen) return;
    if (!this.#held.push(chunk) || this.#held.length > this.#limits.requestBodyBytesMax) this.#judgePart();
  }

  /** The body is whole. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const received = this.#held.bytes();
    const { requestBodyBytesMax } = this.#limits;
    const decoded = decodedContent(received, this.#rawHeaders, requestBodyBytesMax, this.#limits);
    if (decoded instanceof Promise) {
      this.#judging = decoded.then((later) => {
        this.#judging = undefined;
        this.#judge(received, later);
      });
    } else this.#judge(received, decoded);
  }

  /** The upstream answers: what is not whole by now is judged as the part it is. Settles when the judgement is there. */
  finish(): Promise<void> | undefined {
    if (this.#isOpen) this.#judgePart();
    return this.#judging;
  }

  #judge(received: Buffer, decoded: Buffer | Fault): void {
    try {
      this.#inspection.requestBody(received, decoded);
    } catch {
      this.#counters.inspectionErrors += 1;
    }
    this.#held.release();
  }

  #judgePart(): void {
    this.#isOpen = false;
    try {
      this.#inspection.requestBodyOverLimit(this.#held.bytes().subarray(0, this.#limits.requestBodyBytesMax));
    } catch {
      this.#counters.inspectionErrors += 1;
    }
    this.#held.release();
  }
}
