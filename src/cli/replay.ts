// `sallyport replay`: recorded transactions through the same engine, out of band.

import type { TransactionRecord } from '../core/record.ts';
import { readTransactions } from '../ingest/read-transactions.ts';
import { createDefaultEngine } from '../inspection/default-engine.ts';
import { runRecorded } from '../inspection/run-recorded.ts';
import { compileSnapshot } from '../inspection/snapshot.ts';
import { loadDirectories } from '../policy-loader/load-directories.ts';
import { faultLine, givenConfiguration, policyDirectories } from './read-configuration.ts';

export interface ReplayOptions {
  readonly config?: string;
  readonly policies?: string;
  readonly format: string;
  readonly enforceReport?: boolean;
}

interface ReplayReport {
  transactions: number;
  readonly findings: {
    transaction: number;
    id: string;
    phase: string;
    pointer: string;
    location: string;
    dataType?: string;
    action: string;
  }[];
  readonly incidents: never[];
  readonly wouldBlock: number[];
  readonly malformed: { readonly file: string; readonly line: number; readonly message: string }[];
}

const MALFORMED_NAMED_MAX = 100;

/** Resolves with the exit code: 1 when a file cannot be read or a policy is faulty. */
export async function runReplay(files: readonly string[], options: ReplayOptions): Promise<number> {
  const overrides = options.policies === undefined ? {} : { policies: options.policies };
  const { configuration, faults } = givenConfiguration(options.config, overrides);
  const { bundle, faults: policyFaults } =
    configuration === undefined ? { bundle: undefined, faults: [] } : loadDirectories(policyDirectories(configuration));
  for (const fault of [...faults, ...policyFaults]) console.error(faultLine(fault));
  if (bundle === undefined || faults.length + policyFaults.length > 0) return 1;
  let record: TransactionRecord | undefined;
  const engine = createDefaultEngine(compileSnapshot(bundle, []), 'enforce', (made) => {
    record = made;
  });
  const report: ReplayReport = { transactions: 0, findings: [], incidents: [], wouldBlock: [], malformed: [] };
  for (const file of files) {
    for await (const entry of readTransactions(file)) {
      if ('malformed' in entry) {
        if (report.malformed.length < MALFORMED_NAMED_MAX)
          report.malformed.push({ file, line: entry.line, message: entry.malformed });
        continue;
      }
      const index = report.transactions;
      report.transactions += 1;
      const outcome = runRecorded(engine, `replay-${index}`, entry.transaction);
      for (const finding of record!.findings) {
        const { detection, phase, pointer, location, dataType, action } = finding;
        report.findings.push({
          transaction: index,
          id: detection,
          phase,
          pointer,
          location,
          ...(dataType === undefined ? {} : { dataType }),
          action,
        });
      }
      if (outcome.refusal !== undefined) {
        report.wouldBlock.push(index);
        if (outcome.refusal.kind === 'refuse') {
          report.findings.push({
            transaction: index,
            id: 'protocol-violation',
            phase: 'request-head',
            pointer: '',
            location: 'connection',
            action: 'block',
          });
        }
      }
    }
  }
  if (options.format === 'json') console.log(JSON.stringify(report));
  else print(report);
  return 0;
}

function print(report: ReplayReport): void {
  const counts = new Map<string, number>();
  for (const { id } of report.findings) counts.set(id, (counts.get(id) ?? 0) + 1);
  console.log(
    `${report.transactions} transactions, ${report.findings.length} findings, ${report.wouldBlock.length} would be blocked`,
  );
  for (const [id, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`  ${String(count).padStart(6)}  ${id}`);
  for (const { file, line, message } of report.malformed) console.log(`malformed: ${file}:${line} ${message}`);
}
