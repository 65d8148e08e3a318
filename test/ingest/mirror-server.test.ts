// What mirrors send: requests as Envoy marks them, as HAProxy's mirror agent writes them, and from those who may not.
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { RecordedTransaction } from '../../src/core/recorded-transaction.ts';
import { headerValue } from '../../src/core/transaction.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import { listenForMirror, type Mirror } from '../../src/ingest/mirror-server.ts';
import { until } from '../run/gateway-process.ts';

let mirror: Mirror | undefined;
afterEach(() => mirror?.close());

async function listening({ from = ['127.0.0.0/8'], hasRoom = true } = {}) {
  const taken: RecordedTransaction[] = [];
  const counts = { received: 0, dropped: 0, refused: 0 };
  const intake: Intake = {
    room: async () => hasRoom,
    take: (one) => {
      taken.push(one);
    },
  };
  mirror = await listenForMirror({ host: '127.0.0.1', port: 0, from, bodyBytesMax: 1_000 }, intake, counts);
  return { taken, counts };
}

/** The status lines of what came back. */
function send(text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(mirror!.port, '127.0.0.1', () => socket.end(text));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.match(/HTTP\/1\.1 \d+/g) ?? []));
  });
}

it('takes what Envoy mirrors, with the host as the client wrote it', async () => {
  const { taken } = await listening();
  const request = (host: string): string =>
    `POST /api/orders?x=1 HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-For: 203.0.113.9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n`;
  expect(await send(request('shop.example.com-shadow:8080') + request('shop-shadow.example.com'))).toEqual([
    'HTTP/1.1 204',
    'HTTP/1.1 204',
  ]);
  await until(() => taken.length === 2);
  expect(taken.map(({ request: { rawHeaders } }) => headerValue(rawHeaders, 'host'))).toEqual([
    'shop.example.com:8080',
    'shop-shadow.example.com',
  ]);
  expect(taken[0]).toMatchObject({
    clientAddress: '127.0.0.1',
    request: { method: 'POST', url: '/api/orders?x=1' },
    response: undefined,
  });
  expect(taken[0]!.request.body.toString()).toBe('{"a":1}');
});

it("takes what HAProxy's mirror agent sends: HTTP/1.0 or without a host, one connection each", async () => {
  const { taken } = await listening();
  expect(await send('GET /a HTTP/1.0\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n')).toEqual(['HTTP/1.1 204']);
  expect(await send('GET /b HTTP/1.1\r\nConnection: close\r\n\r\n')).toEqual(['HTTP/1.1 204']);
  await until(() => taken.length === 2);
  expect(taken.map(({ request: { url } }) => url)).toEqual(['/a', '/b']);
});

it('keeps of a body only what is inspected, counts what finds no room, and refuses others', async () => {
  const long = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(5_000)}`;
  const first = await listening();
  await send(long);
  await until(() => first.taken.length === 1);
  expect(first.taken[0]!.request.body).toHaveLength(1_001);
  await mirror!.close();

  const full = await listening({ hasRoom: false });
  expect(await send(long)).toEqual(['HTTP/1.1 204']);
  await until(() => full.counts.dropped === 1);
  expect([full.taken, full.counts.received]).toEqual([[], 1]);
  await mirror!.close();

  const closed = await listening({ from: ['10.0.0.0/8'] });
  expect(await send(long)).toEqual(['HTTP/1.1 403']);
  expect(closed.counts).toEqual({ received: 0, dropped: 0, refused: 1 });
});
