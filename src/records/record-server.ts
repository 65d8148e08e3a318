// The analyst's end: takes batches from every worker of this machine.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { FrameReader } from './frame.ts';
import { type PackedRecord, unpacked } from './packed-record.ts';
import type { Batch } from './record-queue.ts';

type PackedBatch = Omit<Batch, 'records'> & { readonly records: readonly PackedRecord[] };

export function listenForRecords(path: string, onBatch: (batch: Batch) => void): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.read(chunk)) {
          const batch = frame as PackedBatch;
          onBatch({ ...batch, records: batch.records.map(unpacked) });
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
