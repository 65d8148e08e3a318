// Counters by name, and histograms, with a bound on their number: what all baselines are made of. Merging is addition.
import { bucketOf, quantileOf } from '../../core/log-buckets.ts';

export type Counts<K> = Map<K, number>;

/** False when there was no room for a new name. */
export function addCount<K>(counts: Counts<K>, name: K, by: number, namesMax: number): boolean {
  const before = counts.get(name);
  if (before === undefined && counts.size >= namesMax) return false;
  counts.set(name, (before ?? 0) + by);
  return true;
}

export function mergeCounts<K>(into: Counts<K>, from: ReadonlyMap<K, number>, namesMax: number): void {
  for (const [name, by] of from) addCount(into, name, by, namesMax);
}

export function totalOf(counts: ReadonlyMap<unknown, number>): number {
  let total = 0;
  for (const one of counts.values()) total += one;
  return total;
}

/** Halves (or whatever `factor` says) everything, and lets go of what has become less than a quarter. */
export function fade<K>(counts: Counts<K>, factor: number): void {
  for (const [name, one] of counts) {
    const left = one * factor;
    if (left < 0.25) counts.delete(name);
    else counts.set(name, left);
  }
}

/**
 * Counters of which the same one is counted again and again: how often in a row is added up when the row ends. Many only ever
 * count one thing, and then there is no table.
 */
export class RunCounts<K> {
  #counts: Counts<K> | undefined;
  readonly #namesMax: number;
  #name: K | undefined;
  #times = 0;

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  add(name: K, times = 1): void {
    if (name !== this.#name) {
      if (this.#times > 0) this.#settle();
      this.#name = name;
    }
    this.#times += times;
  }

  merge(other: RunCounts<K>): void {
    if (other.#counts !== undefined) mergeCounts(this.counts, other.#counts, this.#namesMax);
    if (other.#times > 0) this.add(other.#name as K, other.#times);
  }

  get counts(): Counts<K> {
    return this.#times > 0 || this.#counts === undefined ? this.#settle() : this.#counts;
  }

  #settle(): Counts<K> {
    this.#counts ??= new Map();
    if (this.#times > 0) addCount(this.#counts, this.#name as K, this.#times, this.#namesMax);
    this.#times = 0;
    return this.#counts;
  }
}

/** Log-bucketed; its bound is the number of buckets there are. */
export class Histogram {
  readonly #counts = new RunCounts<number>(Number.POSITIVE_INFINITY);

  get buckets(): Counts<number> {
    return this.#counts.counts;
  }

  add(value: number): void {
    this.#counts.add(bucketOf(value));
  }

  merge(other: Histogram): void {
    this.#counts.merge(other.#counts);
  }

  quantile(q: number): number {
    return quantileOf(this.buckets, q);
  }

  get count(): number {
    return totalOf(this.buckets);
  }
}
