// What the admin API needs of backtests: a candidate given as YAML on top of what is live, tried on what the recorder kept.
import type { DocumentFault } from '../core/document.ts';
import type { ComparisonReport } from '../inspection/policy-comparison.ts';

export interface Backtest {
  readonly id: string;
  readonly by: string;
  readonly at: number;
  readonly sinceMs: number;
  readonly status: 'running' | 'done' | 'failed' | 'cancelled';
  /** Transactions compared so far. */
  readonly compared: number;
  readonly candidate: string;
  readonly report: ComparisonReport | undefined;
  /** Why it failed. */
  readonly reason: string | undefined;
}

export interface BacktestsContext {
  /** Newest first. */
  list(): readonly Backtest[];
  get(id: string): Backtest | undefined;
  /** Returns at once; the report is there when the status is `done`. */
  start(
    documents: string,
    sinceMs: number,
    by: string,
  ): Backtest | { readonly faults: readonly DocumentFault[] } | { readonly objection: string };
  /** Undefined when there is none of this id; one that has ended stays as it is. */
  cancel(id: string): Backtest | undefined;
}
