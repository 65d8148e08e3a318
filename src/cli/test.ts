import { runSuites } from '../inspection/run-suites.ts';
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
  const { suites, results } = runSuites(bundle, Date.now());
  const wrong = results.filter(({ differences }) => differences.length > 0);
  for (const { file, line, suite, name, differences } of wrong) {
    console.error(`${file}:${line} ${suite}: ${name}`);
    for (const difference of differences) console.error(`  ${difference}`);
  }
  const passed = results.length - wrong.length;
  console.log(`${passed} passed, ${wrong.length} failed in ${suites} suites`);
  return wrong.length > 0 || passed === 0 ? 1 : 0;
}
