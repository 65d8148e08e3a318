// What the admin API needs of the candidate policy that runs beside the live one.
import type { DocumentFault } from '../core/document.ts';
import type { ComparisonReport, ShadowCounts } from '../inspection/policy-comparison.ts';
import type { PolicyDifference } from './policy-life-context.ts';

export interface ShadowWish {
  /** Policy documents in YAML. */
  readonly documents: string;
  /** `live`: they come on top of what is live. `shipped`: in place of everything that is not shipped. */
  readonly onTopOf: 'live' | 'shipped';
  /** 0 to 1: the part of the transactions that is looked at. */
  readonly share: number;
  readonly durationMs: number;
  readonly reason: string;
}

export interface ShadowState extends Omit<ShadowWish, 'durationMs'>, Omit<ShadowCounts, 'run'> {
  readonly id: string;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly until: number;
  /** False once its time is over; what was found stays until it is promoted or dropped. */
  readonly isComparing: boolean;
  /** Versions. The live one may have changed since the start; counting began anew then, at `since`. */
  readonly candidate: string;
  readonly against: string;
  readonly since: number;
  readonly report: ComparisonReport;
  /** What the candidate says otherwise than the live policy. */
  readonly changes: PolicyDifference;
}

export interface EndedShadow extends Omit<ShadowState, 'isComparing' | 'changes'> {
  /** `live`: the policy files say the same by now. `refused`: it could not be run. */
  readonly end: 'promoted' | 'dropped' | 'live' | 'refused';
  readonly endedAt: number;
  readonly endedBy: string;
  readonly endReason: string;
}

export type ShadowObjection = { readonly objection: string };

export interface ShadowContext {
  readonly running: ShadowState | undefined;
  readonly last: EndedShadow | undefined;
  start(
    wish: ShadowWish,
    by: string,
  ): Promise<ShadowState | { readonly faults: readonly DocumentFault[] } | ShadowObjection>;
  /** The version that is live then, or that a canary tries first. */
  promote(by: string, reason: string): { readonly version: string; readonly isCanary: boolean } | ShadowObjection;
  drop(by: string, reason: string): EndedShadow | ShadowObjection;
}
