// The analyst's end: takes batches from every worker of this machine.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { TransactionRecord } from '../core/record.ts';
import { FrameReader, textOf } from './frame.ts';
import { type PackedRecord, unpacked } from './packed-record.ts';
import type { Batch } from './record-queue.ts';

type PackedBatch = Omit<Batch, 'records'> & { readonly records: (PackedRecord | undefined)[] };

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
        for (const { value, text } of reader.read(chunk)) {
          const batch = value as PackedBatch;
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

function rereading(text: Buffer): Parameters<OnBatch>[1] {
  // Whoever asks for one of them asks for others in the same turn.
  let read: WeakRef<PackedBatch> | undefined;
  return (index) => {
    let batch = read?.deref();
    if (batch === undefined) {
      batch = JSON.parse(textOf(text)) as PackedBatch;
      read = new WeakRef(batch);
    }
    return unpacked(batch.records[index]!);
  };
}

/** What was taken is let go before the next: of a whole batch the collector would copy each record. */
function* oneByOne(records: (PackedRecord | undefined)[]): Generator<TransactionRecord> {
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    records[i] = undefined;
    yield unpacked(record);
  }
}
