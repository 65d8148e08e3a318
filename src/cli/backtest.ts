// `sallyport backtest`: candidate policies against the live ones on the same traffic, before anybody is blocked by them.
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Configuration } from '../configuration/load.ts';
import { judgeSettings } from '../configured-engine.ts';
import type { PreparedContract } from '../core/contract.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { EndpointMatcher } from '../inspection/endpoints.ts';
import { type ComparisonReport, PolicyComparison } from '../inspection/policy-comparison.ts';
import { RecordedJudge } from '../inspection/recorded-judge.ts';
import { compileSnapshot } from '../inspection/snapshot.ts';
import { statedTemplates } from '../inspection/stated-templates.ts';
import { ContractTable } from '../openapi/contract-table.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { recordingPlace } from '../recorder/open-recorder.ts';
import { recordedSince } from '../recorder/read-recording.ts';
import { comparisonText } from './backtest/text.ts';
import { milliseconds } from './duration.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';
import { History, type KnownByNow } from './replay/history.ts';
import { mergeLearned } from './replay/learned-file.ts';
import { Traffic } from './replay/traffic.ts';

export interface BacktestOptions {
  readonly candidate: string;
  readonly traffic?: readonly string[];
  readonly since?: string;
  readonly config?: string;
  readonly data?: string;
  readonly policies?: string;
  /** A gateway's `learned.json`: both policies know what is normal by it. */
  readonly learned?: string;
  readonly format: string;
}

const NEWLY_BLOCKED = 2;

/** Resolves with the exit code: 0, 1 when something cannot be read, 2 when the candidate blocks what passes today. */
export async function runBacktest(options: BacktestOptions): Promise<number> {
  const { candidate, policies, data } = options;
  if (!existsSync(candidate) || !statSync(candidate).isDirectory()) {
    console.error(`${candidate}: is not a folder with policies`);
    return 1;
  }
  const overrides = { ...(policies === undefined ? {} : { policies }), ...(data === undefined ? {} : { data }) };
  const { configuration, contracts, faults } = givenConfiguration(options.config, overrides);
  for (const fault of faults) console.error(faultLine(fault));
  if (configuration === undefined) return 1;
  const directories = policyDirectories(configuration);
  const loads = [
    loadDirectories(directories),
    loadDirectories({ ...directories, operator: resolve(candidate) }),
  ] as const;
  const policyFaults = loads.flatMap((load) => load.faults);
  for (const fault of policyFaults) console.error(faultLine(fault));
  if (policyFaults.length > 0) return 1;
  const traffic = trafficOf(options, configuration);
  if ('objections' in traffic) {
    for (const objection of traffic.objections) console.error(objection);
    return 1;
  }
  const [live, next] = [loads[0].bundle, loads[1].bundle];
  let known: KnownByNow | undefined;
  if (options.learned !== undefined) {
    const history = new History(live, configuration.identity.trustedProxies, statedTemplates(configuration));
    const objection = mergeLearned(options.learned, history);
    if (objection !== undefined) {
      console.error(objection);
      return 1;
    }
    known = history.known;
  }
  const report = await compare({ configuration, contracts, known }, live, next, traffic.read);
  if (report.transactions === 0) {
    console.error('there is no traffic to compare on');
    return 1;
  }
  process.stdout.write(options.format === 'json' ? `${JSON.stringify(report)}\n` : comparisonText(report));
  return report.newlyBlocked.count > 0 ? NEWLY_BLOCKED : 0;
}

/** The same transactions through both policies. */
export async function compare(
  {
    configuration,
    contracts,
    known,
  }: {
    readonly configuration: Configuration;
    readonly contracts: readonly PreparedContract[];
    readonly known?: KnownByNow | undefined;
  },
  live: PolicyBundle,
  candidate: PolicyBundle,
  traffic: AsyncIterable<RecordedTransaction>,
): Promise<ComparisonReport> {
  const settings = await judgeSettings(configuration, { observer: () => undefined, onDetectorError: () => {} });
  const shared = {
    endpoints: new EndpointMatcher(statedTemplates(configuration)),
    contracts: new ContractTable(contracts, (route) => configuration.contracts[route]),
    ...known,
  };
  const liveJudge = new RecordedJudge(settings, { ...compileSnapshot(live, []), ...shared });
  const candidateJudge = new RecordedJudge(settings, { ...compileSnapshot(candidate, []), ...shared });
  const comparison = new PolicyComparison(live.version, candidate.version);
  let index = 0;
  for await (const transaction of traffic) {
    const id = `backtest-${index}`;
    comparison.add(id, liveJudge.judge(id, transaction), candidateJudge.judge(id, transaction));
    index += 1;
  }
  return comparison.report();
}

function trafficOf(
  { traffic, since }: BacktestOptions,
  configuration: Configuration,
): { readonly read: AsyncIterable<RecordedTransaction> } | { readonly objections: readonly string[] } {
  if (traffic !== undefined && traffic.length > 0) {
    if (since !== undefined) return { objections: ['say either --traffic or --since'] };
    const files = new Traffic(traffic);
    const objections = files.objections();
    return objections.length > 0 ? { objections } : { read: files.read() };
  }
  const period = milliseconds(since ?? '24h');
  if (period === undefined) return { objections: ['--since is a duration, such as `24h`'] };
  const { folder, keyFile } = recordingPlace(configuration);
  if (!existsSync(folder))
    return { objections: [`${folder}: nothing was recorded; switch on \`recorder\`, or name files with --traffic`] };
  const recording = recordedSince(folder, keyFile, Date.now() - period);
  return 'objection' in recording ? { objections: [recording.objection] } : { read: recording.read };
}
