// A request's body on its way in: collected whole, or passed on while it arrives. It counts what comes, and how.
// Invariant: what `passOn` gives out is not the client's stream: an upstream that has heard enough may destroy it without
// taking the client's connection, and the answer on it, down.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Fault } from '../core/fault.ts';
import { headerValue } from '../core/transaction.ts';
import { clientClosed } from './faults.ts';
import type { HeldBytes } from './held-bytes.ts';

/** 200,000 chunks of a byte each cost half a second: past this many, the average must be of some size. */
const CHUNKS_FREE = 1_000;
const CHUNK_BYTES_MEAN_MIN = 16;

export class RequestBody {
  bytes = 0;
  /** Time in which we waited for the client, for the minimum rate. */
  waitedMs = 0;
  /** True when it is held for a verdict: then it also has to be there in time. */
  readonly isHeld: boolean;
  readonly #request: IncomingMessage;
  readonly #isChunked: boolean;
  #chunks = 0;
  #onFault: ((fault: Fault) => void) | undefined;

  constructor(request: IncomingMessage, isChunked: boolean, isHeld: boolean) {
    this.#request = request;
    this.#isChunked = isChunked;
    this.isHeld = isHeld;
  }

  /** True while the next byte is the client's to send. */
  get isWaiting(): boolean {
    return this.#onFault !== undefined && !this.#request.complete && !this.#request.isPaused();
  }

  /** Ends the reading: whoever waits for the body gets the fault. */
  fail(fault: Fault): void {
    this.#onFault?.(fault);
  }

  /** Reads to the end, or until more than `bytesMax` are there. @throws Fault when the client is lost, 503 over the budget */
  collect(held: HeldBytes, bytesMax: number): Promise<'whole' | 'over-limit'> {
    const request = this.#request;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#onFault = undefined;
        request.off('data', onData).off('end', onEnd);
      };
      const stop = (fault: Fault): void => {
        settle();
        request.pause();
        reject(fault);
      };
      const onData = (chunk: Buffer): void => {
        const fault = this.#count(chunk);
        const hasRoom = held.push(chunk);
        if (fault !== undefined) stop(fault);
        else if (!hasRoom) stop(new Fault('BODIES_OVER_BUDGET', 'gateway', 503));
        else if (held.length > bytesMax) {
          settle();
          request.pause();
          resolve('over-limit');
        }
      };
      const onEnd = (): void => {
        const fault = this.#shortfall();
        if (fault !== undefined) {
          stop(fault);
          return;
        }
        settle();
        resolve('whole');
      };
      this.#onFault = stop;
      request.on('data', onData).on('end', onEnd);
    });
  }

  /** `first`, then what still comes, no faster than it is read. `onChunk` and `onEnd` see it pass. */
  passOn(first: Buffer | undefined, onChunk?: (chunk: Buffer) => void, onEnd?: () => void): Readable {
    const request = this.#request;
    const onData = (chunk: Buffer): void => {
      const fault = this.#count(chunk);
      if (fault !== undefined) {
        passed.destroy(fault);
        return;
      }
      onChunk?.(chunk);
      if (!passed.push(chunk)) request.pause();
    };
    const onRequestEnd = (): void => {
      this.#onFault = undefined;
      const fault = this.#shortfall();
      if (fault !== undefined) {
        passed.destroy(fault);
        return;
      }
      passed.push(null);
      onEnd?.();
    };
    let isListening = false;
    const passed = new Readable({
      highWaterMark: 64 * 1024,
      read: () => {
        if (!isListening) {
          isListening = true;
          request.on('data', onData).on('end', onRequestEnd);
        }
        request.resume();
      },
      destroy: (error, done) => {
        this.#onFault = undefined;
        request.off('data', onData).off('end', onRequestEnd);
        done(error);
      },
    });
    // Whoever forwards it listens to its errors while it does; in between nobody does.
    passed.on('error', () => {});
    this.#onFault = (fault) => passed.destroy(fault);
    if (first !== undefined && first.length > 0) passed.push(first);
    return passed;
  }

  /**
   * A stream of HTTP/2 ends for its reader when it is reset, too, and when its data are not as long as announced (RFC 9113
   * §8.1.1): a part of a body must not be taken for the whole.
   */
  #shortfall(): Fault | undefined {
    const request = this.#request as IncomingMessage & {
      readonly stream?: { readonly rstCode: number; readonly aborted: boolean };
    };
    if (request.stream === undefined) return undefined;
    const announced = headerValue(request.rawHeaders, 'content-length');
    if (announced !== undefined && Number(announced) !== this.bytes)
      return new Fault('BODY_LENGTH_MISMATCH', 'client', 400);
    const isReset = request.stream.aborted || (request.stream.rstCode !== 0 && request.stream.rstCode !== undefined);
    return isReset ? clientClosed() : undefined;
  }

  #count(chunk: Buffer): Fault | undefined {
    this.bytes += chunk.length;
    this.#chunks += 1;
    const isTiny = this.#isChunked && this.#chunks > CHUNKS_FREE && this.bytes < this.#chunks * CHUNK_BYTES_MEAN_MIN;
    return isTiny ? new Fault('CHUNKS_TOO_SMALL', 'client', 400) : undefined;
  }
}
