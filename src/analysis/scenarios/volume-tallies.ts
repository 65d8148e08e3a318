// What identities do at places within one window, packed: who it is, its period, its peak, and a window of a sum or of distinct
// values. Nearly everybody does little, and a window of little takes a hundred bytes of typed arrays; only from the fourth
// distinct value on an identity has objects of its own.

import { SlidingDistinct } from './metrics/sliding-distinct.ts';
import { grown, SlotTable } from './metrics/slot-table.ts';
import { Stride } from './stride.ts';

const SUM_SLOTS = 10;
const FEW_MAX = 3;
const ALL_FEW = (1 << FEW_MAX) - 1;

/** A window's period that is over: what was the most, by whom, among which peers. */
export interface Period {
  readonly key: number;
  readonly peersKey: number;
  readonly actorHash: number;
  readonly startedAt: number;
  readonly peak: number;
  /** It raised something and teaches nothing. */
  readonly hasRaised: boolean;
}

export interface TallyOptions {
  readonly talliesMax: number;
  readonly windowMs: number;
  readonly onPeriodEnd: (period: Period) => void;
}

/** What a tally counts. */
export interface TallyColumns {
  grow(slots: number): void;
  /** A slot is somebody's anew. */
  empty(slot: number): void;
}

/** Who, since when, how much: 29 bytes of columns. */
export class Tallies {
  readonly table: SlotTable;
  readonly #options: TallyOptions;
  #peers = new Float64Array(0);
  #actors = new Float64Array(0);
  #startedAt = new Float64Array(0);
  #peaks = new Float32Array(0);
  #hits = new Uint32Array(0);
  #raised = new Uint8Array(0);

  readonly #columns: TallyColumns;

  constructor(options: TallyOptions, columns: TallyColumns) {
    this.#options = options;
    this.#columns = columns;
    this.table = new SlotTable({
      slotsMax: options.talliesMax,
      idleMs: options.windowMs,
      onGrow: (slots) => this.#grow(slots),
      onEnd: (slot) => {
        this.#close(slot);
        columns.empty(slot);
      },
      interestOf: (slot) => (this.#raised[slot] === 1 ? Number.MAX_VALUE : this.#peaks[slot]!),
    });
  }

  /** The slot of an identity at a place, in the period that `now` is in. */
  at(key: number, peersKey: number, actorHash: number, now: number): number {
    const known = this.table.find(key, now);
    if (known !== undefined) {
      if (now >= this.#startedAt[known]! + this.#options.windowMs) this.#restart(known, now);
      return known;
    }
    const slot = this.table.claim(key, now);
    this.#peers[slot] = peersKey;
    this.#actors[slot] = actorHash;
    this.#begin(slot, now);
    this.#columns.empty(slot);
    return slot;
  }

  /** Counts a hit; `value` is what the window holds now. */
  hit(slot: number, value: number): void {
    this.#hits[slot]! += 1;
    if (value > this.#peaks[slot]!) this.#peaks[slot] = value;
  }

  /** Marks the period; says how many hits the first signal of it stands for, 1 for the others. */
  raise(slot: number): number {
    const isFirst = this.#raised[slot] === 0;
    this.#raised[slot] = 1;
    return isFirst ? this.#hits[slot]! : 1;
  }

  /** Ends the periods that are over, also of those who do not come back. */
  closePeriods(now: number): void {
    for (const slot of this.table.slots()) {
      if (now >= this.#startedAt[slot]! + this.#options.windowMs) this.#restart(slot, now);
    }
  }

  #restart(slot: number, now: number): void {
    this.#close(slot);
    this.#begin(slot, now);
  }

  #grow(slots: number): void {
    this.#peers = grown(this.#peers, new Float64Array(slots));
    this.#actors = grown(this.#actors, new Float64Array(slots));
    this.#startedAt = grown(this.#startedAt, new Float64Array(slots));
    this.#peaks = grown(this.#peaks, new Float32Array(slots));
    this.#hits = grown(this.#hits, new Uint32Array(slots));
    this.#raised = grown(this.#raised, new Uint8Array(slots));
    this.#columns.grow(slots);
  }

  #begin(slot: number, now: number): void {
    this.#startedAt[slot] = now;
    this.#peaks[slot] = 0;
    this.#hits[slot] = 0;
    this.#raised[slot] = 0;
  }

  #close(slot: number): void {
    this.#options.onPeriodEnd({
      key: this.table.keyOf(slot),
      peersKey: this.#peers[slot]!,
      actorHash: this.#actors[slot]!,
      startedAt: this.#startedAt[slot]!,
      peak: this.#peaks[slot]!,
      hasRaised: this.#raised[slot] === 1,
    });
  }
}

/** A sum over the window, in ten parts: what is older than the window by a tenth of it is gone. 48 bytes a tally. */
export class SumColumns implements TallyColumns {
  readonly #partMs: number;
  #parts = new Float32Array(0);
  #newest = new Float64Array(0);

  constructor(windowMs: number) {
    this.#partMs = windowMs / SUM_SLOTS;
  }

  /** Adds, and says the sum of the window that ends at `now`. */
  add(slot: number, now: number, amount: number): number {
    const part = Math.floor(now / this.#partMs);
    const newest = this.#newest[slot]!;
    const first = slot * SUM_SLOTS;
    if (part >= newest + SUM_SLOTS) this.#parts.fill(0, first, first + SUM_SLOTS);
    else for (let i = newest + 1; i <= part; i++) this.#parts[first + (i % SUM_SLOTS)] = 0;
    if (part > newest) this.#newest[slot] = part;
    // A record that comes late counts in its own part, as long as the window has it.
    if (part > newest - SUM_SLOTS) this.#parts[first + (part % SUM_SLOTS)]! += amount;
    let sum = 0;
    for (let i = first; i < first + SUM_SLOTS; i++) sum += this.#parts[i]!;
    return sum;
  }

  grow(slots: number): void {
    this.#parts = grown(this.#parts, new Float32Array(slots * SUM_SLOTS));
    this.#newest = grown(this.#newest, new Float64Array(slots));
  }

  empty(slot: number): void {
    this.#newest[slot] = Number.NEGATIVE_INFINITY;
  }
}

/** Of an identity with more distinct values than a few. */
interface Many {
  readonly hits: SlidingDistinct;
  readonly misses: SlidingDistinct;
  readonly stride: Stride | undefined;
}

export interface DistinctValue {
  readonly value: number;
  /** When the value is a number, so that a walk is noticed. */
  readonly number: number | undefined;
  readonly isMiss: boolean;
}

/** Distinct values of the window, hits and misses apart. 61 bytes a tally with up to three of them. */
export class DistinctColumns implements TallyColumns {
  readonly #windowMs: number;
  readonly #isStrideTold: boolean;
  #values = new Float64Array(0);
  #numbers = new Float64Array(0);
  /** Milliseconds, their lower 32 bits: only differences count, and a window is shorter than 24 days. */
  #seenAt = new Int32Array(0);
  /** Which of the few are in use, and above them which are misses. */
  #marks = new Uint8Array(0);
  readonly #many = new Map<number, Many>();

  constructor(windowMs: number, isStrideTold: boolean) {
    this.#windowMs = windowMs;
    this.#isStrideTold = isStrideTold;
  }

  add(slot: number, now: number, { value, number, isMiss }: DistinctValue): void {
    const many = this.#many.get(slot);
    if (many !== undefined) this.#addTo(many, now, value, number, isMiss);
    else if (!this.#addFew(slot, now, value, number, isMiss)) {
      this.#addTo(this.#makeMany(slot, now), now, value, number, isMiss);
    }
  }

  count(slot: number, now: number): { readonly hits: number; readonly misses: number } {
    const many = this.#many.get(slot);
    if (many !== undefined) return { hits: many.hits.count(now), misses: many.misses.count(now) };
    let hits = 0;
    let misses = 0;
    for (let i = 0; i < FEW_MAX; i++) {
      if (!this.#isInWindow(slot, i, now)) continue;
      if (this.#isMiss(slot, i)) misses += 1;
      else hits += 1;
    }
    return { hits, misses };
  }

  isWalk(slot: number): boolean {
    return this.#many.get(slot)?.stride?.isWalk ?? false;
  }

  isEstimate(slot: number): boolean {
    return this.#many.get(slot)?.hits.isEstimate ?? false;
  }

  grow(slots: number): void {
    this.#values = grown(this.#values, new Float64Array(slots * FEW_MAX));
    this.#numbers = grown(this.#numbers, new Float64Array(this.#isStrideTold ? slots * FEW_MAX : 0));
    this.#seenAt = grown(this.#seenAt, new Int32Array(slots * FEW_MAX));
    this.#marks = grown(this.#marks, new Uint8Array(slots));
  }

  empty(slot: number): void {
    this.#marks[slot] = 0;
    this.#many.delete(slot);
  }

  /** False when there is no room left among the few. */
  #addFew(slot: number, now: number, value: number, number: number | undefined, isMiss: boolean): boolean {
    const first = slot * FEW_MAX;
    let room = -1;
    for (let i = 0; i < FEW_MAX; i++) {
      if (!this.#isInWindow(slot, i, now)) {
        if (room === -1) room = i;
      } else if (this.#values[first + i] === value && this.#isMiss(slot, i) === isMiss) {
        this.#seenAt[first + i] = now | 0;
        return true;
      }
    }
    if (room === -1) return false;
    this.#values[first + room] = value;
    if (this.#isStrideTold) this.#numbers[first + room] = number ?? Number.NaN;
    this.#seenAt[first + room] = now | 0;
    const marks = this.#marks[slot]! & ~(1 << (room + FEW_MAX));
    this.#marks[slot] = marks | (1 << room) | (isMiss ? 1 << (room + FEW_MAX) : 0);
    return true;
  }

  #makeMany(slot: number, now: number): Many {
    const many = {
      hits: new SlidingDistinct(this.#windowMs),
      misses: new SlidingDistinct(this.#windowMs),
      stride: this.#isStrideTold ? new Stride() : undefined,
    };
    const first = slot * FEW_MAX;
    const inOrder = [...Array(FEW_MAX).keys()].sort((a, b) => this.#age(slot, b, now) - this.#age(slot, a, now));
    for (const i of inOrder) {
      const number = this.#isStrideTold ? this.#numbers[first + i]! : Number.NaN;
      const seenAt = now - this.#age(slot, i, now);
      const value = this.#values[first + i]!;
      this.#addTo(many, seenAt, value, Number.isNaN(number) ? undefined : number, this.#isMiss(slot, i));
    }
    this.#marks[slot] = this.#marks[slot]! & ~ALL_FEW;
    this.#many.set(slot, many);
    return many;
  }

  #addTo(many: Many, now: number, value: number, number: number | undefined, isMiss: boolean): void {
    const isNew = (isMiss ? many.misses : many.hits).add(now, value);
    if (isNew && number !== undefined) many.stride?.add(number);
  }

  #age(slot: number, i: number, now: number): number {
    return ((now | 0) - this.#seenAt[slot * FEW_MAX + i]!) | 0;
  }

  #isInWindow(slot: number, i: number, now: number): boolean {
    return (this.#marks[slot]! & (1 << i)) !== 0 && this.#age(slot, i, now) < this.#windowMs;
  }

  #isMiss(slot: number, i: number): boolean {
    return (this.#marks[slot]! & (1 << (i + FEW_MAX))) !== 0;
  }
}
