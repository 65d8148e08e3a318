// Keys (53-bit hashes) → slots: numbers under which the owner keeps what it knows in typed arrays, a few dozen bytes each.
// Bounds: slots and idle time. When all are taken, the least interesting of a few makes room, one that was idle for long before
// others; that is counted. Memory grows by doubling: a small installation pays for what it has.
// 8 bytes for the key, 4 for the last use, 8 for the index: 20 bytes a slot, besides the owner's columns.
import { randomInt } from 'node:crypto';

const SLOTS_AT_FIRST = 256;
const CHANCES = 8;
/** A prime: those looked at lie far apart, since those who came together, before a flood, lie together. */
const HAND_STEP = 104_729;
const SWEPT_PER_CALL_MAX = 4_000;
const NEVER = 0;

export interface SlotOptions {
  readonly slotsMax: number;
  readonly idleMs: number;
  /** More room is needed: columns get this many entries. Called once at the beginning. */
  readonly onGrow: (slots: number) => void;
  /** What was in a slot is over, by idling or for want of room. */
  readonly onEnd?: (slot: number) => void;
  /** The less, the sooner it makes room. */
  readonly interestOf?: (slot: number) => number;
}

export class SlotTable {
  evicted = 0;
  size = 0;
  readonly #options: SlotOptions;
  readonly #idleSeconds: number;
  #slots: number;
  #keys: Float64Array;
  /** Seconds of the last use; NEVER marks a free slot. */
  #usedAt: Uint32Array;
  /** Open addressing with linear probing: slot + 1, or 0. */
  #index: Int32Array;
  #free: number[] = [];
  #nextFresh = 0;
  #hand = 0;
  #sweepHand = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#idleSeconds = options.idleMs / 1_000;
    this.#slots = Math.min(SLOTS_AT_FIRST, options.slotsMax);
    this.#keys = new Float64Array(this.#slots);
    this.#usedAt = new Uint32Array(this.#slots);
    this.#index = new Int32Array(indexSize(this.#slots));
    options.onGrow(this.#slots);
  }

  /** The slot of a key, now used; undefined when there is none, or it was idle for too long. */
  find(key: number, now: number): number | undefined {
    const slot = this.peek(key);
    if (slot === undefined) return undefined;
    if (this.#isOver(slot, now)) {
      this.end(slot);
      return undefined;
    }
    const seconds = secondsOf(now);
    if (seconds > this.#usedAt[slot]!) this.#usedAt[slot] = seconds;
    return slot;
  }

  /** Reads without counting as use. */
  peek(key: number): number | undefined {
    const mask = this.#index.length - 1;
    for (let i = placeOf(key, mask); ; i = (i + 1) & mask) {
      const slot = this.#index[i]! - 1;
      if (slot === -1) return undefined;
      if (this.#keys[slot] === key) return slot;
    }
  }

  /** A slot for a key that has none. What its columns hold is the owner's to overwrite. */
  claim(key: number, now: number): number {
    if (this.#free.length === 0 && this.#nextFresh === this.#slots) {
      if (this.#slots < this.#options.slotsMax) this.#grow();
      else this.#makeRoom(now);
    }
    const slot = this.#free.pop() ?? this.#nextFresh++;
    this.#keys[slot] = key;
    this.#usedAt[slot] = secondsOf(now);
    this.size += 1;
    this.#enter(slot);
    return slot;
  }

  keyOf(slot: number): number {
    return this.#keys[slot]!;
  }

  *slots(): IterableIterator<number> {
    for (let slot = 0; slot < this.#nextFresh; slot++) if (this.#usedAt[slot] !== NEVER) yield slot;
  }

  end(slot: number): void {
    this.#options.onEnd?.(slot);
    this.delete(slot);
  }

  /** Forgets without `onEnd`. */
  delete(slot: number): void {
    this.#leave(slot);
    this.#usedAt[slot] = NEVER;
    this.#free.push(slot);
    this.size -= 1;
  }

  /** Ends what was idle too long, a bounded part of the table per call. */
  sweep(now: number): void {
    const steps = Math.min(SWEPT_PER_CALL_MAX, this.#nextFresh);
    for (let i = 0; i < steps; i++) {
      this.#sweepHand = (this.#sweepHand + 1) % this.#nextFresh;
      if (this.#usedAt[this.#sweepHand] !== NEVER && this.#isOver(this.#sweepHand, now)) this.end(this.#sweepHand);
    }
  }

  /** What was used long after `now` is from before the clock was set back: its windows would stand still until that time comes. */
  #isOver(slot: number, now: number): boolean {
    return Math.abs(Math.floor(now / 1_000) - this.#usedAt[slot]!) > this.#idleSeconds;
  }

  #makeRoom(now: number): void {
    const longIdle = this.#idleSeconds / 4;
    let chosen = this.#hand;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < CHANCES; i++) {
      const slot = this.#hand;
      this.#hand = (this.#hand + HAND_STEP) % this.#slots;
      const interest = this.#options.interestOf?.(slot) ?? 0;
      const isIdle = Math.floor(now / 1_000) - this.#usedAt[slot]! > longIdle;
      const rank = isIdle ? interest - 1e15 : interest;
      if (rank >= least) continue;
      least = rank;
      chosen = slot;
    }
    this.evicted += 1;
    this.end(chosen);
  }

  #grow(): void {
    this.#slots = Math.min(this.#slots * 2, this.#options.slotsMax);
    this.#keys = grown(this.#keys, new Float64Array(this.#slots));
    this.#usedAt = grown(this.#usedAt, new Uint32Array(this.#slots));
    this.#index = new Int32Array(indexSize(this.#slots));
    for (const slot of this.slots()) this.#enter(slot);
    this.#options.onGrow(this.#slots);
  }

  #enter(slot: number): void {
    const mask = this.#index.length - 1;
    let i = placeOf(this.#keys[slot]!, mask);
    while (this.#index[i] !== 0) i = (i + 1) & mask;
    this.#index[i] = slot + 1;
  }

  /** Closes the gap: those behind it that could not stand nearer to their place move up (Knuth, TAOCP 6.4, algorithm R). */
  #leave(slot: number): void {
    const mask = this.#index.length - 1;
    let gap = placeOf(this.#keys[slot]!, mask);
    while (this.#index[gap] !== slot + 1) gap = (gap + 1) & mask;
    this.#index[gap] = 0;
    for (let i = (gap + 1) & mask; this.#index[i] !== 0; i = (i + 1) & mask) {
      const wanted = placeOf(this.#keys[this.#index[i]! - 1]!, mask);
      if (((i - wanted) & mask) < ((i - gap) & mask)) continue;
      this.#index[gap] = this.#index[i]!;
      this.#index[i] = 0;
      gap = i;
    }
  }
}

/** A longer column with the entries of a shorter one. */
export function grown<A extends Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array>(
  from: A,
  to: A,
): A {
  to.set(from);
  return to;
}

function secondsOf(now: number): number {
  return Math.max(1, Math.floor(now / 1_000));
}

function indexSize(slots: number): number {
  return 2 ** Math.ceil(Math.log2(slots * 1.6));
}

/** Of this process: keys are made of texts that anybody may choose, and must not be chosen to stand in one row. */
const SEED = randomInt(2 ** 32);

function placeOf(key: number, mask: number): number {
  const high = Math.floor(key / 0x1_0000_0000);
  const mixed = Math.imul(key ^ SEED, 0x9e3779b1) ^ Math.imul(high ^ (SEED >>> 7), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & mask;
}
