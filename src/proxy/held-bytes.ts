// Bodies that are held or copied for inspection: all of them together have a bound, the worker's budget.
// Invariant: what was pushed is given back by `release`, once, whatever happened to the transaction.
import type { ProxyCounters } from './counters.ts';

const NOTHING = Buffer.alloc(0);

export class HeldBytes {
  readonly #counters: ProxyCounters;
  readonly #heldBytesMax: number;
  #chunks: Buffer[] = [];
  length = 0;

  constructor(counters: ProxyCounters, heldBytesMax: number) {
    this.#counters = counters;
    this.#heldBytesMax = heldBytesMax;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#counters.heldBytes + bytes <= this.#heldBytesMax;
  }

  /** False when all bodies together are over the budget with this one; the chunk is kept, so that no byte is lost. */
  push(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.length += chunk.length;
    this.#counters.heldBytes += chunk.length;
    return this.#counters.heldBytes <= this.#heldBytesMax;
  }

  bytes(): Buffer {
    if (this.#chunks.length === 0) return NOTHING;
    if (this.#chunks.length === 1) return this.#chunks[0]!;
    const whole = Buffer.concat(this.#chunks, this.length);
    this.#chunks = [whole];
    return whole;
  }

  release(): void {
    if (this.length === 0) return;
    this.#counters.heldBytes -= this.length;
    this.#chunks = [];
    this.length = 0;
  }
}
