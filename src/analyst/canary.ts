// Watches a policy that only some workers have yet, against the one that the others have: transactions say which they saw.
// It fails as soon as its block rate, its server errors or its latency leave their band by more than chance explains.
import type { CanaryGroup, CanaryState } from '../admin/policy-life-context.ts';
import type { TransactionRecord } from '../core/record.ts';

export interface CanarySettings {
  readonly durationMs: number;
  /** Transactions of each side before anything is said. */
  readonly samplesMin: number;
  /** Rises that are tolerated: of shares as they are, of latency as a share of itself. */
  readonly blockShareRise: number;
  readonly errorShareRise: number;
  readonly latencyRise: number;
  /** Ids of the routes that it is tried on, and compared on; undefined for all. */
  readonly routes?: readonly string[] | undefined;
}

export type CanaryVerdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Standard errors: once in ten thousand looks by chance. */
const Z = 3.7;
const LATENCY_FLOOR_MS = 5;
const BUCKET_FACTOR = 1.2;
const BUCKETS = 90;

class Group {
  transactions = 0;
  blocked = 0;
  failed = 0;
  readonly #latencies = new Uint32Array(BUCKETS);

  add({ action, status, durationMs, upstreamMs }: TransactionRecord): void {
    this.transactions += 1;
    if (action === 'block') this.blocked += 1;
    else if (status >= 500) this.failed += 1;
    // What the gateway adds, where it is known; the upstream is the same for both.
    const ms = Math.max(0, durationMs - (upstreamMs ?? 0));
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.ceil(Math.log(ms + 1) / Math.log(BUCKET_FACTOR))));
    this.#latencies[bucket]! += 1;
  }

  p95Ms(): number {
    let rest = this.transactions * 0.95;
    for (let i = 0; i < BUCKETS; i++) {
      rest -= this.#latencies[i]!;
      if (rest <= 0) return BUCKET_FACTOR ** i - 1;
    }
    return 0;
  }

  state(): CanaryGroup {
    const { transactions: n } = this;
    return {
      transactions: n,
      blockedShare: n === 0 ? 0 : this.blocked / n,
      failedShare: n === 0 ? 0 : this.failed / n,
      p95Ms: Math.round(this.p95Ms() * 10) / 10,
    };
  }
}

export class Canary {
  readonly version: string;
  readonly against: string;
  readonly #settings: CanarySettings;
  readonly #since: number;
  readonly #canary = new Group();
  readonly #others = new Group();

  constructor(version: string, against: string, settings: CanarySettings, now: number) {
    this.version = version;
    this.against = against;
    this.#settings = settings;
    this.#since = now;
  }

  take(record: TransactionRecord): void {
    if (this.#settings.routes?.includes(record.route) === false) return;
    if (record.policyVersion === this.version) this.#canary.add(record);
    else if (record.policyVersion === this.against) this.#others.add(record);
  }

  verdict(now: number): CanaryVerdict {
    const { samplesMin, durationMs } = this.#settings;
    if (Math.min(this.#canary.transactions, this.#others.transactions) >= samplesMin) {
      const reason = this.#objection();
      if (reason !== undefined) return { kind: 'failed', reason };
    }
    // Too little traffic to say anything is no reason to wait for ever.
    return now - this.#since >= durationMs ? { kind: 'passed' } : { kind: 'wait' };
  }

  get state(): CanaryState {
    return {
      version: this.version,
      against: this.against,
      since: this.#since,
      until: this.#since + this.#settings.durationMs,
      canary: this.#canary.state(),
      others: this.#others.state(),
    };
  }

  #objection(): string | undefined {
    const { blockShareRise, errorShareRise, latencyRise } = this.#settings;
    const [one, other] = [this.#canary, this.#others];
    const percent = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`;
    if (isAbove(one.blocked, one.transactions, other.blocked, other.transactions, blockShareRise))
      return `it blocks ${percent(one.blocked, one.transactions)} of the traffic, the policy before ${percent(other.blocked, other.transactions)}`;
    if (isAbove(one.failed, one.transactions, other.failed, other.transactions, errorShareRise))
      return `${percent(one.failed, one.transactions)} of the answers are server errors, with the policy before ${percent(other.failed, other.transactions)}`;
    const [slow, usual] = [one.p95Ms(), other.p95Ms()];
    // Buckets are a fifth apart.
    if (slow > usual * (1 + latencyRise) * BUCKET_FACTOR + LATENCY_FLOOR_MS)
      return `inspection takes ${slow.toFixed(1)} ms for the slowest twentieth, with the policy before ${usual.toFixed(1)} ms`;
    return undefined;
  }
}

/** True when the first share is above the second by more than `rise`, and by more than chance explains. */
function isAbove(a: number, ofA: number, b: number, ofB: number, rise: number): boolean {
  const [shareA, shareB] = [a / ofA, b / ofB];
  const pooled = (a + b) / (ofA + ofB);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / ofA + 1 / ofB));
  return shareA - shareB > rise && shareA - shareB > Z * error;
}
