// What passed, over time, for the pictures of the console: counts in three rings of buckets, an hour, a day and a week long.
// Invariant: bounded whatever passes; a bucket is a few numbers.
import type { TransactionRecord } from '../core/record.ts';

export const SPANS = {
  hour: { bucketMs: 10_000, bucketsMax: 360 },
  day: { bucketMs: 300_000, bucketsMax: 288 },
  week: { bucketMs: 3_600_000, bucketsMax: 168 },
} as const;
export type Span = keyof typeof SPANS;

export interface TrafficBucket {
  /** Start, milliseconds since the epoch. */
  readonly at: number;
  received: number;
  tagged: number;
  masked: number;
  blocked: number;
  /** In monitor mode: what enforce mode would have masked or blocked. */
  wouldAct: number;
  clientErrors: number;
  serverErrors: number;
  bytesOut: number;
  /** Of milliseconds in all and in the upstream, for averages. */
  durationMs: number;
  upstreamMs: number;
}

export class TrafficHistory {
  readonly #rings: { readonly [S in Span]: TrafficBucket[] };
  received = 0;

  constructor(dump: unknown = {}) {
    const kept = dump as Partial<Record<Span, TrafficBucket[]>>;
    this.#rings = { hour: kept.hour ?? [], day: kept.day ?? [], week: kept.week ?? [] };
  }

  take(record: TransactionRecord): void {
    this.received += 1;
    for (const span of Object.keys(SPANS) as Span[]) count(this.#bucket(span, record.receivedAt), record);
  }

  /** Every bucket of the span up to now, empty ones included, oldest first. */
  over(span: Span, now: number): TrafficBucket[] {
    const { bucketMs, bucketsMax } = SPANS[span];
    const byStart = new Map(this.#rings[span].map((one) => [one.at, one]));
    const last = Math.floor(now / bucketMs) * bucketMs;
    return Array.from({ length: bucketsMax }, (_, i) => {
      const at = last - (bucketsMax - 1 - i) * bucketMs;
      return byStart.get(at) ?? emptyBucket(at);
    });
  }

  dump(): unknown {
    return this.#rings;
  }

  #bucket(span: Span, at: number): TrafficBucket {
    const { bucketMs, bucketsMax } = SPANS[span];
    const ring = this.#rings[span];
    const start = Math.floor(at / bucketMs) * bucketMs;
    // Records come nearly in order: the one looked for is at the end.
    for (let i = ring.length - 1; i >= 0; i--) {
      if (ring[i]!.at === start) return ring[i]!;
      if (ring[i]!.at < start) break;
    }
    const made = emptyBucket(start);
    ring.push(made);
    if (ring.length > 1 && ring.at(-2)!.at > start) ring.sort((a, b) => a.at - b.at);
    if (ring.length > bucketsMax) ring.shift();
    return made;
  }
}

function count(bucket: TrafficBucket, record: TransactionRecord): void {
  bucket.received += 1;
  if (record.action === 'tag') bucket.tagged += 1;
  else if (record.action === 'mask') bucket.masked += 1;
  else if (record.action === 'block') bucket.blocked += 1;
  if (record.enforced !== record.action && (record.enforced === 'block' || record.enforced === 'mask'))
    bucket.wouldAct += 1;
  if (record.status >= 500) bucket.serverErrors += 1;
  else if (record.status >= 400) bucket.clientErrors += 1;
  bucket.bytesOut += record.responseBodyBytes;
  bucket.durationMs += record.durationMs;
  bucket.upstreamMs += record.upstreamMs ?? 0;
}

function emptyBucket(at: number): TrafficBucket {
  return {
    at,
    received: 0,
    tagged: 0,
    masked: 0,
    blocked: 0,
    wouldAct: 0,
    clientErrors: 0,
    serverErrors: 0,
    bytesOut: 0,
    durationMs: 0,
    upstreamMs: 0,
  };
}
