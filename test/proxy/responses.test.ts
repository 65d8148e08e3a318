// What an upstream may answer, and what the client sees of it.
import * as net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { blocking, InspectorThatForwards, route } from './inspectors.ts';
import { ask, closed, gateway, parsed, rawExchange, rawUpstream, until, upstreamThat, withPatience } from './world.ts';

const MODES = ['enforce', 'monitor', 'off'] as const;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** Answers every request with these bytes, then closes or not. */
function upstreamThatSays(bytes: string, ends: 'end' | 'reset' | 'stay' = 'stay') {
  return rawUpstream((received, socket) => {
    if (!received.endsWith('\r\n\r\n')) return;
    socket.write(bytes, 'latin1', () => {
      if (ends === 'end') socket.end();
      if (ends === 'reset') socket.resetAndDestroy();
    });
  });
}

type Row = readonly [name: string, bytes: string, ends: 'end' | 'reset' | 'stay', status: number, body: string];

const ROWS: readonly Row[] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc', 'stay', 200, 'abc'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 'stay', 200, 'abc'],
  ['a body up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nabc', 'end', 200, 'abc'],
  ['nothing to say', 'HTTP/1.1 204 No Content\r\n\r\n', 'stay', 204, ''],
  ['a body where none may be', 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc', 'stay', 204, ''],
  ['not modified', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', 'stay', 304, ''],
  [
    'early hints before the answer',
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
    'stay',
    200,
    'abc',
  ],
  ['a reason phrase of its own', 'HTTP/1.1 200 Evil Reason\r\nContent-Length: 3\r\n\r\nabc', 'stay', 200, 'abc'],
];

const WRONG: readonly (readonly [name: string, bytes: string, ends: 'end' | 'reset' | 'stay'])[] = [
  ['both framings', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'stay'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd', 'stay'],
  ['an unasked 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'stay'],
  ['an unasked 101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', 'stay'],
  ['status 999', 'HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n', 'stay'],
  ['status 600', 'HTTP/1.1 600 No\r\nContent-Length: 0\r\n\r\n', 'stay'],
  ['status 0', 'HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n', 'stay'],
  ['what is no HTTP', 'SSH-2.0-OpenSSH_9\r\n', 'end'],
  ['a head of 20 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`, 'stay'],
  ['a control character in a value', 'HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n', 'stay'],
  ['nothing and a closed connection', '', 'end'],
  ['nothing and a reset', '', 'reset'],
];

describe('an upstream that answers with', () => {
  let ran = 0;

  it.each(ROWS.flatMap((row) => MODES.map((mode) => [row[0], mode, row] as const)))(
    '%s, in mode %s',
    async (_, mode, [, bytes, ends, status, body]) => {
      const { url } = await upstreamThatSays(bytes, ends);
      const inspector = new InspectorThatForwards({ route: route({ mode }) });
      const { port } = await gateway([url], inspector);
      const answer = await ask(port);
      expect(answer.status).toBe(status);
      expect(answer.body.toString()).toBe(body);
      const [completed] = await inspector.untilCompleted(1);
      expect(completed!.fault).toBeUndefined();
      expect(answer.headers['x-sallyport-id']).toBe(completed!.id);
      ran += 1;
    },
  );

  it.each(WRONG.flatMap((row) => MODES.map((mode) => [row[0], mode, row] as const)))(
    '%s is a 502, in mode %s',
    async (_, mode, [, bytes, ends]) => {
      const { url } = await upstreamThatSays(bytes, ends);
      const { port } = await gateway([url], new InspectorThatForwards({ route: route({ mode }) }));
      const answer = await rawExchange(port, GET);
      expect(answer.status).toBe(502);
      expect(answer.head).toContain('application/problem+json');
      ran += 1;
    },
  );

  afterAll(() => {
    expect(ran).toBe((ROWS.length + WRONG.length) * MODES.length);
  });

  it('a HEAD that has a body, drops it', async () => {
    const { url } = await upstreamThatSays('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
    const { port } = await gateway([url]);
    const answer = await rawExchange(port, 'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer.status).toBe(200);
    expect(answer.head).toContain('Content-Length: 3');
    expect(answer.body).toBe('');
  });

  it('a body that breaks off is never a whole one to the client', async () => {
    const endings = [
      ['HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'end'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'reset'],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', 'end'],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', 'reset'],
    ] as const;
    for (const [bytes, ends] of endings) {
      const { url } = await upstreamThatSays(bytes, ends);
      const { port } = await gateway([url], new InspectorThatForwards({ route: route({ mode: 'off' }) }));
      await expect(ask(port)).rejects.toThrow();
    }
  });

  it('a body that breaks off is a reset to a client for whom the end of the connection is the end of the body', async () => {
    for (const framing of ['Content-Length: 100\r\n\r\nabc', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n']) {
      const { url, connections } = await upstreamThatSays(`HTTP/1.1 200 OK\r\n${framing}`);
      const { port } = await gateway([url], new InspectorThatForwards({ route: route({ mode: 'off' }) }));
      const socket = net.connect(port, '127.0.0.1');
      const failure = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (text.endsWith('abc')) for (const one of connections) one.end();
      });
      socket.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
      expect((await withPatience(failure, 'a reset')).code).toBe('ECONNRESET');
    }
  });

  it('a held body that breaks off is a 502', async () => {
    const { url } = await upstreamThatSays('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', 'end');
    const { port } = await gateway([url]);
    expect((await ask(port)).status).toBe(502);
  });

  it('more than one answer, keeps the second from everybody', async () => {
    const { url, connections } = await upstreamThatSays(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
    );
    const { port } = await gateway([url]);
    const answers = [await ask(port), await ask(port), await ask(port)];
    expect(answers.map(({ body }) => body.toString())).toEqual(['first', 'first', 'first']);
    expect(connections.size).toBeLessThanOrEqual(2);
  });

  it('an answer before the body was there, is heard, and its connection not used again', async () => {
    for (const mode of ['off', 'monitor'] as const) {
      const { url, received } = await rawUpstream((text, socket) => {
        if (text.includes('\r\n\r\n') && !text.includes('second')) {
          socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
        } else if (text.includes('second')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      const inspector = new InspectorThatForwards({ route: route({ mode }) });
      const { port } = await gateway([url], inspector, { pace: { tickMs: 20, lingerMs: 50 } });
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => {});
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\npart');
      await withPatience(closed(socket), 'the connection to be closed');
      expect(parsed(text).status).toBe(413);
      expect(parsed(text).body).toBe('no');
      expect((await ask(port, { path: '/second' })).status).toBe(200);
      expect(received.filter((one) => one.includes('second') && one.includes('part'))).toEqual([]);
      const [first] = await inspector.untilCompleted(2);
      const names = inspector.namesOf(first!.id);
      expect(names).toEqual(
        mode === 'off'
          ? ['begin', 'requestHead', 'responseHead', 'complete']
          : ['begin', 'requestHead', 'requestBodyOverLimit', 'responseHead', 'responseBody', 'complete'],
      );
    }
  });

  it('an answer before the body was there, keeps the connection of a client that sends the rest', async () => {
    const { url } = await rawUpstream((text, socket) => {
      if (text.includes('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const { port } = await gateway([url], new InspectorThatForwards({ route: route({ mode: 'off' }) }));
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    let answers = 0;
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.match(/HTTP\/1\.1 200/g)?.length === 1 && answers === 0) {
        answers = 1;
        socket.write(`${'x'.repeat(99_996)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      }
    });
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\npart');
    await withPatience(closed(socket), 'the connection to be closed');
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});

describe('header lines to the client', () => {
  it('are what the upstream said, without what was for its hop or forged', async () => {
    const upstream = await upstreamThat((_, response) => {
      response.writeHead(200, [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'X-Own',
        'kept',
        'Keep-Alive',
        'timeout=99',
        'Proxy-Connection',
        'x',
        'x-sallyport-id',
        'forged',
        'X-Sallyport-Tags',
        'forged',
        'Connection',
        'x-private',
        'x-private',
        'secret',
        'Trailer',
        'x',
      ]);
      response.end('ok');
    });
    const { port } = await gateway([upstream.url]);
    const { headers, rawHeaders } = await ask(port);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(rawHeaders).toContain('X-Own');
    expect(JSON.stringify(rawHeaders)).not.toMatch(/forged|secret|timeout=99|Proxy-Connection|Trailer/i);
  });

  it('of a masked body no longer speak of the old one', async () => {
    const upstream = await upstreamThat((_, response) => {
      const body = gzipSync('{"ssn":"536-22-8754"}');
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'content-length': body.length,
        etag: '"a"',
        'content-md5': 'x',
        digest: 'x',
        'repr-digest': 'x',
        'accept-ranges': 'bytes',
        'last-modified': 'then',
      });
      response.end(body);
    });
    const decodedBodies: string[] = [];
    const inspector = new InspectorThatForwards({
      responseBody: (_, decoded) => {
        decodedBodies.push(String(decoded));
        return { kind: 'forward', replacement: Buffer.from('{"ssn":"***"}') };
      },
    });
    const { port } = await gateway([upstream.url], inspector);
    const { headers, body } = await ask(port);
    expect(decodedBodies).toEqual(['{"ssn":"536-22-8754"}']);
    expect(body.toString()).toBe('{"ssn":"***"}');
    expect(headers['content-length']).toBe('13');
    for (const name of ['content-encoding', 'etag', 'content-md5', 'digest', 'repr-digest', 'accept-ranges'])
      expect(headers[name]).toBeUndefined();
    expect(headers['last-modified']).toBe('then');
  });
});

describe('response bodies', () => {
  const large = Buffer.alloc(300_000, 'a');

  it.each(['enforce', 'monitor', 'off'] as const)('arrive byte for byte in mode %s', async (mode) => {
    const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 256));
    for (const body of [Buffer.alloc(0), bytes.subarray(0, 1), bytes, large]) {
      for (const isChunked of [true, false]) {
        const upstream = await upstreamThat((_, response) => {
          if (!isChunked) response.setHeader('Content-Length', body.length);
          if (isChunked && body.length > 0) response.write(body.subarray(0, 1));
          response.end(isChunked ? body.subarray(1) : body);
        });
        const { port } = await gateway([upstream.url], new InspectorThatForwards({ route: route({ mode }) }));
        expect((await ask(port)).body.equals(body)).toBe(true);
      }
    }
  });

  it('over the limit go on when they may, with what was held first', async () => {
    const upstream = await upstreamThat((_, response) => response.end(large));
    const inspector = new InspectorThatForwards({ route: route({}, { responseBodyBytesMax: 1_000 }) });
    const { port, plane } = await gateway([upstream.url], inspector);
    expect((await ask(port)).body.equals(large)).toBe(true);
    await inspector.untilCompleted(1);
    expect(plane.counters.heldBytes).toBe(0);
  });

  it('over the limit are withheld when they may not', async () => {
    const upstream = await upstreamThat((_, response) => response.end(large));
    const inspector = new InspectorThatForwards({
      route: route({}, { responseBodyBytesMax: 1_000 }),
      responseBodyOverLimit: () => ({ kind: 'block', verdict: blocking() }),
    });
    const { port } = await gateway([upstream.url], inspector);
    const answer = await ask(port);
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).not.toContain('aaa');
  });

  it('larger than the budget of all are refused where they are held, and pass where they are only watched', async () => {
    const upstream = await upstreamThat((_, response) => response.end(large));
    for (const [mode, status] of [
      ['enforce', 503],
      ['monitor', 200],
    ] as const) {
      const inspector = new InspectorThatForwards({ route: route({ mode }) });
      const { port, plane } = await gateway([upstream.url], inspector, { heldBytesMax: 100_000 });
      const answer = await ask(port);
      expect(answer.status).toBe(status);
      if (status === 503) expect(answer.headers['retry-after']).toBe('1');
      else expect(answer.body.equals(large)).toBe(true);
      await inspector.untilCompleted(1);
      expect(plane.counters.heldBytes).toBe(0);
    }
  });

  it('that cannot be decoded are shown to inspection as a fault', async () => {
    const upstream = await upstreamThat((_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end('not gzip');
    });
    const faults: unknown[] = [];
    const inspector = new InspectorThatForwards({
      responseBody: (_, decoded) => {
        faults.push(decoded);
        return { kind: 'forward', replacement: undefined };
      },
    });
    const { port } = await gateway([upstream.url], inspector);
    expect((await ask(port)).body.toString()).toBe('not gzip');
    expect(faults[0]).toBeInstanceOf(Fault);
  });

  it('that grow a thousandfold are found out, small and large', async () => {
    for (const bytes of [8_000_000, 200_000_000]) {
      const bomb = gzipSync(Buffer.alloc(bytes), { level: 9 });
      const upstream = await upstreamThat((_, response) => {
        response.setHeader('Content-Encoding', 'gzip');
        response.end(bomb);
      });
      const codes: string[] = [];
      const inspector = new InspectorThatForwards({
        responseBody: (_, decoded) => {
          codes.push((decoded as Fault).code);
          return { kind: 'block', verdict: blocking(502) };
        },
      });
      const { port } = await gateway([upstream.url], inspector);
      expect((await ask(port)).status).toBe(502);
      expect(codes).toEqual(['DECOMPRESSION_LIMIT']);
    }
  });

  it('of clients that left are given back', async () => {
    const upstream = await rawUpstream((text, socket) => {
      if (text.endsWith('\r\n\r\n'))
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(50_000)}`);
    });
    const inspector = new InspectorThatForwards();
    const { port, plane } = await gateway([upstream.url], inspector);
    const sockets = Array.from({ length: 20 }, () => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      return socket;
    });
    await until(() => plane.counters.heldBytes === 1_000_000, 'all parts to be held');
    const carrying = [...upstream.connections];
    for (const socket of sockets) socket.resetAndDestroy();
    await inspector.untilCompleted(20);
    expect(plane.counters.heldBytes).toBe(0);
    await until(() => carrying.every((one) => one.destroyed), 'the connections to the upstream to be closed');
  });
});
