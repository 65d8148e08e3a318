import type { SuiteDocument } from '../core/document.ts';
import { createDefaultEngine } from '../inspection/default-engine.ts';
import { runSuite } from '../inspection/run-suite.ts';
import { compileSnapshot, withBaseline } from '../inspection/snapshot.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';

/** Resolves with the exit code: 1 when a case fails, a document is faulty, or there is nothing to run. */
export async function runTest(folder: string | undefined, options: { readonly config?: string }): Promise<number> {
  const overrides = folder === undefined ? {} : { policies: folder };
  const { configuration, faults } = givenConfiguration(options.config, overrides);
  const { bundle, faults: policyFaults } =
    configuration === undefined ? { bundle: undefined, faults: [] } : loadDirectories(policyDirectories(configuration));
  for (const fault of [...faults, ...policyFaults]) console.error(faultLine(fault));
  if (bundle === undefined || faults.length + policyFaults.length > 0) return 1;
  const snapshot = compileSnapshot(bundle, []);
  const suites = bundle.documents.filter(
    (document): document is SuiteDocument => document.kind === 'suite' && document.enabled,
  );
  let passed = 0;
  let failed = 0;
  for (const suite of suites) {
    for (const result of runSuite(
      suite,
      (mode, onRecord, contracts, baseline) =>
        createDefaultEngine(withBaseline({ ...snapshot, contracts }, baseline), mode, onRecord),
      Date.now(),
    )) {
      if (result.differences.length === 0) {
        passed += 1;
        continue;
      }
      failed += 1;
      console.error(`${result.file}:${result.line} ${result.suite}: ${result.name}`);
      for (const difference of result.differences) console.error(`  ${difference}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed in ${suites.length} suites`);
  return failed > 0 || passed === 0 ? 1 : 0;
}
