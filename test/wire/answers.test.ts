// Every answer of section K, from a raw upstream through the real data plane. After each, another request on the same gateway
// must get its own answer, or connections would be carrying what belongs to somebody else.
import * as net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, parsed } from '../proxy/world.ts';
import { ANSWERS, type AnswerRow, CUT_ANSWERS, LATER } from './corpus/k-responses.ts';
import { type RealGateway, realGateway } from './world.ts';

const NEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext';
const HOST = { host: 'api.example' };

describe.each(['enforce', 'monitor'] as const)('answers on the wire in mode %s', (mode) => {
  let gateway: RealGateway;
  let server: net.Server;
  const sockets = new Set<net.Socket>();
  let script: Pick<AnswerRow, 'bytes' | 'ends'> = { bytes: NEXT, ends: 'stay' };
  let ran = 0;

  beforeAll(async () => {
    server = net.createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!text.endsWith('\r\n\r\n')) return;
        const { bytes, ends } = text.startsWith('GET /next') ? { bytes: NEXT, ends: 'stay' } : script;
        text = '';
        const [now = '', later] = bytes.split(LATER);
        socket.write(now, 'latin1', () => {
          // The bytes have to be on their way before a reset takes them back.
          if (later !== undefined) setTimeout(() => socket.write(later, 'latin1'), 20);
          else if (ends === 'end') socket.end();
          else if (ends === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gateway = await realGateway([`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`], mode);
  });

  it('are relayed, rebuilt or refused', async () => {
    const wrong: string[] = [];
    for (const row of ANSWERS) {
      script = row;
      const complaint: string[] = [];
      const text = await raw(
        gateway.port,
        `${row.method} / HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n`,
      );
      const answer = parsed(text);
      if (answer.status !== row.status) complaint.push(`status ${answer.status} instead of ${row.status}`);
      const body = /transfer-encoding: chunked/i.test(answer.head) ? unchunked(answer.body) : answer.body;
      if (row.body !== undefined && body !== row.body) complaint.push(`body ${JSON.stringify(body)}`);
      if (row.body === undefined && !answer.head.includes('application/problem+json'))
        complaint.push('no problem report');
      if (/evil/.test(text)) complaint.push('the client got what belongs to nobody');
      for (const part of row.lacks)
        if (answer.head.toLowerCase().includes(part)) complaint.push(`the head has ${part}`);
      const next = await ask(gateway.port, { path: '/next', headers: HOST });
      if (next.body.toString() !== 'next') complaint.push(`the next answer is ${next.status} ${next.body.toString()}`);
      if (complaint.length > 0) wrong.push(`${row.name}: ${complaint.join('; ')}`);
      ran += 1;
    }
    expect(wrong).toEqual([]);
  });

  it('that break off never look whole, to a client of HTTP/1.1 or of HTTP/1.0', async () => {
    const wrong: string[] = [];
    for (const [name, bytes, ends] of CUT_ANSWERS) {
      script = { bytes, ends };
      const newer = await outcome(gateway.port, 'HTTP/1.1');
      const older = await outcome(gateway.port, 'HTTP/1.0');
      for (const [version, seen] of [
        ['1.1', newer],
        ['1.0', older],
      ] as const) {
        if (seen !== 'cut' && seen !== '502') wrong.push(`${name}, HTTP/${version}: ${seen}`);
      }
      await ask(gateway.port, { path: '/next', headers: HOST });
      ran += 1;
    }
    expect(wrong).toEqual([]);
  });

  afterAll(async () => {
    expect(gateway.plane.counters).toMatchObject({ activeTransactions: 0, heldBytes: 0, inspectionErrors: 0 });
    await gateway.plane.drain(0);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(ran).toBe(ANSWERS.length + CUT_ANSWERS.length);
    console.log(`answers: ${ran} rows in mode ${mode}`);
  });
});

function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.write(bytes);
  });
}

/** `cut` when the end of the body is visibly not the end of the message. */
function outcome(port: number, version: 'HTTP/1.1' | 'HTTP/1.0'): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    let isReset = false;
    socket.on('error', () => {
      isReset = true;
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => {
      const answer = parsed(text);
      if (answer.status === 502) resolve('502');
      else if (isReset) resolve('cut');
      else if (version === 'HTTP/1.0')
        resolve(/content-length: 100/i.test(answer.head) && answer.body.length < 100 ? 'cut' : 'whole');
      else if (/content-length: (\d+)/i.test(answer.head))
        resolve(answer.body.length < Number(/content-length: (\d+)/i.exec(answer.head)![1]) ? 'cut' : 'whole');
      else resolve(answer.body.endsWith('0\r\n\r\n') ? 'whole' : 'cut');
    });
    socket.write(
      `GET / ${version}\r\nHost: api.example\r\n${version === 'HTTP/1.1' ? 'Connection: close\r\n' : ''}\r\n`,
    );
  });
}

function unchunked(text: string): string {
  let body = '';
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (!(size > 0)) return body;
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
