// I2: clients that ask for a large answer and do not read it. Whatever they say meanwhile, they are closed within the time that they
// have for a byte; who reads slowly is not.
import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { InspectorThatForwards } from './inspectors.ts';
import { closed, gateway, until, upstreamThat, withPatience } from './world.ts';

const WRITE_IDLE_MS = 600;
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');
const PIECE_MS = 100;

async function readerOf(body: 'stream' | 'hold') {
  const upstream = await upstreamThat((_, response) => response.end(LARGE));
  const { plane, port } = await gateway([upstream.url], new InspectorThatForwards({ body }), {
    pace: { tickMs: 20, writeIdleMs: WRITE_IDLE_MS },
  });
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return { plane, socket };
}

describe.each(['stream', 'hold'] as const)('I2: a client that does not read its answer (%s)', (body) => {
  it.each([
    ['says nothing', ''],
    ['sends empty lines', '\r\n'],
    ['sends further requests', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['sends a head that never ends', 'x'],
  ])('and %s is closed', async (_, piece) => {
    const { plane, socket } = await readerOf(body);
    const timer = piece === '' ? undefined : setInterval(() => socket.write(piece), PIECE_MS);
    await until(
      () => plane.counters.slowClients > 0 && plane.counters.activeTransactions === 0,
      'the client to be lost',
    );
    clearInterval(timer);
    socket.destroy();
    await closed(socket);
  });

  it('and reads a little now and then is served', async () => {
    const { plane, socket } = await readerOf(body);
    let got = 0;
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
      if (got % (1024 * 1024) < chunk.length) socket.pause();
    });
    const timer = setInterval(() => socket.resume(), PIECE_MS);
    await withPatience(new Promise((resolve) => setTimeout(resolve, 4 * WRITE_IDLE_MS)), 'some time');
    expect([plane.counters.slowClients, plane.counters.activeTransactions, socket.destroyed]).toEqual([0, 1, false]);
    expect(got).toBeGreaterThan(0);
    clearInterval(timer);
    socket.destroy();
    await closed(socket);
  });
});

describe('large answers of one pipeline', () => {
  it.each(['stream', 'hold'] as const)('all arrive, one behind the other (%s)', async (body) => {
    const part = LARGE.subarray(0, 4 * 1024 * 1024);
    const upstream = await upstreamThat((_, response) => response.end(part));
    const { plane, port } = await gateway([upstream.url], new InspectorThatForwards({ body }));
    const socket = net.connect(port, '127.0.0.1');
    let got = 0;
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(7));
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await withPatience(closed(socket), 'the last answer');
    expect(got).toBeGreaterThan(8 * part.length);
    expect(plane.counters).toMatchObject({ inspectionErrors: 0, slowClients: 0, activeTransactions: 0 });
  });
});
