// The decision about a transaction, as a value that explains itself.
import type { Action, Finding } from './finding.ts';

export interface Verdict {
  /** What happens to the transaction. */
  readonly action: Action;
  /** What would happen in enforce mode; differs from `action` only in monitor mode. */
  readonly enforced: Action;
  readonly findings: readonly Finding[];
  /** Noisy-OR of the findings' confidences, 0 to 1. */
  readonly confidence: number;
  /** The decision rule that applied, such as `finding-blocks`, `signals-add-up`, `allow-list`, `nothing-found`. */
  readonly rule: string;
  /** HTTP status of the local reply when the action is block. */
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly policyVersion: string;
}
