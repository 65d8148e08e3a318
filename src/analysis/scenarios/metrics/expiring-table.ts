// A table with a bound on entries and on idle time. When it is full, an entry that was not used lately makes room: second
// chance, which costs the usual access nothing but a time stamp. What was dropped for want of room is counted.

import { OldestFirst } from './oldest-first.ts';

interface Entry<V> {
  readonly value: V;
  usedAt: number;
}

const CHANCES = 8;
const SWEPT_PER_CALL_MAX = 2_000;

export class ExpiringTable<V, K extends string | number = string> {
  evicted = 0;
  readonly #entriesMax: number;
  readonly #idleMs: number;
  readonly #onEnd: (key: K, value: V) => void;
  readonly #entries = new Map<K, Entry<V>>();
  readonly #oldest = new OldestFirst(this.#entries);
  #sweep: IterableIterator<[K, Entry<V>]> | undefined;

  constructor(entriesMax: number, idleMs: number, onEnd: (key: K, value: V) => void = () => {}) {
    this.#entriesMax = entriesMax;
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K, now: number): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#isOver(entry, now)) {
      this.#end(key, entry);
      return undefined;
    }
    if (now > entry.usedAt) entry.usedAt = now;
    return entry.value;
  }

  /** Reads without counting as use. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: K, value: V, now: number): V {
    if (this.#entries.size >= this.#entriesMax && !this.#entries.has(key)) this.#makeRoom(now);
    this.#entries.set(key, { value, usedAt: now });
    return value;
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, entry] of this.#entries) yield [key, entry.value];
  }

  /** Ends what was idle too long, a bounded part of the table per call. */
  sweep(now: number): void {
    this.#sweep ??= this.#entries.entries();
    for (let i = 0; i < SWEPT_PER_CALL_MAX; i++) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        return;
      }
      const [key, entry] = next.value;
      if (this.#isOver(entry, now)) this.#end(key, entry);
    }
  }

  /** What was used long after `now` is from before the clock was set back: its windows would stand still until that time comes. */
  #isOver(entry: Entry<V>, now: number): boolean {
    return Math.abs(now - entry.usedAt) > this.#idleMs;
  }

  #makeRoom(now: number): void {
    for (let i = 0; i < CHANCES; i++) {
      const [key, entry] = this.#oldest.next()!;
      this.#entries.delete(key);
      const isIdle = now - entry.usedAt > this.#idleMs / 4;
      if (isIdle || i === CHANCES - 1) {
        this.evicted += 1;
        this.#onEnd(key, entry.value);
        return;
      }
      this.#entries.set(key, entry);
    }
  }

  #end(key: K, entry: Entry<V>): void {
    this.#entries.delete(key);
    this.#onEnd(key, entry.value);
  }
}
