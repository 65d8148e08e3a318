// Totals over all workers. A worker's counts are totals since its start; when a new one takes its place, the old one's stay.
import type { Batch } from './record-queue.ts';
import { DURATION_BUCKETS_MS, type WorkerCounts } from './worker-counts.ts';

const NUMBERS = [
  'received',
  'inspected',
  'uninspected',
  'refused',
  'recordsDropped',
  'recordingsDropped',
  'detectorErrors',
  'upstreamRetries',
  'badRequestsOnWire',
  'activeTransactions',
] as const;
const MAPS = ['byAction', 'byUninspectedReason', 'byFault', 'byDetection', 'byStatusClass'] as const;

/** Workers whose last counts are remembered one by one; the oldest are added up. */
const WORKERS_MAX = 1_000;

/** A worker that said nothing for so long has nothing under way any more. */
const SILENT_MS = 5_000;

type Sum = { [N in (typeof NUMBERS)[number]]: number } & { [M in (typeof MAPS)[number]]: Map<string, number> } & {
  readonly durationMs: { readonly buckets: number[]; count: number; sumMs: number };
};

export class TotalsOfWorkers {
  readonly #byWorker = new Map<number, WorkerCounts>();
  readonly #heardAt = new Map<number, number>();
  readonly #ended = emptySum();

  take(batch: Pick<Batch, 'worker' | 'counts'>): void {
    this.#byWorker.set(batch.worker, batch.counts);
    this.#heardAt.set(batch.worker, performance.now());
    if (this.#byWorker.size <= WORKERS_MAX) return;
    const [oldest, counts] = this.#byWorker.entries().next().value!;
    add(this.#ended, { ...counts, activeTransactions: 0 });
    this.#byWorker.delete(oldest);
    this.#heardAt.delete(oldest);
  }

  totals(): Sum {
    const sum = emptySum();
    add(sum, {
      ...this.#ended,
      ...Object.fromEntries(MAPS.map((name) => [name, Object.fromEntries(this.#ended[name])])),
    } as unknown as WorkerCounts);
    const since = performance.now() - SILENT_MS;
    for (const [worker, counts] of this.#byWorker) {
      const isSilent = (this.#heardAt.get(worker) ?? 0) < since;
      add(sum, isSilent ? { ...counts, activeTransactions: 0 } : counts);
    }
    return sum;
  }
}

function emptySum(): Sum {
  return {
    ...(Object.fromEntries(NUMBERS.map((name) => [name, 0])) as { [N in (typeof NUMBERS)[number]]: number }),
    ...(Object.fromEntries(MAPS.map((name) => [name, new Map()])) as {
      [M in (typeof MAPS)[number]]: Map<string, number>;
    }),
    durationMs: { buckets: DURATION_BUCKETS_MS.map(() => 0), count: 0, sumMs: 0 },
  };
}

function add(sum: Sum, counts: WorkerCounts): void {
  for (const name of NUMBERS) sum[name] += counts[name];
  for (const name of MAPS) {
    for (const [key, value] of Object.entries(counts[name])) sum[name].set(key, (sum[name].get(key) ?? 0) + value);
  }
  const { buckets, count, sumMs } = counts.durationMs;
  for (const [i, value] of buckets.entries()) sum.durationMs.buckets[i] = (sum.durationMs.buckets[i] ?? 0) + value;
  sum.durationMs.count += count;
  sum.durationMs.sumMs += sumMs;
}
