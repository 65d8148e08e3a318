// What the admin API needs of the life of policies: versions, rollback, canary.
import type { PolicyBundle } from '../core/document.ts';

export interface PolicyVersionEntry {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  readonly action: 'publish' | 'rollback' | 'canary' | 'canary-failed' | 'promote';
  readonly reason: string;
  readonly documents: number;
}

export interface CanaryState {
  readonly version: string;
  readonly against: string;
  readonly since: number;
  readonly until: number;
  readonly canary: CanaryGroup;
  readonly others: CanaryGroup;
}

export interface CanaryGroup {
  readonly transactions: number;
  readonly blockedShare: number;
  readonly failedShare: number;
  readonly p95Ms: number;
}

export interface PolicyLifeContext {
  readonly live: string;
  /** Version of the files while another one is live on purpose. */
  readonly held:
    | { readonly files: string; readonly by: string; readonly at: number; readonly reason: string }
    | undefined;
  readonly canary: CanaryState | undefined;
  versions(): readonly PolicyVersionEntry[];
  /** Undefined when one of them is not kept. */
  difference(from: string, to: string): PolicyDifference | undefined;
  /** The version that is live then; a sentence when there is none to go back to. Without `version`, the one before. */
  rollBack(
    version: string | undefined,
    by: string,
    reason: string,
  ): { readonly version: string } | { readonly objection: string };
  /** A policy that no file has goes live, after a canary where one is configured. */
  promote(
    bundle: PolicyBundle,
    by: string,
    reason: string,
  ): { readonly version: string; readonly isCanary: boolean } | { readonly objection: string };
}

export interface PolicyDifference {
  readonly from: string;
  readonly to: string;
  readonly added: readonly DocumentName[];
  readonly removed: readonly DocumentName[];
  readonly changed: readonly (DocumentName & { readonly changes: readonly FieldChange[] })[];
}

export interface DocumentName {
  readonly kind: string;
  readonly id: string;
  readonly source: string;
}

export interface FieldChange {
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}
