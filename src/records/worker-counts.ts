// What a worker counts in plain numbers, since its start. Labels come from closed sets: routes, reasons, codes.
import type { TransactionRecord } from '../core/record.ts';

export interface WorkerCounts {
  readonly received: number;
  readonly inspected: number;
  readonly uninspected: number;
  readonly refused: number;
  readonly recordsDropped: number;
  /** Transactions that the recorder had no room for, or could not write. */
  readonly recordingsDropped: number;
  readonly detectorErrors: number;
  readonly upstreamRetries: number;
  readonly badRequestsOnWire: number;
  readonly activeTransactions: number;
  /** `route action`, `reason`, `code` and `detection` → how many. */
  readonly byAction: Readonly<Record<string, number>>;
  readonly byUninspectedReason: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Record<string, number>>;
  readonly byDetection: Readonly<Record<string, number>>;
  readonly byStatusClass: Readonly<Record<string, number>>;
  readonly durationMs: DurationHistogram;
}

export interface DurationHistogram {
  /** Transactions at most this many milliseconds long, for each of {@link DURATION_BUCKETS_MS}; cumulative. */
  readonly buckets: readonly number[];
  readonly count: number;
  readonly sumMs: number;
}

export const DURATION_BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** Counts completed transactions. inspected + uninspected + refused = received, by construction. */
export class WorkerCounter {
  #received = 0;
  #inspected = 0;
  #uninspected = 0;
  #refused = 0;
  detectorErrors = 0;
  readonly #byAction: Record<string, number> = Object.create(null);
  readonly #byUninspectedReason: Record<string, number> = Object.create(null);
  readonly #byFault: Record<string, number> = Object.create(null);
  readonly #byDetection: Record<string, number> = Object.create(null);
  readonly #byStatusClass: Record<string, number> = Object.create(null);
  /** Not cumulative: each transaction is in one of them. */
  readonly #buckets = [...DURATION_BUCKETS_MS.map(() => 0), 0];
  #sumMs = 0;
  #route = '';
  #action = '';
  #key = ' ';

  count(record: TransactionRecord): void {
    this.#received += 1;
    if (record.coverage === 'inspected') this.#inspected += 1;
    else if (record.coverage === 'uninspected') this.#uninspected += 1;
    else this.#refused += 1;
    increment(this.#byAction, this.#keyOf(record.route, record.action));
    increment(this.#byStatusClass, STATUS_CLASSES[Math.floor(record.status / 100)] ?? 'none');
    for (const reason of record.uninspected) increment(this.#byUninspectedReason, reason);
    if (record.fault !== undefined) increment(this.#byFault, record.fault);
    for (const finding of record.findings) increment(this.#byDetection, finding.detection);
    this.#sumMs += record.durationMs;
    let bucket = 0;
    while (bucket < DURATION_BUCKETS_MS.length && record.durationMs > DURATION_BUCKETS_MS[bucket]!) bucket += 1;
    this.#buckets[bucket]! += 1;
  }

  counts(
    others: Pick<
      WorkerCounts,
      'recordsDropped' | 'recordingsDropped' | 'upstreamRetries' | 'badRequestsOnWire' | 'activeTransactions'
    >,
  ): WorkerCounts {
    return {
      received: this.#received,
      inspected: this.#inspected,
      uninspected: this.#uninspected,
      refused: this.#refused,
      detectorErrors: this.detectorErrors,
      byAction: this.#byAction,
      byUninspectedReason: this.#byUninspectedReason,
      byFault: this.#byFault,
      byDetection: this.#byDetection,
      byStatusClass: this.#byStatusClass,
      durationMs: { buckets: this.#cumulative(), count: this.#received, sumMs: this.#sumMs },
      ...others,
    };
  }

  /** Most transactions are like the one before; a new text for each would have to be looked up letter by letter. */
  #keyOf(route: string, action: string): string {
    if (route !== this.#route || action !== this.#action) {
      this.#route = route;
      this.#action = action;
      this.#key = `${route} ${action}`;
    }
    return this.#key;
  }

  #cumulative(): number[] {
    let sum = 0;
    return DURATION_BUCKETS_MS.map((_, i) => {
      sum += this.#buckets[i]!;
      return sum;
    });
  }
}

const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx', '6xx', '7xx', '8xx', '9xx'];

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
