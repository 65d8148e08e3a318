// An upgrade as the last of a pipeline waits until the answers before it are out, and costs neither them nor the worker.
import { createHash } from 'node:crypto';
import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { closed, gateway, until, upstreamThat, withPatience } from './world.ts';

const HOST = 'Host: a\r\n';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const HANDSHAKE = `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`;
const H2C = `GET /h2c HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;
const LARGE = 'x'.repeat(4 * 1024 * 1024);

async function world() {
  const upstream = await upstreamThat(({ url }, response) => {
    // Later than the parser has handed over what is behind it.
    setTimeout(() => response.end(url === '/large' ? LARGE : `answer to ${url}`), 50);
  });
  upstream.server.on('upgrade', ({ headers }, socket) => {
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\nframes`,
    );
  });
  const { plane, port } = await gateway([upstream.url]);
  return {
    plane,
    upstream,
    say: async (bytes: string, last: string) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => {});
      let text = '';
      const end = new Promise<void>((resolve) => {
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          if (text.includes(last)) resolve();
        });
      });
      socket.write(bytes);
      await withPatience(Promise.race([end, closed(socket)]), last.slice(0, 40));
      socket.destroy();
      return text;
    },
  };
}

describe('an upgrade in a pipeline', () => {
  it.each([
    ['a GET', `GET /1 HTTP/1.1\r\n${HOST}\r\n`, 'answer to /1'],
    ['three GETs', `GET /1 HTTP/1.1\r\n${HOST}\r\n`.repeat(3), 'answer to /1'],
    ['a POST', `POST /1 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`, 'answer to /1'],
    ['an answer larger than the sockets hold', `GET /large HTTP/1.1\r\n${HOST}\r\n`, LARGE],
  ])('behind %s comes after the answer, whatever it asks for', async (_, before, answer) => {
    const { plane, say } = await world();
    const tunnel = await say(before + HANDSHAKE, 'frames');
    expect(tunnel.indexOf(answer)).toBeGreaterThan(0);
    expect(tunnel.indexOf('HTTP/1.1 101 ')).toBeGreaterThan(tunnel.lastIndexOf(answer));
    const plain = await say(before + H2C, 'answer to /h2c');
    expect(plain.indexOf(answer)).toBeGreaterThan(0);
    expect(plain.indexOf('answer to /h2c')).toBeGreaterThan(plain.lastIndexOf(answer));
    expect(plane.counters).toMatchObject({ inspectionErrors: 0, slowClients: 0 });
  });

  it('of a client that leaves meanwhile leaves nothing behind', async () => {
    const { plane, upstream, say } = await world();
    for (const last of [H2C, HANDSHAKE]) await say(`GET /1 HTTP/1.1\r\n${HOST}\r\n${last}`, 'answer to /1');
    expect(upstream.received.length).toBeGreaterThanOrEqual(2);
    const { counters } = plane;
    await until(() => counters.activeTransactions === 0 && counters.openUpgrades === 0, 'the end of both');
    expect(counters.inspectionErrors).toBe(0);
  });
});
