// Every format from a file as its tool writes it: method, URL, headers, bodies, time and client arrive as they were, and what is
// broken is named with its line without ending the file.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedTransaction } from '../../src/core/recorded-transaction.ts';
import { headerValue } from '../../src/core/transaction.ts';
import type { RecordedEntry } from '../../src/ingest/entry.ts';
import { transactionLine } from '../../src/ingest/formats/transaction.ts';
import { JsonElements } from '../../src/ingest/json-elements.ts';
import { LineReader } from '../../src/ingest/lines.ts';
import { readTransactions } from '../../src/ingest/read-transactions.ts';
import { captureOf } from './capture.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-ingest-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
async function read(content: string | Buffer, name = 'traffic'): Promise<RecordedEntry[]> {
  files += 1;
  const file = join(folder, `${files}-${name}`);
  writeFileSync(file, content);
  const entries: RecordedEntry[] = [];
  for await (const entry of readTransactions(file)) entries.push(entry);
  return entries;
}

function transactions(entries: readonly RecordedEntry[]): RecordedTransaction[] {
  return entries.flatMap((entry) => ('transaction' in entry ? [entry.transaction] : []));
}

function malformed(entries: readonly RecordedEntry[]): { line: number; malformed: string }[] {
  return entries.flatMap((entry) => ('malformed' in entry ? [entry] : []));
}

const LINE = {
  ts: '2026-03-01T10:00:00.250Z',
  client: { ip: '203.0.113.7' },
  request: {
    method: 'POST',
    url: '/api/orders?x=1',
    headers: { host: 'shop.example.com', cookie: ['a=1', 'b=2'], 'content-type': 'application/json' },
    body: '{"q":"ä"}',
  },
  response: { status: 201, headers: { 'content-type': 'application/json' }, body: '{"id":7}' },
};

describe('NDJSON', () => {
  it('carries everything of a transaction', async () => {
    const [one] = transactions(await read(`${JSON.stringify(LINE)}\n`, 'a.ndjson'));
    expect(one).toMatchObject({
      at: Date.parse('2026-03-01T10:00:00.250Z'),
      clientAddress: '203.0.113.7',
      request: { method: 'POST', url: '/api/orders?x=1', isDecoded: true },
      response: { status: 201, isDecoded: true },
    });
    expect(one!.request.rawHeaders).toEqual([
      'host',
      'shop.example.com',
      'cookie',
      'a=1',
      'cookie',
      'b=2',
      'content-type',
      'application/json',
    ]);
    expect(one!.request.body.toString()).toBe('{"q":"ä"}');
    expect(one!.response!.body.toString()).toBe('{"id":7}');
  });

  it('names broken lines by number and reason, without their content, and goes on', async () => {
    const text = [
      JSON.stringify(LINE),
      '{"request": {"method": "GET", "secret": "hunter2"',
      '',
      '[1, 2]',
      JSON.stringify({ request: { url: '/' } }),
      JSON.stringify({ request: { method: 'GET' } }),
      'hunter2',
      JSON.stringify({ ...LINE, response: { status: 'ok' } }),
      JSON.stringify(LINE),
    ].join('\r\n');
    const entries = await read(text);
    expect(transactions(entries)).toHaveLength(2);
    expect(malformed(entries).map(({ line }) => line)).toEqual([2, 4, 5, 6, 7, 8]);
    expect(JSON.stringify(malformed(entries))).not.toContain('hunter2');
    expect(malformed(entries)[2]!.malformed).toBe('`request.method` is the name of a method');
  });

  it('takes what is left out, and binary bodies', async () => {
    const packed = gzipSync('{"name":"Ann"}');
    const [bare, binary, undone] = transactions(
      await read(
        [
          JSON.stringify({ request: { method: 'get', url: '/a b?q=café' } }),
          JSON.stringify({
            ts: 1_772_359_200,
            request: { method: 'GET', url: '/', headers: { 'x-forwarded-for': '198.51.100.3, 10.0.0.1' } },
            response: {
              status: 200,
              headers: { 'content-encoding': 'gzip' },
              bodyEncoding: 'base64',
              body: packed.toString('base64'),
            },
          }),
          JSON.stringify({
            request: { method: 'POST', url: '/', headers: {}, body: { a: [1] } },
            response: {
              status: 200,
              headers: { 'content-encoding': 'gzip' },
              bodyEncoding: 'base64',
              body: Buffer.from('plain').toString('base64'),
            },
          }),
        ].join('\n'),
      ),
    );
    expect(bare).toMatchObject({ clientAddress: '0.0.0.0', response: undefined, request: { method: 'GET' } });
    expect(bare!.request.url).toBe('/a%20b?q=caf%C3%A9');
    expect(binary).toMatchObject({
      at: 1_772_359_200_000,
      clientAddress: '198.51.100.3',
      response: { isDecoded: false },
    });
    expect(binary!.response!.body).toEqual(packed);
    expect(undone!.response).toMatchObject({ isDecoded: true });
    expect(headerValue(undone!.request.rawHeaders, 'content-type')).toBe('application/json');
  });

  it('reads packed files, byte order marks, and says when a packed file is cut off', async () => {
    const text = `\uFEFF${JSON.stringify(LINE)}\n`.repeat(1) + `${JSON.stringify(LINE)}\n`.repeat(200);
    expect(transactions(await read(gzipSync(text)))).toHaveLength(201);
    const cut = gzipSync(text).subarray(0, -20);
    const entries = await read(cut);
    expect(malformed(entries).at(-1)!.malformed).toContain('cut off');
  });

  it('comes back the same from what is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.string({ maxLength: 30 }),
        fc.constantFrom('GET', 'POST', 'PATCH'),
        async (bytes, text, method) => {
          const given: RecordedTransaction = {
            at: 1_700_000_000_123,
            clientAddress: '2001:db8::1',
            request: {
              method,
              url: '/x',
              rawHeaders: ['a', 'b', 'a', 'c', '__proto__', 'd'],
              body: Buffer.from(text),
              isDecoded: true,
            },
            response: { status: 200, rawHeaders: ['content-type', 'x/y'], body: Buffer.from(bytes), isDecoded: true },
          };
          const [back] = transactions(await read(transactionLine(given)));
          expect(back!.request.body).toEqual(given.request.body);
          expect(back!.response!.body).toEqual(given.response!.body);
          expect(back!.request.rawHeaders).toEqual(given.request.rawHeaders);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('HAR 1.2', () => {
  const har = {
    log: {
      version: '1.2',
      creator: { name: 'a browser', version: '1', comment: '"entries":[{"not":"these"}]' },
      pages: [{ id: 'p', entries: [1] }],
      entries: [
        {
          startedDateTime: '2026-03-01T10:00:00.000+01:00',
          request: {
            method: 'POST',
            url: 'https://shop.example.com/login?next=%2F#top',
            headers: [
              { name: ':authority', value: 'shop.example.com' },
              { name: 'user-agent', value: 'Firefox' },
            ],
            postData: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'user', value: 'a&b' }] },
          },
          response: {
            status: 200,
            headers: [{ name: 'content-encoding', value: 'br' }],
            content: {
              mimeType: 'application/json',
              text: Buffer.from('{"ok":1}').toString('base64'),
              encoding: 'base64',
            },
          },
        },
        { request: { method: 'GET' } },
        { startedDateTime: 'x', request: { method: 'GET', url: 'https://shop.example.com/' }, response: { status: 0 } },
      ],
    },
  };

  it.each([
    ['on one line', JSON.stringify(har), 'a.har'],
    ['pretty-printed', JSON.stringify(har, null, 2), 'b.json'],
    ['packed', gzipSync(JSON.stringify(har, null, 1)), 'c.har.gz'],
  ])('is read entry by entry, %s', async (_, content, name) => {
    const entries = await read(content, name);
    const [login, empty] = transactions(entries);
    expect(login).toMatchObject({ at: Date.parse('2026-03-01T09:00:00Z'), response: { status: 200, isDecoded: true } });
    expect(login!.request.url).toBe('https://shop.example.com/login?next=%2F');
    expect(login!.request.body.toString()).toBe('user=a%26b');
    expect(login!.response!.body.toString()).toBe('{"ok":1}');
    expect(empty!.response).toBeUndefined();
    expect(malformed(entries)).toEqual([expect.objectContaining({ malformed: '`request.url` is a URL or a path' })]);
  });

  it('keeps what came before a cut, and names the line', async () => {
    const text = JSON.stringify(har, null, 1);
    const entries = await read(text.slice(0, text.indexOf('"startedDateTime": "x"')), 'cut.har');
    expect(transactions(entries)).toHaveLength(1);
    expect(malformed(entries).at(-1)).toMatchObject({ malformed: 'the file ends in the middle of an entry' });
    expect(malformed(entries).at(-1)!.line).toBeGreaterThan(50);
  });
});

describe('GoReplay', () => {
  const monkeys = '\n🐵🙈🙉\n';
  const request = (id: string, path: string) =>
    `1 ${id} 1772359200123456789 0\nPOST ${path} HTTP/1.1\r\nHost: shop.example.com\r\nX-Real-IP: 198.51.100.4\r\nContent-Length: 5\r\n\r\na=1\n2`;
  const response = (id: string) =>
    `2 ${id} 1772359200223456789 100\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n`;

  it('brings requests and answers together, whatever their order', async () => {
    const one = 'a'.repeat(40);
    const two = 'b'.repeat(40);
    const three = 'c'.repeat(40);
    const text = [
      request(one, '/one'),
      request(two, '/two'),
      response(two),
      `3 ${two} 1772359200223456789 1\nHTTP/1.1 500 no\r\n\r\n`,
      'nothing of the kind',
      response(one),
      request(three, '/three'),
      response('d'.repeat(40)),
      '',
    ].join(monkeys);
    const entries = await read(text, 'requests.gor');
    expect(transactions(entries).map(({ request: r, response: a }) => [r.url, a?.status, a?.body.toString()])).toEqual([
      ['/two', 200, '{"a":1}'],
      ['/one', 200, '{"a":1}'],
      ['/three', undefined, undefined],
    ]);
    expect(transactions(entries)[0]).toMatchObject({ at: 1_772_359_200_123, clientAddress: '198.51.100.4' });
    expect(transactions(entries)[0]!.request.body.toString()).toBe('a=1\n2');
    expect(malformed(entries)).toHaveLength(2);
  });
});

describe('Burp', () => {
  it('reads saved items, as text and as base64', async () => {
    const raw = 'GET /a?q=%27 HTTP/1.1\r\nHost: shop.example.com\r\nCookie: s=1\r\n\r\n';
    const answer = 'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nnope';
    const xml = `<?xml version="1.0"?>
<!DOCTYPE items [
<!ELEMENT items (item*)>
<!ATTLIST items burpVersion CDATA "">
]>
<items burpVersion="2026.1" exportTime="Sun Mar 01 11:00:00 CET 2026">
  <item>
    <time>Sun Mar 01 10:00:00 GMT 2026</time>
    <url><![CDATA[https://shop.example.com/a?q=%27]]></url>
    <host ip="192.0.2.1">shop.example.com</host>
    <request base64="true"><![CDATA[${Buffer.from(raw).toString('base64')}]]></request>
    <status>404</status>
    <response base64="true"><![CDATA[${Buffer.from(answer).toString('base64')}]]></response>
  </item>
  <item><time/><url/><request base64="false"></request></item>
  <item>
    <time>Sun Mar 01 10:00:01 GMT 2026</time>
    <url><![CDATA[https://shop.example.com/b]]></url>
    <request base64="false"><![CDATA[POST /b HTTP/2\nHost: shop.example.com\nContent-Type: application/json\n\n{"a":"<x>"}]]></request>
    <response base64="false"><![CDATA[HTTP/2 200 OK\n\n]]></response>
  </item>
</items>`;
    const entries = await read(xml, 'items.xml');
    const [one, two] = transactions(entries);
    expect(one).toMatchObject({
      at: Date.parse('2026-03-01T10:00:00Z'),
      request: { method: 'GET', url: 'https://shop.example.com/a?q=%27' },
      response: { status: 404 },
    });
    expect(one!.response!.body.toString()).toBe('nope');
    expect(two!.request.body.toString()).toBe('{"a":"<x>"}');
    expect(malformed(entries)).toEqual([{ malformed: 'the item has no request', line: 15 }]);
  });

  it('gives what it found in a file that is broken, and says so', async () => {
    const entries = await read(
      '<items><item><request base64="false">GET / HTTP/1.1\n\n</request></item><item>&nope;<',
      'x.xml',
    );
    expect(transactions(entries)).toHaveLength(1);
    expect(malformed(entries)[0]!.malformed).toContain('not XML');
  });
});

describe('ZAP', () => {
  it('reads exported messages', async () => {
    const text = [
      '==== 1 ==========',
      'POST https://shop.example.com/api HTTP/1.1',
      'Host: shop.example.com',
      'Content-Length: 7',
      '',
      '{"a":1}',
      'HTTP/1.1 200 OK',
      'Content-Type: application/json',
      '',
      '{"b":2}',
      '',
      '==== 2 ==========',
      'GET https://shop.example.com/x HTTP/1.1',
      'Host: shop.example.com',
      '',
      '',
      'HTTP/1.1 302 Found',
      'Location: /',
      '',
      '',
      '==== 3 ==========',
      'gibberish',
      '',
    ].join('\r\n');
    const entries = await read(text, 'zap.txt');
    expect(transactions(entries).map(({ request, response }) => [request.body.toString(), response?.status])).toEqual([
      ['{"a":1}', 200],
      ['', 302],
    ]);
    expect(transactions(entries)[0]!.response!.body.toString()).toBe('{"b":2}');
    expect(malformed(entries)).toEqual([{ malformed: 'there is no request line', line: 22 }]);
  });

  it("reads what the API's `messages` view answers", async () => {
    const message = {
      id: '1',
      timestamp: '1772359200000',
      requestHeader: 'GET https://shop.example.com/a HTTP/1.1\r\nHost: shop.example.com\r\n\r\n',
      requestBody: '',
      responseHeader: 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n',
      responseBody: 'hello',
    };
    const [one] = transactions(await read(JSON.stringify({ messages: [message] }, null, 1)));
    expect(one).toMatchObject({ at: 1_772_359_200_000, response: { status: 200, isDecoded: true } });
    expect(one!.response!.body.toString()).toBe('hello');
  });
});

describe('Envoy', () => {
  it('reads taps, pretty-printed as it writes them, and access logs', async () => {
    const tap = {
      http_buffered_trace: {
        request: {
          headers: [
            { key: ':authority', value: 'shop.example.com' },
            { key: ':path', value: '/api?q=1' },
            { key: ':method', value: 'POST' },
            { key: 'x-forwarded-for', value: '203.0.113.9' },
          ],
          body: { truncated: false, as_bytes: Buffer.from('{"a":1}').toString('base64') },
          trailers: [],
        },
        response: {
          headers: [{ key: ':status', value: '200' }],
          body: { truncated: false, as_string: 'ok' },
          trailers: [],
        },
      },
    };
    const log = {
      httpLogs: {
        logEntry: [
          {
            commonProperties: {
              downstreamRemoteAddress: { socketAddress: { address: '203.0.113.8', portValue: 1 } },
              startTime: '2026-03-01T10:00:00.123456Z',
            },
            request: { requestMethod: 'PUT', authority: 'shop.example.com', path: '/b', userAgent: 'x' },
            response: { responseCode: 403 },
          },
        ],
      },
    };
    const entries = await read(`${JSON.stringify(tap, null, 1)}\n${JSON.stringify(log, null, 1)}\n`, 'tap.json');
    const [one, two] = transactions(entries);
    expect(one).toMatchObject({
      clientAddress: '203.0.113.9',
      request: { method: 'POST', url: '/api?q=1' },
      response: { status: 200 },
    });
    expect(headerValue(one!.request.rawHeaders, 'host')).toBe('shop.example.com');
    expect(one!.request.body.toString()).toBe('{"a":1}');
    expect(two).toMatchObject({
      at: Date.parse('2026-03-01T10:00:00.123Z'),
      clientAddress: '203.0.113.8',
      response: { status: 403 },
    });
    expect(malformed(entries)).toEqual([]);
  });
});

describe('captures', () => {
  const hasTshark = spawnSync('tshark', ['--version']).status === 0;
  if (!hasTshark && process.env.CI === undefined) console.warn('tshark is not installed: captures are not tested');

  it.skipIf(!hasTshark && process.env.CI === undefined)('are read through tshark, segments put together', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(3_000), q: "' OR 1=1--" });
    const capture = captureOf(
      [
        { from: 'client', text: 'GET /one?a=1 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n' },
        { from: 'server', text: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi' },
        {
          from: 'client',
          text: `POST /two HTTP/1.1\r\nHost: shop.example.com\r\nContent-Type: application/json\r\nContent-Length: ${long.length}\r\n\r\n${long}`,
        },
        {
          from: 'server',
          text: 'HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
        },
      ],
      1_772_359_200,
    );
    const entries = await read(capture, 'a.pcap');
    expect(malformed(entries)).toEqual([]);
    const [one, two] = transactions(entries);
    expect(one).toMatchObject({
      clientAddress: '203.0.113.7',
      request: { method: 'GET', url: '/one?a=1' },
      response: { status: 200 },
    });
    expect(Math.floor(one!.at / 1_000)).toBe(1_772_359_200);
    expect(two!.request.body.toString()).toBe(long);
    expect(two!.response).toMatchObject({ status: 500 });
    expect(two!.response!.body.toString()).toBe('abc');
  });

  it('says what is missing without tshark', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      const entries = await read(captureOf([], 1), 'b.pcap');
      expect(malformed(entries)[0]!.malformed).toContain('apt-get install tshark');
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('cutting', () => {
  const value = fc.jsonValue({ maxDepth: 3 });

  it('finds the elements of an array wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        value,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (list, other, size, isPretty) => {
          const document = { other, log: { x: other, entries: list, y: { entries: [1] } }, entries: [2] };
          const bytes = Buffer.from(JSON.stringify(document, null, isPretty ? 2 : 0));
          const elements = new JsonElements(['log', 'entries'], 1 << 20);
          const found: unknown[] = [];
          for (let at = 0; at < bytes.length; at += size)
            for (const one of elements.take(bytes.subarray(at, at + size))) found.push(JSON.parse(one.text));
          expect(found).toEqual(JSON.parse(JSON.stringify(list)));
          expect(elements.hasFound).toBe(true);
          expect(elements.isMidway).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('skips an element and a line over the bound, and takes the next', () => {
    const elements = new JsonElements([], 20);
    const long = { a: 'x'.repeat(50) };
    const found = [...elements.take(Buffer.from(JSON.stringify([1, long, { b: 2 }])))];
    expect(found.map(({ text, isTooLong }) => (isTooLong ? 'too long' : text))).toEqual(['1', 'too long', '{"b":2}']);
    const lines = new LineReader(5);
    const read = [...lines.take(Buffer.from('ab\n1234567')), ...lines.take(Buffer.from('89\ncd')), ...lines.rest()];
    expect(read.map((line) => [line.bytes.toString(), line.number, line.end, line.isTooLong])).toEqual([
      ['ab', 1, 3, false],
      ['', 2, 13, true],
      ['cd', 3, 15, false],
    ]);
  });
});

it('says that a file is nothing it knows', async () => {
  const entries = await read('<?xml version="1.0"?><html/>', 'page.xml');
  expect(malformed(entries)[0]!.malformed).toContain('is no HAR');
});
