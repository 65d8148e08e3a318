// A candidate policy beside the live one, in a worker, on what passed: both judge the same finished transaction once more, and what
// differs is counted. Verdicts were given before, so that nothing here can change one.
// Invariants: `offer` never waits and never throws; at most WAITING_MAX transactions and WAITING_BYTES_MAX wait; judging takes
// slices of SLICE_MS and no more than CORE_SHARE_MAX of the worker's time. What finds no room is counted.
import type { PolicyBundle } from '../core/document.ts';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { type CompiledPolicy, compilePolicy } from '../inspection/compiled-policy.ts';
import { PolicyComparison, type ShadowCounts } from '../inspection/policy-comparison.ts';
import { type JudgeSettings, RecordedJudge } from '../inspection/recorded-judge.ts';
import type { Snapshot } from '../inspection/snapshot.ts';

/** What a worker is told to compare. */
export interface ShadowOrder {
  readonly run: string;
  readonly candidate: PolicyBundle;
  /** Version of the live policy that the candidate is compared with. */
  readonly against: string;
  /** 0 to 1: part of the transactions that is looked at, by chance. */
  readonly share: number;
}

const WAITING_MAX = 200;
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
const BODY_BYTES_MAX = 256 * 1024;
const SLICE_MS = 1;
const CORE_SHARE_MAX = 0.1;

export interface ShadowJudgeOptions {
  readonly settings: Omit<JudgeSettings, 'onDetectorError' | 'observer' | 'messages'>;
  readonly snapshot: () => Snapshot;
  readonly random: () => number;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly later: (step: () => void, ms: number) => void;
}

interface Waiting {
  readonly id: string;
  readonly transaction: RecordedTransaction;
  readonly bytes: number;
}

interface Run {
  readonly order: ShadowOrder;
  readonly policy: CompiledPolicy;
  readonly live: RecordedJudge;
  readonly candidate: RecordedJudge;
  seen: Snapshot;
  comparison: PolicyComparison;
  readonly skipped: { full: number; large: number; otherPolicy: number };
  errors: number;
  inspectionMs: number;
  compared: number;
}

export class ShadowJudge {
  readonly #options: ShadowJudgeOptions;
  #run: Run | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isStepping = false;

  constructor(options: ShadowJudgeOptions) {
    this.#options = options;
  }

  /** Undefined ends it. @throws when the candidate cannot be compiled; nothing is compared then. */
  follow(order: ShadowOrder | undefined): void {
    this.#run = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (order === undefined) return;
    const seen = this.#options.snapshot();
    const policy = compilePolicy(order.candidate);
    const onDetectorError = (): void => {
      if (this.#run !== undefined) this.#run.errors += 1;
    };
    const settings = { ...this.#options.settings, onDetectorError };
    this.#run = {
      order,
      policy,
      live: new RecordedJudge(settings, seen),
      candidate: new RecordedJudge(settings, { ...seen, policy }),
      seen,
      ...noCounts(order),
    };
  }

  wants(): boolean {
    const run = this.#run;
    return run !== undefined && (run.order.share >= 1 || this.#options.random() < run.order.share);
  }

  offer(transaction: RecordedTransaction, id: string): boolean {
    const run = this.#run;
    if (run === undefined) return false;
    const bodies = [transaction.request.body.length, transaction.response?.body.length ?? 0] as const;
    const bytes = bodies[0] + bodies[1];
    if (Math.max(...bodies) > BODY_BYTES_MAX) {
      run.skipped.large += 1;
      return false;
    }
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      run.skipped.full += 1;
      return false;
    }
    this.#waiting.push({ id, transaction, bytes });
    this.#waitingBytes += bytes;
    if (!this.#isStepping) this.#stepAfter(0);
    return true;
  }

  /** What was counted since it was last taken; undefined when that is nothing. */
  take(): ShadowCounts | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    const { order, skipped, errors, inspectionMs, comparison, compared } = run;
    if (compared + errors + skipped.full + skipped.large + skipped.otherPolicy === 0) return undefined;
    Object.assign(run, noCounts(order));
    return { run: order.run, skipped, errors, inspectionMs, report: comparison.report() };
  }

  #stepAfter(ms: number): void {
    this.#isStepping = true;
    this.#options.later(() => this.#step(), ms);
  }

  #step(): void {
    const { now } = this.#options;
    const start = now();
    let spent = 0;
    while (this.#waiting.length > 0 && spent < SLICE_MS) {
      const { id, transaction, bytes } = this.#waiting.shift()!;
      this.#waitingBytes -= bytes;
      if (this.#run !== undefined) this.#compare(this.#run, id, transaction);
      spent = now() - start;
    }
    if (this.#run !== undefined) this.#run.inspectionMs += spent;
    this.#isStepping = false;
    if (this.#waiting.length > 0) this.#stepAfter(Math.ceil(spent / CORE_SHARE_MAX - spent));
  }

  #compare(run: Run, id: string, transaction: RecordedTransaction): void {
    const snapshot = this.#options.snapshot();
    if (snapshot.policy.version !== run.order.against) {
      run.skipped.otherPolicy += 1;
      return;
    }
    if (snapshot !== run.seen) {
      run.seen = snapshot;
      run.live.publish(snapshot);
      run.candidate.publish({ ...snapshot, policy: run.policy });
    }
    try {
      run.comparison.add(id, run.live.judge(id, transaction), run.candidate.judge(id, transaction));
      run.compared += 1;
    } catch {
      run.errors += 1;
    }
  }
}

function noCounts({ against, candidate }: ShadowOrder) {
  return {
    comparison: new PolicyComparison(against, candidate.version),
    skipped: { full: 0, large: 0, otherPolicy: 0 },
    errors: 0,
    inspectionMs: 0,
    compared: 0,
  };
}
