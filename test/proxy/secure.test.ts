// TLS and HTTP/2 to the client: what is chosen by ALPN, how a stream becomes an HTTP/1.1 request, new certificates.
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder, writeCertificate } from '../support/certificate.ts';
import { InspectorThatForwards, route } from './inspectors.ts';
import { gateway, type UpstreamServer, until, upstreamThat, withPatience } from './world.ts';

async function secureGateway(upstream: UpstreamServer, inspector = new InspectorThatForwards()) {
  const folder = testFolder();
  const files = writeCertificate(folder, 'one.example');
  const { port, plane } = await gateway([upstream.url], inspector, { tls: { ...files, minVersion: 'TLSv1.2' } });
  return { port, plane, folder, inspector };
}

function session(port: number): http2.ClientHttp2Session {
  const client = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  client.on('error', () => {});
  onTestFinished(() => client.destroy());
  return client;
}

interface Streamed {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: string;
  /** Code of the reset, 0 for none. */
  readonly reset: number;
}

function stream(
  client: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: string,
): Promise<Streamed> {
  return new Promise((resolve) => {
    const request = client.request(headers, { endStream: body === undefined });
    let answer: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
    let text = '';
    request.on('response', (received) => {
      answer = received;
    });
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('close', () =>
      resolve({ status: answer[':status'] ?? 0, headers: answer, body: text, reset: request.rstCode }),
    );
    if (body !== undefined) request.end(body);
  });
}

describe('a client over TLS', () => {
  it('chooses HTTP/2 or HTTP/1.1, and the upstream gets the same request', async () => {
    const upstream = await upstreamThat();
    const { port } = await secureGateway(upstream);
    const newer = await stream(session(port), {
      ':path': '/a?b',
      ':authority': 'one.example',
      cookie: ['a=1', 'b=2'],
      'x-a': 'b',
    });
    const older = await new Promise<number>((resolve, reject) => {
      https
        .get(
          {
            port,
            host: '127.0.0.1',
            path: '/a?b',
            rejectUnauthorized: false,
            agent: false,
            headers: { host: 'one.example', cookie: 'a=1; b=2', 'x-a': 'b' },
          },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode!);
          },
        )
        .on('error', reject);
    });
    expect([newer.status, newer.body, older]).toEqual([200, 'ok', 200]);
    const [one, two] = upstream.received;
    for (const request of [one!, two!]) {
      expect(request.url).toBe('/a?b');
      expect(request.headers).toMatchObject({
        host: 'one.example',
        cookie: 'a=1; b=2',
        'x-a': 'b',
        'x-forwarded-proto': 'https',
      });
    }
    expect(one!.headers.via).toBe('2.0 sallyport');
    expect(two!.headers.via).toBe('1.1 sallyport');
  });

  it('sends bodies with and without a length; each arrives framed once', async () => {
    const upstream = await upstreamThat();
    const { port } = await secureGateway(upstream);
    const client = session(port);
    const head = { ':method': 'POST', ':path': '/', ':authority': 'one.example' };
    expect((await stream(client, { ...head, 'content-length': '3' }, 'abc')).status).toBe(200);
    expect((await stream(client, head, 'abc')).status).toBe(200);
    expect(upstream.received.map((one) => one.body.toString())).toEqual(['abc', 'abc']);
    for (const { headers } of upstream.received) {
      expect(headers['content-length'] === undefined).toBe(headers['transfer-encoding'] !== undefined);
    }
  });

  it('A13 cannot say in HTTP/2 what would be another request in HTTP/1.1', async () => {
    const upstream = await upstreamThat();
    const { port, plane } = await secureGateway(upstream);
    const head = { ':method': 'POST', ':path': '/', ':authority': 'one.example' };
    const rows: readonly (readonly [string, http2.OutgoingHttpHeaders, string | undefined])[] = [
      ['a length shorter than the data', { ...head, 'content-length': '1' }, 'abc'],
      ['a length longer than the data', { ...head, 'content-length': '9' }, 'abc'],
      ['another Host', { ...head, host: 'evil.example' }, undefined],
      ['a path of another origin', { ...head, ':path': 'http://evil.example/' }, undefined],
      ['a path without slash', { ...head, ':path': 'evil' }, undefined],
      ['two slashes', { ...head, ':path': '//evil.example/' }, undefined],
      ['a space in the path', { ...head, ':path': '/ HTTP/1.1\tevil' }, undefined],
      ['a path above the root', { ...head, ':path': '/../evil' }, undefined],
      ['a body in a GET', { ...head, ':method': 'GET', 'content-length': '3' }, 'abc'],
      ['user information', { ...head, ':authority': 'a@one.example' }, undefined],
      ['a star', { ...head, ':path': '*' }, undefined],
      ['TRACE', { ...head, ':method': 'TRACE' }, undefined],
      ['an unknown expectation', { ...head, expect: 'miracle' }, undefined],
    ];
    const wrong: string[] = [];
    for (const [name, headers, body] of rows) {
      const { status, reset } = await stream(session(port), headers, body);
      if (reset === 0 && (status < 400 || status >= 500)) wrong.push(`${name}: ${status}`);
    }
    expect(wrong).toEqual([]);
    expect(upstream.received.map((one) => `${one.url} ${one.body.toString()}`)).toEqual([]);
    await until(() => plane.counters.activeTransactions === 0, 'all transactions to end');
  });

  it('A13 gets its session ended for lines that HTTP/2 forbids, written past a client library that knows better', async () => {
    const upstream = await upstreamThat();
    const { port, plane } = await secureGateway(upstream);
    const lines: readonly (readonly [string, string])[] = [
      ['transfer-encoding', 'chunked'],
      ['connection', 'close'],
      ['keep-alive', 'timeout=5'],
      ['proxy-connection', 'close'],
      ['upgrade', 'h2c'],
      ['te', 'gzip'],
      ['X-Upper', 'a'],
      ['x-a', 'b\r\nevil: c'],
      ['x-a', 'b\nc'],
      ['x-a', 'b\0c'],
      ['x-a\r\nevil', 'c'],
      ['x a', 'b'],
      [':evil', 'x'],
      [':path', '/evil'],
      ['content-length', '+3'],
      ['content-length', '3, 3'],
    ];
    for (const [name, value] of lines) {
      const block = Buffer.concat([POST, literal(':authority', 'one.example'), literal(name, value)]);
      await rawFrames(port, [frame(HEADERS, END_HEADERS | END_STREAM, block)]);
    }
    // Those that nghttp2 only leaves out go on without them; there is one reading either way.
    const names = new Set(
      lines.map(([name]) => name).filter((name) => name !== 'content-length' && name !== 'connection'),
    );
    const seen = upstream.received.flatMap((one) =>
      [one.url, ...Object.keys(one.headers)].filter((text) => names.has(text) || text.includes('evil')),
    );
    expect(seen).toEqual([]);
    expect(upstream.received.filter((one) => one.body.length > 0 || one.headers.connection !== 'keep-alive')).toEqual(
      [],
    );
    await until(() => plane.counters.activeTransactions === 0, 'all transactions to end');
  });

  it.each(['enforce', 'monitor'] as const)(
    'A13 resets a stream in the middle of its body: no part is taken for the whole, in mode %s',
    async (mode) => {
      const upstream = await upstreamThat();
      const inspector = new InspectorThatForwards({ route: route({ mode }) });
      const { port, plane } = await secureGateway(upstream, inspector);
      for (const length of [[], [literal('content-length', '3000')]]) {
        const block = Buffer.concat([POST, literal(':authority', 'one.example'), ...length]);
        const reset = Buffer.from([0, 0, 0, 8]);
        await rawFrames(port, [
          frame(HEADERS, END_HEADERS, block),
          frame(DATA, 0, Buffer.alloc(1_000, 'x')),
          frame(RST_STREAM, 0, reset),
        ]);
      }
      await until(() => plane.counters.activeTransactions === 0, 'the transactions to end');
      expect(inspector.completed.map((one) => [one.status, one.fault?.source])).toEqual(Array(2).fill([0, 'client']));
      expect(upstream.received).toEqual([]);
    },
  );

  it('gains nothing by resetting streams faster than they can be answered', async () => {
    const upstream = await upstreamThat((_, response) => setTimeout(() => response.end('ok'), 20));
    const { port, plane } = await secureGateway(upstream);
    const block = Buffer.concat([GET, literal(':authority', 'one.example')]);
    const cancel = Buffer.from([0, 0, 0, 8]);
    const frames: Buffer[] = [];
    for (let id = 1; id < 10_000; id += 2) {
      frames.push(frame(HEADERS, END_HEADERS | END_STREAM, block, id), frame(RST_STREAM, 0, cancel, id));
    }
    await rawFrames(port, frames);
    await until(() => plane.counters.activeTransactions === 0, 'all transactions to end');
    // Node ends a session after a thousand resets in a row, and what was reset by then is not asked of the upstream.
    expect(upstream.received.length).toBeLessThan(100);
    const next = await stream(session(port), { ':path': '/', ':authority': 'one.example' });
    expect(next.status).toBe(200);
  });

  it('keeps its connection while the certificate is replaced, and a new one sees the new certificate', async () => {
    const upstream = await upstreamThat();
    const { port, folder } = await secureGateway(upstream);
    const client = session(port);
    const path = { ':path': '/', ':authority': 'one.example' };
    expect((await stream(client, path)).status).toBe(200);
    const subject = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await subject()).toBe('one.example');
    writeCertificate(folder, 'two.example');
    let seen = '';
    while (seen !== 'two.example') {
      seen = await withPatience(subject(), 'the new certificate');
      expect((await stream(client, path)).status).toBe(200);
    }
    expect(client.destroyed).toBe(false);
  });

  it('is inspected and refused like any other', async () => {
    const upstream = await upstreamThat();
    const inspector = new InspectorThatForwards({ route: route({}, { requestBodyBytesMax: 10 }) });
    const { port } = await secureGateway(upstream, inspector);
    const answer = await stream(
      session(port),
      { ':method': 'POST', ':path': '/', ':authority': 'one.example' },
      'x'.repeat(100),
    );
    expect(answer.status).toBe(413);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(upstream.received).toEqual([]);
  });
});

const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY] = [0, 1, 3, 4, 6, 7];
const [END_STREAM, END_HEADERS] = [1, 4];

/** `:method: POST`, `:scheme: https`, `:path: /` by their place in the static table (RFC 7541, appendix A). */
const POST = Buffer.from([0x83, 0x87, 0x84]);
const GET = Buffer.from([0x82, 0x87, 0x84]);

/** A line without indexing under a new name (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

function frame(type: number, flags: number, payload: Buffer, stream = 1): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Opens a session by hand, sends frames, and waits until they have been read or the session is over. */
function rawFrames(port: number, frames: readonly Buffer[]): Promise<void> {
  return withPatience(
    new Promise((resolve) => {
      const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
        const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
        const ping = frame(PING, 0, Buffer.alloc(8), 0);
        socket.write(Buffer.concat([preface, frame(SETTINGS, 0, Buffer.alloc(0), 0), ...frames, ping]));
      });
      let received = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        const answerToPing = Buffer.from([0, 0, 8, PING, 1]);
        const farewell = Buffer.from([GOAWAY, 0, 0, 0, 0, 0]);
        if (received.includes(answerToPing) || received.includes(farewell)) setImmediate(() => socket.destroy());
      });
      socket.on('close', () => resolve());
    }),
    'an answer to the frames',
  );
}
