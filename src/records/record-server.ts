// The analyst's end: takes batches from every worker of this machine.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { TransactionRecord } from '../core/record.ts';
import { FrameReader, textOf } from './frame.ts';
import type { Batch } from './record-queue.ts';
import { Unpacking } from './unpacked-record.ts';
import type { WorkerCounts } from './worker-counts.ts';

type PackedBatch = Omit<Batch, 'records'> & { readonly records: unknown[] };

/** Its records can be gone through once. */
export type ArrivedBatch = Omit<Batch, 'records'> & { readonly records: Iterable<TransactionRecord> };

/** `again` reads a record of the batch anew from what came over the socket, which is kept as long as somebody may ask. */
export type OnBatch = (batch: ArrivedBatch, again: (index: number) => TransactionRecord) => void;

export function listenForRecords(path: string, onBatch: OnBatch): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      try {
        // One is parsed when those before it are done: the collector would copy what waits.
        for (const text of reader.read(chunk)) {
          const batch = batchOf(text);
          onBatch({ ...batch, records: oneByOne(batch.records) }, rereading(text));
        }
      } catch {
        socket.destroy();
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      // Only this user may speak to the analyst.
      chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

/** @throws RangeError or SyntaxError for what is no batch */
function batchOf(text: Buffer): PackedBatch {
  const { worker, records, counts } = Object(JSON.parse(textOf(text))) as Partial<PackedBatch>;
  if (typeof worker !== 'number' || !Array.isArray(records) || !areCounts(counts)) throw new RangeError('no batch');
  return { worker, records, counts };
}

function areCounts(counts: Partial<WorkerCounts> | undefined): counts is WorkerCounts {
  return typeof counts?.received === 'number' && Array.isArray(counts.durationMs?.buckets);
}

function rereading(text: Buffer): Parameters<OnBatch>[1] {
  // Whoever asks for one of them asks for others in the same turn.
  let read: WeakRef<TransactionRecord[]> | undefined;
  return (index) => {
    let records = read?.deref();
    if (records === undefined) {
      records = [...oneByOne(batchOf(text).records)];
      read = new WeakRef(records);
    }
    return records[index]!;
  };
}

/** What was taken is let go before the next: of a whole batch the collector would copy each record. */
function* oneByOne(packed: unknown[]): Generator<TransactionRecord> {
  const unpacking = new Unpacking();
  for (let i = 0; i < packed.length; i++) {
    const one = packed[i];
    packed[i] = undefined;
    yield unpacking.next(one);
  }
}
