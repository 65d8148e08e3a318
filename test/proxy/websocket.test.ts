import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { InspectorThatBlocks } from './inspectors.ts';
import { gateway } from './world.ts';

describe('a WebSocket', () => {
  it('passes messages both ways, and leaves no socket behind when the client resets', async () => {
    const { url, server } = await echo();
    const { port, plane } = await gateway([url]);
    for (let i = 0; i < 20; i++) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
      expect(await once(socket, 'hello')).toBe('hello');
      socket.terminate();
    }
    await until(() => server.clients.size === 0 && plane.counters.openUpgrades === 0);
  });

  it('is refused with the verdict when its handshake is blocked', async () => {
    const { url } = await echo();
    const { port } = await gateway([url], new InspectorThatBlocks());
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const status = await new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
  });

  it('is refused when the upstream does not speak it', async () => {
    const plain = http.createServer((_, response) => response.writeHead(404).end('no')).listen(0, '127.0.0.1');
    onTestFinished(() => {
      plain.closeAllConnections();
      plain.close();
    });
    await new Promise((resolve) => plain.once('listening', resolve));
    const { port, plane } = await gateway([`http://127.0.0.1:${(plain.address() as AddressInfo).port}`]);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    await new Promise((resolve) => socket.on('error', resolve));
    await until(() => plane.counters.openUpgrades === 0);
  });
});

async function echo(): Promise<{ url: string; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (text) => socket.send(text.toString())));
  onTestFinished(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function once(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(text));
    socket.on('message', (answer) => resolve(answer.toString()));
  });
}

/** Sockets close in their own time; a few turns of the loop are enough, and too many mean that one was left behind. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let turns = 0; !isTrue(); turns++) {
    if (turns > 400) throw new Error('sockets were left behind');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
