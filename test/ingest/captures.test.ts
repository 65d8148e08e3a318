// Captures of packets, read through tshark.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { captureOf } from './capture.ts';
import { malformed, read, transactions } from './recorded.ts';

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
