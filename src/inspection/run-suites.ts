// All unit tests of a policy, on a snapshot of it: what `sallyport test` runs, and the console for a draft.
import type { PolicyBundle, SuiteDocument } from '../core/document.ts';
import { createDefaultEngine } from './default-engine.ts';
import { type CaseResult, runSuite } from './run-suite.ts';
import { compileSnapshot, withBaseline } from './snapshot.ts';

export interface SuiteResults {
  readonly suites: number;
  readonly results: readonly CaseResult[];
}

export function runSuites(bundle: PolicyBundle, at: number): SuiteResults {
  const snapshot = compileSnapshot(bundle, []);
  const suites = bundle.documents.filter((one): one is SuiteDocument => one.kind === 'suite' && one.enabled);
  const results = suites.flatMap((suite) =>
    runSuite(
      suite,
      (mode, onRecord, contracts, baseline) =>
        createDefaultEngine(withBaseline({ ...snapshot, contracts }, baseline), mode, onRecord),
      at,
    ),
  );
  return { suites: suites.length, results };
}
