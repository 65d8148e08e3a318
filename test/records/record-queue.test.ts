import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { TransactionRecord } from '../../src/core/record.ts';
import { type Batch, RECORDS_MAX, RecordQueue } from '../../src/records/record-queue.ts';
import { listenForRecords } from '../../src/records/record-server.ts';
import { WorkerCounter } from '../../src/records/worker-counts.ts';
import { simulatedTraffic } from '../support/traffic/simulated-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'records-'));
const others = {
  recordsDropped: 0,
  recordingsDropped: 0,
  upstreamRetries: 0,
  badRequestsOnWire: 0,
  activeTransactions: 3,
};
const [PLAIN] = [...simulatedTraffic({ seed: 1, transactions: 1, days: 1, probes: 0 })];
const record = (i: number): TransactionRecord => ({ ...PLAIN!, id: `t${i}`, path: `/작은/"노트북"/${i}` });

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

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
    expect(JSON.parse(JSON.stringify(records))).toEqual(
      Array.from({ length: 1_234 }, (_, i) => JSON.parse(JSON.stringify(record(i)))),
    );
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

  it('reads any record of a batch again', async () => {
    const path = join(folder, 'again.sock');
    const wanted = Array.from({ length: 40 }, (_, i) => record(i));
    const queue = new RecordQueue(path, 1, () => new WorkerCounter().counts(others));
    const again = new Promise<TransactionRecord[]>((resolve) => {
      void listenForRecords(path, (batch, reading) => {
        if ([...batch.records].length === 40) resolve([39, 0, 17, 39].map(reading));
      });
    });
    for (const one of wanted) queue.offer(one);
    const read = await again;
    await queue.close();
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify([39, 0, 17, 39].map((i) => wanted[i]))));
  });

  it('takes no harm from frames that are none, and goes on with the others', async () => {
    const path = join(folder, 'garbage.sock');
    const ids: string[] = [];
    const server = await listenForRecords(path, (batch) => {
      for (const { id } of batch.records) ids.push(id);
    });
    const counts = JSON.stringify(new WorkerCounter().counts(others));
    for (const text of [
      '',
      'null',
      '7',
      '{',
      '{"worker":1}',
      `{"worker":1,"records":{},"counts":${counts}}`,
      '{"worker":1,"records":[],"counts":{}}',
      `{"worker":1,"records":[[0,"x"]],"counts":${counts}}`,
      `{"worker":1,"records":[[16,1e9]],"counts":${counts}}`,
    ]) {
      const socket = connect(path);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(Buffer.byteLength(text));
      socket.on('error', () => {}).resume();
      socket.write(Buffer.concat([head, Buffer.from(text)]));
      await new Promise((refused) => socket.once('close', refused));
    }
    const queue = new RecordQueue(path, 2, () => new WorkerCounter().counts(others));
    queue.offer(record(5));
    for (let i = 0; i < 100 && ids.length === 0; i++) await wait(20);
    await queue.close();
    server.close();
    expect(ids).toEqual(['t5']);
  });
});
