// Our own format, a transaction in each line: everything arrives as it was, and what is broken is named with its line without
// ending the file.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedTransaction } from '../../src/core/recorded-transaction.ts';
import { headerValue } from '../../src/core/transaction.ts';
import { transactionLine } from '../../src/ingest/formats/transaction.ts';
import { malformed, read, transactions } from './recorded.ts';

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
