// A distribution in logarithmic buckets: quantiles within five percent of the true value, whatever the range (DDSketch, Masson
// et al. 2019). Commutative: two nodes' buckets merge by addition.
import { bucketOf, valueOfBucket } from '../../../core/log-buckets.ts';

export class LogHistogram {
  total = 0;
  sum = 0;
  largest = 0;
  readonly #counts = new Map<number, number>();

  add(value: number, times = 1): void {
    const bucket = bucketOf(value);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + times);
    this.total += times;
    this.sum += value * times;
    if (value > this.largest) this.largest = value;
  }

  merge(other: LogHistogram): void {
    for (const [bucket, count] of other.#counts) this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.total += other.total;
    this.sum += other.sum;
    this.largest = Math.max(this.largest, other.largest);
  }

  get mean(): number {
    return this.total === 0 ? 0 : this.sum / this.total;
  }

  /** The value that a share of `q` of all values does not pass. */
  quantile(q: number): number {
    if (q >= 1) return this.largest;
    const rank = q * this.total;
    let seen = 0;
    for (const [bucket, count] of this.#sorted()) {
      seen += count;
      if (seen > rank || seen === this.total) return Math.min(valueOfBucket(bucket), this.largest);
    }
    return 0;
  }

  /** Median absolute deviation from the median. */
  deviation(): number {
    const median = this.quantile(0.5);
    const distances = new LogHistogram();
    for (const [bucket, count] of this.#counts) distances.add(Math.abs(valueOfBucket(bucket) - median), count);
    return distances.quantile(0.5);
  }

  dump(): HistogramDump {
    return { total: this.total, sum: this.sum, largest: this.largest, counts: [...this.#counts] };
  }

  static restore(dump: HistogramDump): LogHistogram {
    const histogram = new LogHistogram();
    for (const [bucket, count] of dump.counts) histogram.#counts.set(bucket, count);
    histogram.total = dump.total;
    histogram.sum = dump.sum;
    histogram.largest = dump.largest;
    return histogram;
  }

  #sorted(): [number, number][] {
    return [...this.#counts].sort((a, b) => a[0] - b[0]);
  }
}

export interface HistogramDump {
  readonly total: number;
  readonly sum: number;
  readonly largest: number;
  readonly counts: readonly (readonly [bucket: number, count: number])[];
}
