import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { TransactionRecord } from '../../src/core/record.ts';
import { type Batch, RECORDS_MAX, RecordQueue } from '../../src/records/record-queue.ts';
import { listenForRecords } from '../../src/records/record-server.ts';
import { WorkerCounter } from '../../src/records/worker-counts.ts';

const folder = mkdtempSync(join(tmpdir(), 'records-'));
const others = {
  recordsDropped: 0,
  recordingsDropped: 0,
  upstreamRetries: 0,
  badRequestsOnWire: 0,
  activeTransactions: 3,
};
const record = (i: number): TransactionRecord =>
  ({ id: `t${i}`, path: `/작은/"노트북"/${i}`, findings: [], fault: undefined }) as unknown as TransactionRecord;

afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

describe('the queue of records', () => {
  it('brings every record to the analyst, whole and in order, with the counts', async () => {
    const path = join(folder, 'records.sock');
    const batches: Batch[] = [];
    let arrived = 0;
    const all = new Promise<void>((resolve) => {
      void listenForRecords(path, (batch) => {
        const records = [...batch.records];
        batches.push({ ...batch, records });
        arrived += records.length;
        if (arrived === 1_234) resolve();
      });
    });
    const queue = new RecordQueue(path, 7, () => new WorkerCounter().counts(others));
    for (let i = 0; i < 1_234; i++) expect(queue.offer(record(i))).toBe(true);
    await all;
    await queue.close();
    const records = batches.flatMap((batch) => batch.records);
    expect(records).toEqual(Array.from({ length: 1_234 }, (_, i) => JSON.parse(JSON.stringify(record(i)))));
    expect(batches.every((batch) => batch.worker === 7 && batch.counts.activeTransactions === 3)).toBe(true);
    expect(Math.max(...batches.map((batch) => batch.records.length))).toBeLessThanOrEqual(500);
  });

  it('drops and counts what does not fit, by number and by size', async () => {
    const few = new RecordQueue(join(folder, 'nobody.sock'), 1, () => new WorkerCounter().counts(others));
    for (let i = 0; i < RECORDS_MAX; i++) few.offer(record(i));
    expect(few.offer(record(0))).toBe(false);
    expect([few.length, few.dropped]).toEqual([RECORDS_MAX, 1]);
    await few.close();
    const large = new RecordQueue(join(folder, 'nobody.sock'), 1, () => new WorkerCounter().counts(others));
    const huge = { ...record(0), path: 'x'.repeat(8 * 1024 * 1024) };
    let taken = 0;
    while (large.offer(huge)) taken += 1;
    expect([taken, large.dropped]).toEqual([8, 1]);
    await large.close();
  });
});
