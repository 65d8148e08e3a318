// `sallyport shadow start|show|promote|drop`: a candidate policy beside the live one of a running gateway.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EndedShadow, ShadowState } from '../admin/shadow-context.ts';
import type { DocumentFault } from '../core/document.ts';
import { loadDirectories, policyFiles } from '../policy-loader/load-directories.ts';
import { type AdminAnswer, type AdminOptions, callAdmin, titleOf } from './admin-api.ts';
import { comparisonText } from './backtest/text.ts';
import { milliseconds } from './duration.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';

const HOUR_MS = 3_600_000;

export interface ShadowStartOptions extends AdminOptions {
  readonly candidate: string;
  readonly share: string;
  readonly for: string;
  readonly reason: string;
}

export async function runShadowStart(options: ShadowStartOptions): Promise<number> {
  const { candidate } = options;
  const [share, period] = [Number(options.share), milliseconds(options.for)];
  const objection =
    !existsSync(candidate) || !statSync(candidate).isDirectory()
      ? `${candidate}: is not a folder with policies`
      : !(share > 0 && share <= 1)
        ? '--share is a part of the transactions: more than 0, at most 1'
        : period === undefined
          ? '--for is a duration, such as `24h`'
          : undefined;
  if (objection !== undefined) return objects(objection);
  // Faults are told here, where they have a file and a line.
  const faults = faultsOf(options);
  for (const fault of faults) console.error(faultLine(fault));
  if (faults.length > 0) return 1;
  const documents = policyFiles(resolve(candidate), [])
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n---\n');
  const answer = await callAdmin(options, '/policies/shadow', {
    documents,
    onTopOf: 'shipped',
    share,
    hours: period! / HOUR_MS,
    reason: options.reason,
  });
  if (!isGood(answer)) return failed(answer);
  const started = answer.body as ShadowState;
  console.log(
    `${started.candidate} runs beside ${started.against} on ${100 * started.share} % of the traffic until ${new Date(started.until).toISOString()}`,
  );
  return 0;
}

export async function runShadowShow(options: AdminOptions & { readonly format: string }): Promise<number> {
  const answer = await callAdmin(options, '/policies/shadow');
  if (!isGood(answer)) return failed(answer);
  if (options.format === 'json') {
    process.stdout.write(`${JSON.stringify(answer.body)}\n`);
    return 0;
  }
  const { running, last } = answer.body as { running: ShadowState | null; last: EndedShadow | null };
  if (running !== null) process.stdout.write(`${headOf(running)}\n${comparisonText(running.report)}`);
  else if (last === null) console.log('no candidate runs beside the live policy');
  else
    process.stdout.write(
      `no candidate runs; the last one, ${last.candidate}, was ${END_WORDS[last.end]} by ${last.endedBy}${last.endReason === '' ? '' : `: ${last.endReason}`}\n${comparisonText(last.report)}`,
    );
  return 0;
}

export async function runShadowPromote(options: AdminOptions & { readonly reason: string }): Promise<number> {
  const answer = await callAdmin(options, '/policies/shadow/promote', { reason: options.reason });
  if (!isGood(answer)) return failed(answer);
  const { version, isCanary } = answer.body as { version: string; isCanary: boolean };
  console.log(isCanary ? `a canary has ${version} now` : `${version} is live`);
  console.log('your policy files are as they were: put the change there too, or their next change takes it back');
  return 0;
}

export async function runShadowDrop(options: AdminOptions & { readonly reason: string }): Promise<number> {
  const query = new URLSearchParams({ reason: options.reason });
  const answer = await callAdmin(options, `/policies/shadow?${query}`, undefined, 'DELETE');
  if (!isGood(answer)) return failed(answer);
  console.log(`${(answer.body as EndedShadow).candidate} is dropped`);
  return 0;
}

const END_WORDS: Readonly<Record<EndedShadow['end'], string>> = {
  promoted: 'promoted',
  dropped: 'dropped',
  live: 'made live',
  refused: 'refused',
};

function headOf({ by, at, until, share, isComparing, skipped, errors, inspectionMs, report }: ShadowState): string {
  const { full, large, otherPolicy } = skipped;
  const left = full + large + otherPolicy + errors;
  const cost = report.transactions === 0 ? '' : `, ${(inspectionMs / report.transactions).toFixed(2)} ms each`;
  return (
    `started by ${by} at ${new Date(at).toISOString()}, ${isComparing ? 'until' : 'ended'} ${new Date(until).toISOString()}, ` +
    `${100 * share} % of the traffic${cost}${left === 0 ? '' : `; ${left} not judged (no room ${full}, large ${large}, other policy ${otherPolicy}, errors ${errors})`}`
  );
}

function faultsOf({ config, candidate }: ShadowStartOptions): readonly DocumentFault[] {
  const { configuration, faults } = givenConfiguration(config, {});
  if (configuration === undefined) return faults;
  return loadDirectories({ ...policyDirectories(configuration), operator: resolve(candidate) }).faults;
}

type Good = Extract<AdminAnswer, { status: number }>;

function isGood(answer: AdminAnswer): answer is Good {
  return 'status' in answer && answer.status >= 200 && answer.status < 300;
}

function failed(answer: AdminAnswer): number {
  if ('objection' in answer) return objects(answer.objection);
  const { faults } = (answer.body ?? {}) as { faults?: readonly DocumentFault[] };
  for (const fault of faults ?? []) console.error(faultLine(fault));
  return objects(titleOf(answer.body));
}

function objects(sentence: string): number {
  console.error(sentence);
  return 1;
}
