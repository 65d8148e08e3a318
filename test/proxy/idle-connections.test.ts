// An idle connection keeps nothing of what it had: bodies that are held count towards a budget until their transaction ends, and who
// kept his connections open would keep them all, uncounted.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolder, startGateway, upstreamThat } from '../run/gateway-process.ts';

const ANSWER = JSON.stringify({
  notes: Array.from({ length: 9_000 }, (_, i) => `note ${i} ${'abcdefgh '.repeat(10)}`),
});
const CONNECTIONS = 400;
const MIB = 1024 * 1024;

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]) / 1024;
}

/** Asks once, reads the answer to its end, and leaves the connection open. */
function askAndStay(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /notes HTTP/1.1\r\nhost: api.example\r\n\r\n'));
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received >= ANSWER.length) resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}

describe('connections that stay open after a large answer', () => {
  const sockets: Socket[] = [];
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });

  it('do not hold on to it', async () => {
    const upstream = await upstreamThat((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(ANSWER);
    });
    const gateway = await startGateway(['--upstream', upstream.url, '--workers', '1', '--mode', 'enforce']);
    try {
      const port = Number(new URL(gateway.url).port);
      const [worker] = gateway.pids('gateway');
      for (let i = 0; i < 20; i++) sockets.push(await askAndStay(port));
      const before = residentMiB(worker!);
      for (let i = 0; i < CONNECTIONS; i++) sockets.push(await askAndStay(port));
      const grownMiB = residentMiB(worker!) - before;
      // Kept, they would be more than this together; the rest is what the collector has not come to yet.
      expect((CONNECTIONS * ANSWER.length) / MIB).toBeGreaterThan(350);
      expect(grownMiB).toBeLessThan(175);
    } finally {
      await gateway.stop('SIGKILL');
      upstream.close();
      removeFolder(gateway.data);
    }
  }, 120_000);
});
