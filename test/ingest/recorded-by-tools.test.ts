// Every format from a file as its tool writes it: method, URL, headers, bodies, time and client arrive as they were, and what is
// broken is named with its line without ending the file.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { headerValue } from '../../src/core/transaction.ts';
import { malformed, read, transactions } from './recorded.ts';

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

it('says that a file is nothing it knows', async () => {
  const entries = await read('<?xml version="1.0"?><html/>', 'page.xml');
  expect(malformed(entries)[0]!.malformed).toContain('is no HAR');
});
