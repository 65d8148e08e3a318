// G1: what is under way when the worker is told to stop ends well, whatever it is.
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { InspectorThatForwards, route } from './inspectors.ts';
import { ask, gateway, until, withPatience } from './world.ts';

describe('draining', () => {
  it('lets uploads, downloads, event streams and WebSockets end, tells kept connections, and takes no new one', async () => {
    const { url, release } = await busyUpstream();
    const inspector = new InspectorThatForwards({ route: route({ mode: 'monitor' }) });
    const { port, plane } = await gateway([url], inspector);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    await get(port, agent);

    const uploads = Array.from({ length: 20 }, () => slowUpload(port));
    const downloads = Array.from({ length: 20 }, () => ask(port, { path: '/download' }));
    const events = Array.from({ length: 20 }, () => ask(port, { path: '/events' }));
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openWebSocket(port)));
    await until(
      () => plane.counters.activeTransactions === 60 && plane.counters.openUpgrades === 20,
      'all to be under way',
    );

    const drained = plane.drain(20_000);
    // A request on a kept connection that was on its way: answered, and told that it was the last.
    const last = await get(port, agent);
    expect([last.statusCode, last.headers.connection]).toEqual([200, 'close']);
    await expect(ask(port)).rejects.toThrow();
    release();
    for (const upload of uploads) upload.finish();
    for (const socket of sockets) {
      const echoed = new Promise((resolve) => socket.once('message', resolve));
      socket.send('still here');
      expect(String(await echoed)).toBe('still here');
      socket.close();
    }
    expect((await Promise.all(uploads.map((one) => one.answer))).map((one) => [one.status, one.body.length])).toEqual(
      Array(20).fill([200, 5]),
    );
    expect((await Promise.all(downloads)).map((one) => one.body.length)).toEqual(Array(20).fill(10 * 1_000));
    expect((await Promise.all(events)).map((one) => one.body.toString().split('data:').length)).toEqual(
      Array(20).fill(11),
    );
    expect(await drained).toEqual({ cutTransactions: 0, cutUpgrades: 0 });
    expect(plane.counters).toMatchObject({ activeTransactions: 0, openUpgrades: 0, heldBytes: 0 });
    expect(inspector.completed.length).toBe(1 + 60 + 20 + 1);
    expect(inspector.completed.filter((one) => one.fault !== undefined)).toEqual([]);
  }, 40_000);

  it('cuts what does not end within the grace, counts it, and completes it', async () => {
    const { url } = await busyUpstream();
    const inspector = new InspectorThatForwards({ route: route({ mode: 'monitor' }) });
    const { port, plane } = await gateway([url], inspector);
    const never = Array.from({ length: 5 }, () => ask(port, { path: '/never' }).catch(() => 'cut'));
    const sockets = await Promise.all(Array.from({ length: 3 }, () => openWebSocket(port)));
    await until(() => plane.counters.activeTransactions === 5, 'all to be under way');
    expect(await plane.drain(100)).toEqual({ cutTransactions: 5, cutUpgrades: 3 });
    expect(await Promise.all(never)).toEqual(Array(5).fill('cut'));
    await until(() => sockets.every((socket) => socket.readyState === WebSocket.CLOSED), 'the WebSockets to be closed');
    expect(inspector.completed.length).toBe(8);
  });
});

describe('a thousand WebSockets that are reset', () => {
  it('leave no socket behind on either side', async () => {
    const { url, connections } = await busyUpstream();
    const { port, plane } = await gateway([url], new InspectorThatForwards());
    const handshake =
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const before = { upstream: connections.size };
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const socket = net.connect(port, '127.0.0.1');
          socket.on('error', () => {});
          socket.write(handshake);
          // At once, after the handshake was sent, after the 101, and after a message.
          if (i % 4 === 1) await new Promise((turn) => setImmediate(turn));
          if (i % 4 >= 2) await new Promise((resolve) => socket.once('data', resolve));
          if (i % 4 === 3) {
            socket.write(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x69 ^ 1, 0x69 ^ 2]));
            await new Promise((resolve) => socket.once('data', resolve));
          }
          socket.resetAndDestroy();
        }),
      );
    }
    await until(
      () => plane.counters.openUpgrades === 0 && connections.size === before.upstream,
      'all sockets to be closed',
    );
    expect(plane.counters.inspectionErrors).toBe(0);
  }, 60_000);
});

/** Downloads and event streams go on once they are released. */
async function busyUpstream(): Promise<{ url: string; connections: Set<net.Socket>; release: () => void }> {
  let isReleased = false;
  const connections = new Set<net.Socket>();
  const server = http.createServer((request, response) => {
    if (request.url === '/upload') {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      request.on('end', () => response.end(String(bytes)));
    } else if (request.url === '/download' || request.url === '/events') {
      const isEvents = request.url === '/events';
      if (isEvents) response.writeHead(200, { 'content-type': 'text/event-stream' });
      let parts = 0;
      response.write(isEvents ? ': hello\n\n' : '');
      response.flushHeaders();
      const timer = setInterval(() => {
        if (!isReleased) return;
        parts += 1;
        response.write(isEvents ? `data: ${parts}\n\n` : 'x'.repeat(1_000));
        if (parts < 10) return;
        clearInterval(timer);
        response.end();
      }, 20);
    } else if (request.url !== '/never') response.end('ok');
  });
  const webSockets = new WebSocketServer({ server });
  webSockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (text) => socket.send(text.toString()));
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    release: () => (isReleased = true),
  };
}

function get(port: number, agent: http.Agent): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', agent }, (response) => {
        response.resume();
        response.once('end', () => setImmediate(() => resolve(response)));
      })
      .on('error', reject);
  });
}

function slowUpload(port: number) {
  let finish = (): void => {};
  const answer = new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = http.request(
      { port, host: '127.0.0.1', path: '/upload', method: 'POST', agent: false },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode!, body }));
      },
    );
    request.on('error', reject);
    request.write('x'.repeat(50_000));
    finish = () => request.end('x'.repeat(50_000 - 1));
  });
  return { answer, finish: () => finish() };
}

function openWebSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  socket.on('error', () => {});
  return withPatience(new Promise((resolve) => socket.once('open', () => resolve(socket))), 'the WebSocket to open');
}
