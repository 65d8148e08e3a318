// `sallyport replay`: recorded transactions through the same engine and the same analysis, out of band, on their own clock.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { judgeSettings } from '../configured-engine.ts';
import type { Incident } from '../core/incident.ts';
import { EndpointMatcher } from '../inspection/endpoints.ts';
import { Observer } from '../inspection/observe.ts';
import { RecordedJudge } from '../inspection/recorded-judge.ts';
import { compileSnapshot } from '../inspection/snapshot.ts';
import { statedTemplates } from '../inspection/stated-templates.ts';
import { ContractTable } from '../openapi/contract-table.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';
import { History } from './replay/history.ts';
import { mergeLearned } from './replay/learned-file.ts';
import { ReplayReport } from './replay/report.ts';
import { Traffic } from './replay/traffic.ts';

export interface ReplayOptions {
  readonly config?: string;
  readonly policies?: string;
  readonly format: string;
  readonly enforceReport?: boolean;
  /** Compare with what was learned of the traffic before, as a gateway that had watched it would. */
  readonly learn?: boolean;
  /** A gateway's `learned.json`, known from the start. */
  readonly learned?: string;
}

/**
 * How far the heap may grow over what is in use before it is collected whole. V8 would let it grow to four times that: of a long
 * recording most of it is transactions that are over.
 */
const HEAP_GROWTH_PERCENT = 30;
const ID = /^replay-(\d+)$/;

/** Resolves with the exit code: 1 when a file cannot be read, a policy is faulty, or there was not one transaction. */
export async function runReplay(files: readonly string[], options: ReplayOptions): Promise<number> {
  const traffic = new Traffic(files);
  const objections = traffic.objections();
  for (const objection of objections) console.error(objection);
  if (objections.length > 0) return 1;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  const overrides = options.policies === undefined ? {} : { policies: options.policies };
  const { configuration, contracts, faults } = givenConfiguration(options.config, overrides);
  const { bundle, faults: policyFaults } =
    configuration === undefined ? { bundle: undefined, faults: [] } : loadDirectories(policyDirectories(configuration));
  for (const fault of [...faults, ...policyFaults]) console.error(faultLine(fault));
  if (configuration === undefined || bundle === undefined || policyFaults.length > 0) return 1;
  const observer = new Observer(secretOf(files));
  const failed = new Map<string, number>();
  const settings = await judgeSettings(configuration, {
    observer: () => observer,
    onDetectorError: (detector) => void failed.set(detector, (failed.get(detector) ?? 0) + 1),
  });
  const stated = statedTemplates(configuration);
  const snapshot = {
    ...compileSnapshot(bundle, []),
    endpoints: new EndpointMatcher(stated),
    contracts: new ContractTable(contracts, (route) => configuration.contracts[route]),
  };
  const judge = new RecordedJudge(settings, snapshot);
  const history = new History(bundle, configuration.identity.trustedProxies, stated);
  const learns = options.learn === true || options.learned !== undefined;
  const follow = (): void => judge.publish({ ...snapshot, ...history.known });
  if (options.learned !== undefined) {
    const objection = mergeLearned(options.learned, history);
    if (objection !== undefined) {
      console.error(objection);
      return 1;
    }
    follow();
  }
  const report = new ReplayReport(options.enforceReport === true);
  for await (const transaction of traffic.read()) {
    const index = report.transactions;
    const judgement = judge.judge(`replay-${index}`, transaction);
    report.add(judgement);
    if (history.take(judgement.record) && learns) follow();
  }
  const { incidents, restrictions } = history.end();
  if (history.late > 0)
    console.error(
      `${history.late} transactions are far older than those before them; sort the input to find all behaviour`,
    );
  for (const [detector, times] of failed) console.error(`the detector ${detector} failed ${times} times`);
  if (options.format === 'json') await report.writeJson(incidents.map(withTransactions));
  else await report.writeText(incidents, restrictions, traffic.malformed);
  return report.transactions === 0 && traffic.malformed > 0 ? 1 : 0;
}

/** Evidence names transactions by id; here their index is what people can look up. */
function withTransactions(incident: Incident): object {
  const transactions = incident.evidence.flatMap(({ position, transactionId }) => {
    const index = ID.exec(transactionId)?.[1];
    return position === 'trigger' && index !== undefined ? [Number(index)] : [];
  });
  return { ...incident, transactions };
}

const SECRET_BYTES = 64 * 1024;

/**
 * Hashes in a report are keyed with the recording itself: the same input gives the same report, and a report alone does not let
 * anybody try names against it.
 */
function secretOf(files: readonly string[]): Buffer {
  const hash = createHash('sha256');
  const head = Buffer.alloc(SECRET_BYTES);
  for (const file of files) {
    const handle = openSync(file, 'r');
    hash.update(head.subarray(0, readSync(handle, head, 0, SECRET_BYTES, 0)));
    closeSync(handle);
  }
  return hash.digest();
}
