// The analyst's end: takes batches from every worker of this machine.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { FrameReader } from './frame.ts';
import type { Batch } from './record-queue.ts';

export function listenForRecords(path: string, onBatch: (batch: Batch) => void): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      try {
        for (const batch of reader.read(chunk)) onBatch(batch as Batch);
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
