// `sallyport bench`: what this build detects and what it costs on this machine, by itself: no other program is needed.
// Detection is counted over the shipped suites: cases that expect findings, and cases that expect none.
import type { SuiteDocument } from '../core/document.ts';
import { createDefaultEngine } from '../inspection/default-engine.ts';
import { runSuite } from '../inspection/run-suite.ts';
import { compileSnapshot } from '../inspection/snapshot.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { bareProxy, canPin, gateway, httpProxy } from './bench/contestant.ts';
import { FULL_PLAN, measure, SHORT_PLAN } from './bench/measure.ts';
import { measurementsTable } from './bench/report.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';

export interface BenchOptions {
  readonly full?: boolean;
}

/** Resolves with the exit code: 1 when a row is missing or answered wrongly. */
export async function runBench(options: BenchOptions): Promise<number> {
  stopWithChildren();
  const detection = countDetection();
  if (detection === undefined) return 1;
  const plan = options.full === true ? FULL_PLAN : SHORT_PLAN;
  const contestants = [bareProxy, httpProxy, gateway('off'), gateway('monitor'), gateway('enforce')];
  const measurements = await measure(contestants, plan, showProgress);
  showProgress('');
  const { attacks, recognised, ordinary, flagged } = detection;
  console.log(
    `shipped suites: ${recognised} of ${attacks} attacks recognised, ${flagged} of ${ordinary} ordinary flagged`,
  );
  if (!canPin) console.log('taskset is missing (apt-get install util-linux): nothing is pinned, figures are rougher');
  console.log(['', ...measurementsTable(measurements, plan.scenarios)].join('\n'));
  return measurements.missing.length + measurements.cells.filter((cell) => cell.failures > 0).length > 0 ? 1 : 0;
}

/** An interrupted bench must not leave proxies behind: what ends on `exit` does so after a signal too. */
export function stopWithChildren(): void {
  process.setMaxListeners(50);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/** One line that is overwritten, on a terminal only. */
export function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`);
}

function countDetection():
  | { readonly attacks: number; readonly recognised: number; readonly ordinary: number; readonly flagged: number }
  | undefined {
  const { configuration } = givenConfiguration(undefined, {});
  if (configuration === undefined) return undefined;
  const { bundle, faults } = loadDirectories(policyDirectories(configuration));
  for (const fault of faults) console.error(faultLine(fault));
  if (faults.length > 0) return undefined;
  const snapshot = compileSnapshot(bundle, []);
  const counts = { attacks: 0, recognised: 0, ordinary: 0, flagged: 0 };
  for (const suite of bundle.documents.filter((one): one is SuiteDocument => one.kind === 'suite' && one.enabled)) {
    for (const one of suite.cases) {
      const expected = one.expect.findings;
      if (expected === undefined) continue;
      const [result] = runSuite(
        { ...suite, cases: [one] },
        (mode, onRecord, contracts) => createDefaultEngine({ ...snapshot, contracts }, mode, onRecord),
        0,
      );
      const isRight = result!.differences.length === 0;
      if (expected.length > 0) {
        counts.attacks += 1;
        if (isRight) counts.recognised += 1;
      } else {
        counts.ordinary += 1;
        if (!isRight) counts.flagged += 1;
      }
    }
  }
  return counts;
}
