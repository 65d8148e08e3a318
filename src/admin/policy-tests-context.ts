// What the admin API needs of unit tests of a draft: run elsewhere, on what is live with the draft on top.
import type { DocumentFault } from '../core/document.ts';
import type { CaseResult } from '../inspection/run-suite.ts';

export interface PolicyTestReport {
  readonly suites: number;
  readonly passed: number;
  /** Cases of the draft's own suites, and those of others that fail. */
  readonly cases: readonly (Omit<CaseResult, 'file'> & { readonly isOfDraft: boolean })[];
  /** Failing cases, all of them. */
  readonly failed: number;
}

export interface PolicyTestsContext {
  run(
    documents: string,
  ): Promise<PolicyTestReport | { readonly faults: readonly DocumentFault[] } | { readonly objection: string }>;
}
