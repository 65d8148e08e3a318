// What tests of recordings read them with: a file made for the moment, and what came out of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedTransaction } from '../../src/core/recorded-transaction.ts';
import type { RecordedEntry } from '../../src/ingest/entry.ts';
import { readTransactions } from '../../src/ingest/read-transactions.ts';

export async function read(content: string | Buffer, name = 'traffic'): Promise<RecordedEntry[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ingest-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, content);
    const entries: RecordedEntry[] = [];
    for await (const entry of readTransactions(file)) entries.push(entry);
    return entries;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function transactions(entries: readonly RecordedEntry[]): RecordedTransaction[] {
  return entries.flatMap((entry) => ('transaction' in entry ? [entry.transaction] : []));
}

export function malformed(entries: readonly RecordedEntry[]): { line: number; malformed: string }[] {
  return entries.flatMap((entry) => ('malformed' in entry ? [entry] : []));
}
