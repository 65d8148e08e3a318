// What a client may put on the wire, byte by byte: each row says the status, and whether the upstream saw a byte of it.
import * as net from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { InspectorThatBlocks, InspectorThatForwards, route } from './inspectors.ts';
import { closed, gateway, parsed, rawExchange, rawUpstream, until, upstreamThat, withPatience } from './world.ts';

const HOST = 'Host: api.example\r\n';
const LAST = 'Connection: close\r\n';

/** Name, bytes, status, what the upstream gets: nothing, or a method and target. */
type Row = readonly [name: string, bytes: string, status: number, forwarded: string | undefined];

const FRAMING: readonly Row[] = [
  [
    'both framings',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'both framings, other order',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  ['two lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400, undefined],
  [
    'the same length twice',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
    400,
    undefined,
  ],
  ['a list of lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 3, 3\r\n\r\nabc`, 400, undefined],
  ['a signed length', `POST / HTTP/1.1\r\n${HOST}Content-Length: +3\r\n\r\nabc`, 400, undefined],
  ['a length with a leading zero', `POST / HTTP/1.1\r\n${HOST}Content-Length: 03\r\n\r\nabc`, 400, undefined],
  ['a hexadecimal length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0x3\r\n\r\nabc`, 400, undefined],
  ['no length', `POST / HTTP/1.1\r\n${HOST}Content-Length: \r\n\r\nabc`, 400, undefined],
  ['a length past 2^64', `POST / HTTP/1.1\r\n${HOST}Content-Length: 18446744073709551617\r\n\r\nabc`, 400, undefined],
  [
    'an unknown transfer-encoding',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    501,
    undefined,
  ],
  [
    'gzip before chunked',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
    undefined,
  ],
  [
    'identity before chunked',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n`,
    501,
    undefined,
  ],
  [
    'a space before the colon',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'a folded transfer-encoding',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'two transfer-encodings',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  ['chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, undefined],
  ['a bare line feed', `GET / HTTP/1.1\n${HOST}${LAST}\r\n`, 400, undefined],
  ['a bare carriage return in a value', `GET / HTTP/1.1\r\n${HOST}X: a\rb\r\n\r\n`, 400, undefined],
  ['a NUL in a value', `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400, undefined],
  [
    'a chunk size with a sign',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'a chunk size in 0x',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'a chunk longer than it says',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'a chunk size past 2^64',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na\r\n0\r\n\r\n`,
    400,
    undefined,
  ],
  ['HTTP/2.0 by hand', `GET / HTTP/2.0\r\n${HOST}\r\n`, 505, undefined],
  ['HTTP/0.9', 'GET /\r\n\r\n', 505, undefined],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, undefined],
  ['a body in a GET', `GET / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`, 400, undefined],
  ['a chunked body in a HEAD', `HEAD / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, undefined],
  [
    'an expectation that nobody knows',
    `POST / HTTP/1.1\r\n${HOST}Expect: miracle\r\nContent-Length: 1\r\n\r\na`,
    417,
    undefined,
  ],
  [
    'a near miss of 100-continue',
    `POST / HTTP/1.1\r\n${HOST}Expect: y 100-continue\r\nContent-Length: 1\r\n\r\na`,
    417,
    undefined,
  ],
];

const HEADS: readonly Row[] = [
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, undefined],
  ['two Hosts', `GET / HTTP/1.1\r\n${HOST}Host: b\r\n\r\n`, 400, undefined],
  ['a list of Hosts', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n', 400, undefined],
  ['user information in Host', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', 400, undefined],
  ['a path in Host', 'GET / HTTP/1.1\r\nHost: a/evil?x#\r\n\r\n', 400, undefined],
  ['a port in Host that is none', 'GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n', 400, undefined],
  ['an absolute target with another host', `GET http://evil.example/x HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['an absolute target of another scheme', `GET ftp://api.example/x HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['an absolute target of this host', `GET http://api.example/x?y HTTP/1.1\r\n${HOST}${LAST}\r\n`, 200, 'GET /x?y'],
  ['a target that begins with two slashes', `GET //evil/x HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['a target without a slash', `GET evil:80 HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['an asterisk in a GET', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['a fragment', `GET /a#b HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['a backslash', `GET /a\\b HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['an escaped NUL', `GET /a%00 HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['a path above the root', `GET /../a HTTP/1.1\r\n${HOST}\r\n`, 400, undefined],
  ['dot segments, resolved', `GET /a/./b/../c HTTP/1.1\r\n${HOST}${LAST}\r\n`, 200, 'GET /a/c'],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405, undefined],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 405, undefined],
  ['17 KB of head', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(17_000)}\r\n\r\n`, 431, undefined],
  ['1,100 tiny lines', `GET / HTTP/1.1\r\n${HOST}${'a:b\r\n'.repeat(1_100)}\r\n`, 431, undefined],
  [
    'a body behind 1,100 tiny lines',
    `POST / HTTP/1.1\r\n${HOST}${'a:b\r\n'.repeat(1_100)}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    431,
    undefined,
  ],
  [
    'a Connection line that names Authorization',
    `GET / HTTP/1.1\r\n${HOST}Connection: close, Authorization\r\n\r\n`,
    400,
    undefined,
  ],
  [
    'a Connection line that names X-Forwarded-For',
    `GET / HTTP/1.1\r\n${HOST}Connection: close, X-Forwarded-For\r\n\r\n`,
    400,
    undefined,
  ],
];

describe('bytes from clients', () => {
  let ran = 0;

  it.each([...FRAMING, ...HEADS])('%s', async (_, bytes, status, forwarded) => {
    const upstream = await upstreamThat();
    const { port, plane } = await gateway([upstream.url]);
    const answer = await rawExchange(port, bytes);
    expect(answer.status).toBe(status);
    expect(answer.head.toLowerCase()).toContain('connection: close');
    expect(answer.text).not.toContain('evil');
    expect(upstream.received.map(({ method, url }) => `${method} ${url}`)).toEqual(
      forwarded === undefined ? [] : [forwarded],
    );
    if (forwarded === undefined) expect(upstream.connectionCount).toBe(0);
    await until(() => plane.counters.activeTransactions === 0, 'no transaction to be active');
    ran += 1;
  });

  it('gets a refusal in every mode', async () => {
    for (const mode of ['enforce', 'monitor', 'off'] as const) {
      const upstream = await upstreamThat();
      const { port } = await gateway([upstream.url], new InspectorThatForwards({ route: route({ mode }) }));
      const answer = await rawExchange(
        port,
        `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      );
      expect(answer.status).toBe(501);
      expect(upstream.connectionCount).toBe(0);
    }
  });

  it('says nothing of the request in the reply, and names the transaction', async () => {
    const upstream = await upstreamThat();
    const inspector = new InspectorThatBlocks();
    const { port } = await gateway([upstream.url], inspector);
    const { body, head, status } = await rawExchange(port, `GET /secret HTTP/1.1\r\n${HOST}${LAST}\r\n`);
    const [completed] = await inspector.untilCompleted(1);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({ type: 'about:blank', title: 'Forbidden', status: 403, instance: completed!.id });
    expect(head).toContain('Content-Type: application/problem+json');
    expect(head).toContain('Cache-Control: no-store');
    expect(head).toContain(`x-sallyport-id: ${completed!.id}`);
    expect(completed!.id).toMatch(/^[a-z0-9-]{10,40}$/);
  });

  afterAll(() => {
    expect(ran).toBe(FRAMING.length + HEADS.length);
  });
});

describe('requests on one connection', () => {
  it('are answered in order, each judged alone', async () => {
    const upstream = await upstreamThat((request, response) => {
      // The first takes longer than the second.
      if (request.url === '/1') setImmediate(() => setImmediate(() => response.end('one')));
      else response.end('two');
    });
    const inspector = new InspectorThatForwards();
    const { port } = await gateway([upstream.url], inspector);
    const { text } = await rawExchange(port, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}${LAST}\r\n`);
    expect(text.indexOf('one')).toBeGreaterThan(0);
    expect(text.indexOf('two')).toBeGreaterThan(text.indexOf('one'));
    await inspector.untilCompleted(2);
  });

  it('that wait behind another one complete when the client leaves', async () => {
    const { url, connections } = await rawUpstream(() => {});
    const inspector = new InspectorThatForwards();
    const { port, plane } = await gateway([url], inspector, { pace: { tickMs: 20 } });
    const socket = net.connect(port, '127.0.0.1');
    socket.write(`GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\nGET /3 HTTP/1.1\r\n${HOST}\r\n`);
    await until(() => connections.size === 3, 'three requests upstream');
    const carrying = [...connections];
    socket.resetAndDestroy();
    const completed = await inspector.untilCompleted(3);
    expect(completed.map(({ status, fault }) => [status, fault?.code])).toEqual(Array(3).fill([0, 'CLIENT_CLOSED']));
    await until(() => carrying.every((one) => one.destroyed), 'the connections to the upstream to be closed');
    expect(plane.counters.activeTransactions).toBe(0);
  });

  it('are kept alive, and a block does not end the connection', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url], new InspectorThatBlocks());
    const { text } = await rawExchange(port, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}${LAST}\r\n`);
    expect(text.match(/HTTP\/1\.1 403/g)).toHaveLength(2);
    expect(parsed(text).head.toLowerCase()).not.toContain('connection: close');
  });

  it('end with a body that was not read, whose reply arrives all the same', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url], new InspectorThatBlocks(), { pace: { tickMs: 20, lingerMs: 100 } });
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10000000\r\n\r\n${'x'.repeat(300_000)}`);
    await withPatience(closed(socket), 'the connection to be closed');
    expect(parsed(text).status).toBe(403);
    expect(parsed(text).head).toContain('Connection: close');
    expect(parsed(text).body).toContain('about:blank');
  });
});

describe('bodies in chunks', () => {
  it('lose their extensions and trailers on the way', async () => {
    for (const mode of ['enforce', 'monitor', 'off'] as const) {
      const { url, received } = await rawUpstream((text, socket) => {
        if (/(?:abc|0\r\n\r\n)$/.test(text)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      const { port } = await gateway([url], new InspectorThatForwards({ route: route({ mode }) }));
      const answer = await rawExchange(
        port,
        `POST / HTTP/1.1\r\n${HOST}${LAST}Trailer: Authorization\r\nTransfer-Encoding: chunked\r\n\r\n3;evil=1\r\nabc\r\n0\r\nAuthorization: evil\r\n\r\n`,
      );
      expect(answer.status).toBe(200);
      expect(received.join('')).not.toContain('evil');
      expect(received.join('').toLowerCase()).not.toContain('trailer');
      expect(received.join('')).toContain('abc');
    }
  });

  it('of a byte each are refused after a thousand', async () => {
    for (const mode of ['enforce', 'monitor'] as const) {
      const upstream = await upstreamThat();
      const inspector = new InspectorThatForwards({ route: route({ mode }) });
      const { port } = await gateway([upstream.url], inspector, { pace: { tickMs: 20, lingerMs: 50 } });
      const answer = await rawExchange(
        port,
        `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(5_000)}0\r\n\r\n`,
      );
      expect(answer.status).toBe(400);
      const [completed] = await inspector.untilCompleted(1);
      expect(completed!.fault?.code).toBe('CHUNKS_TOO_SMALL');
      expect(upstream.received).toEqual([]);
    }
  });

  it('of ordinary size pass, however many', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url]);
    const chunk = `40\r\n${'x'.repeat(64)}\r\n`;
    const answer = await rawExchange(
      port,
      `POST / HTTP/1.1\r\n${HOST}${LAST}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(2_000)}0\r\n\r\n`,
    );
    expect(answer.status).toBe(200);
    expect(upstream.received[0]!.body.length).toBe(128_000);
    expect(upstream.received[0]!.headers['content-length']).toBe('128000');
  });
});

describe('Expect: 100-continue', () => {
  const request = (length: number) =>
    `POST / HTTP/1.1\r\n${HOST}${LAST}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

  it('is answered after the verdict on the head, and never forwarded', async () => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url]);
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('abc');
    });
    socket.write(request(3));
    await withPatience(closed(socket), 'the connection to be closed');
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(upstream.received[0]!.headers.expect).toBeUndefined();
    expect(upstream.received[0]!.body.toString()).toBe('abc');
  });

  it.each([
    ['a block', () => new InspectorThatBlocks(), 403],
    ['a body over the limit', () => new InspectorThatForwards({ route: route({}, { requestBodyBytesMax: 2 }) }), 413],
  ] as const)('is not answered before %s', async (_, inspector, status) => {
    const upstream = await upstreamThat();
    const { port } = await gateway([upstream.url], inspector());
    const answer = await rawExchange(port, request(3));
    expect(answer.text).not.toContain('100 Continue');
    expect(answer.status).toBe(status);
    expect(upstream.connectionCount).toBe(0);
  });
});
