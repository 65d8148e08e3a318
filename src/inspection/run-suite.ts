// Runs policy unit tests: each case is a recorded transaction through the engine, and what it expects is compared.
import type { Baseline } from '../core/baseline.ts';
import { DEFAULT_CONTRACT_ANSWERS } from '../core/contract.ts';
import { type Contracts, NO_CONTRACTS } from '../core/contracts.ts';
import type { SuiteCase, SuiteDocument } from '../core/document.ts';
import type { Inspector } from '../core/inspector.ts';
import type { TransactionRecord } from '../core/record.ts';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { ContractTable } from '../openapi/contract-table.ts';
import { prepareContract } from '../openapi/prepare.ts';
import { runRecorded } from './run-recorded.ts';

export interface CaseResult {
  readonly suite: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** What differed, in sentences; empty when the case passed. */
  readonly differences: readonly string[];
}

/** An inspector for a mode and what was learned, whose records go to `onRecord`, and whose one route `default` is held to `contracts`. */
export type InspectorFor = (
  mode: SuiteCase['mode'],
  onRecord: (record: TransactionRecord) => void,
  contracts: Contracts,
  baseline: Baseline | undefined,
) => Inspector;

export function runSuite(suite: SuiteDocument, inspectorFor: InspectorFor, at: number): CaseResult[] {
  const contracts = contractsOf(suite);
  if ('fault' in contracts) {
    const { id, source } = suite;
    const differences = [`\`openapi\`: ${contracts.fault}`];
    return [{ suite: id, name: '`openapi`', file: source.file, line: source.line, differences }];
  }
  return suite.cases.map((one, i) => {
    let record: TransactionRecord | undefined;
    const onRecord = (made: TransactionRecord): void => {
      record = made;
    };
    const inspector = inspectorFor(one.mode, onRecord, contracts, one.baseline);
    const outcome = runRecorded(inspector, `${suite.id}-${i + 1}`, transactionOf(one, at));
    const differences = record === undefined ? ['the transaction was not completed'] : compare(one, record, outcome);
    return { suite: suite.id, name: one.name, file: one.source.file, line: one.source.line, differences };
  });
}

function contractsOf({ openapi, id }: SuiteDocument): Contracts | { readonly fault: string } {
  if (openapi === undefined) return NO_CONTRACTS;
  const source = {
    route: 'default',
    document: `/${id}`,
    origin: 'document',
    basePath: undefined,
    folders: [],
  } as const;
  const read = prepareContract(source, new Map([[source.document, JSON.stringify(openapi)]]));
  if ('contract' in read) return new ContractTable([read.contract], () => DEFAULT_CONTRACT_ANSWERS);
  return { fault: 'fault' in read ? read.fault.message : `other files are not read here: ${read.missing.join(', ')}` };
}

function transactionOf(one: SuiteCase, at: number): RecordedTransaction {
  const request = message(one.request.headers, one.request.body);
  const response =
    one.response === undefined
      ? undefined
      : { status: one.response.status, ...message(one.response.headers, one.response.body) };
  return {
    at,
    clientAddress: one.client.ip,
    request: { method: one.request.method, url: one.request.path, ...withHost(request) },
    response,
  };
}

/** An object or list is sent as JSON, a string as it is. */
function message(
  headers: Readonly<Record<string, string>>,
  body: unknown,
): { rawHeaders: string[]; body: Buffer; isDecoded: boolean } {
  const rawHeaders = Object.entries(headers).flat();
  const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (body === undefined || body === null) return { rawHeaders, body: Buffer.alloc(0), isDecoded: true };
  if (typeof body === 'string') {
    return {
      rawHeaders: isNamed ? rawHeaders : [...rawHeaders, 'content-type', 'text/plain'],
      body: Buffer.from(body),
      isDecoded: true,
    };
  }
  return {
    rawHeaders: isNamed ? rawHeaders : [...rawHeaders, 'content-type', 'application/json'],
    body: Buffer.from(JSON.stringify(body)),
    isDecoded: true,
  };
}

function withHost<M extends { rawHeaders: string[] }>(one: M): M {
  const isNamed = one.rawHeaders.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  return isNamed ? one : { ...one, rawHeaders: ['host', 'api.example.com', ...one.rawHeaders] };
}

function compare(one: SuiteCase, record: TransactionRecord, outcome: ReturnType<typeof runRecorded>): string[] {
  const { expect } = one;
  const differences: string[] = [];
  const refusal = outcome.refusal;
  const action = refusal?.kind === 'refuse' ? 'block' : record.action;
  const found = [...new Set(record.findings.map((finding) => finding.detection))];
  if (expect.action !== undefined && action !== expect.action) {
    const because =
      refusal?.kind === 'refuse' ? ` (refused: ${refusal.fault.code})` : ` (${found.join(', ') || 'no findings'})`;
    differences.push(`expected action ${expect.action}, got ${action}${because}`);
  }
  if (expect.status !== undefined) {
    const status =
      refusal === undefined
        ? one.response?.status
        : refusal.kind === 'block'
          ? refusal.verdict.status
          : refusal.fault.status;
    if (status !== expect.status) differences.push(`expected status ${expect.status}, got ${status}`);
  }
  for (const detection of expect.findings ?? []) {
    if (!found.includes(detection))
      differences.push(`expected the finding ${detection}, got ${found.join(', ') || 'none'}`);
  }
  if (expect.findings?.length === 0 && found.length > 0) {
    const said = record.findings.map((f) => `${f.detection} at ${f.location}${f.pointer} (${f.confidence}: ${f.what})`);
    differences.push(`expected no findings, got ${said.join('; ')}`);
  }
  for (const detection of expect.notFindings) {
    if (found.includes(detection)) differences.push(`expected no finding ${detection}`);
  }
  if (expect.request !== undefined)
    differences.push(...bodyDifferences('request', expect.request.body, outcome.requestBody));
  if (expect.response !== undefined)
    differences.push(...bodyDifferences('response', expect.response.body, outcome.responseBody));
  return differences;
}

function bodyDifferences(which: string, expected: unknown, body: Buffer | undefined): string[] {
  if (body === undefined) return [`expected a ${which} body, got a local reply`];
  const text = body.toString('utf8');
  if (typeof expected === 'string')
    return text === expected
      ? []
      : [`expected the ${which} body ${JSON.stringify(expected)}, got ${JSON.stringify(text)}`];
  let actual: unknown;
  try {
    actual = JSON.parse(text);
  } catch {
    return [`expected a JSON ${which} body, got ${JSON.stringify(text.slice(0, 200))}`];
  }
  return partDifferences(which, '', expected, actual);
}

/** Every key of the expected value must be there and equal; further keys are of no concern. */
function partDifferences(which: string, pointer: string, expected: unknown, actual: unknown): string[] {
  if (typeof expected !== 'object' || expected === null) {
    return Object.is(expected, actual)
      ? []
      : [`expected ${JSON.stringify(expected)} at ${which} ${pointer || '/'}, got ${JSON.stringify(actual)}`];
  }
  if (typeof actual !== 'object' || actual === null)
    return [`expected an object at ${which} ${pointer || '/'}, got ${JSON.stringify(actual)}`];
  return Object.entries(expected).flatMap(([key, value]) =>
    partDifferences(which, `${pointer}/${key}`, value, (actual as Record<string, unknown>)[key]),
  );
}
