// Bombs against the real data plane: refused in little time and with little memory, and the upstream never hears of them.
import * as net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recorder } from '../wire/recorder.ts';
import { realGateway } from '../wire/world.ts';

const HOST = 'Host: api.example\r\n';

describe('bombs', () => {
  it('are refused, cost little time and little memory', async () => {
    const upstream = await recorder();
    const gateway = await realGateway([upstream.url], 'enforce');
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
    const bombs: readonly (readonly [name: string, headers: string, body: Buffer])[] = [
      ['gzip', 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n', gzipSync(zeros)],
      ['deflate', 'Content-Type: application/json\r\nContent-Encoding: deflate\r\n', deflateSync(zeros)],
      ['brotli', 'Content-Type: application/json\r\nContent-Encoding: br\r\n', brotliCompressSync(zeros, best)],
      ['gzip in gzip', 'Content-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n', gzipSync(gzipSync(zeros))],
      [
        'three encodings',
        'Content-Type: application/json\r\nContent-Encoding: gzip, gzip, gzip\r\n',
        gzipSync(gzipSync(gzipSync(zeros))),
      ],
      ['200,000 levels of JSON', 'Content-Type: application/json\r\n', Buffer.alloc(200_000, '[')],
      ['120,000 values of JSON', 'Content-Type: application/json\r\n', Buffer.from(`[${'1,'.repeat(120_000)}1]`)],
      [
        'entities of XML',
        'Content-Type: application/xml\r\n',
        Buffer.from('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
      ],
      ['10,000 levels of XML', 'Content-Type: application/xml\r\n', Buffer.from('<a>'.repeat(10_000))],
      [
        '2,000 parts',
        'Content-Type: multipart/form-data; boundary=b\r\n',
        Buffer.from(`${'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(2_000)}--b--`),
      ],
      ['60,000 form fields', 'Content-Type: application/x-www-form-urlencoded\r\n', Buffer.from('a=1&'.repeat(60_000))],
      [
        'a wide GraphQL query',
        'Content-Type: application/json\r\n',
        Buffer.from(JSON.stringify({ query: `{${' a'.repeat(50_000)}}` })),
      ],
    ];
    const wrong: string[] = [];
    for (const [name, headers, body] of bombs) {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      globalThis.gc?.();
      const rssBefore = process.memoryUsage().rss;
      let rssPeak = rssBefore;
      const watch = setInterval(() => {
        rssPeak = Math.max(rssPeak, process.memoryUsage().rss);
      }, 5);
      delay.enable();
      const startedAt = performance.now();
      const statuses = await Promise.all(
        Array.from({ length: 20 }, () =>
          statusOf(
            gateway.port,
            Buffer.concat([
              Buffer.from(
                `POST / HTTP/1.1\r\n${HOST}Connection: close\r\n${headers}Content-Length: ${body.length}\r\n\r\n`,
              ),
              body,
            ]),
          ),
        ),
      );
      const ms = performance.now() - startedAt;
      delay.disable();
      clearInterval(watch);
      const isRefused = statuses.every((status) => status >= 400 && status < 500);
      console.log(
        `bomb ${name}: 20 × ${body.length} bytes, ${[...new Set(statuses)].join(' ')}, all within ${Math.round(ms)} ms, loop at most ${Math.round(delay.max / 1e6)} ms, RSS +${Math.round((rssPeak - rssBefore) / 2 ** 20)} MiB`,
      );
      if (!isRefused) wrong.push(`${name}: ${statuses.join(' ')}`);
      if (rssPeak - rssBefore > 256 * 2 ** 20) wrong.push(`${name}: memory`);
    }
    expect(wrong).toEqual([]);
    expect(upstream.bytes).toBe(0);
    expect(gateway.plane.counters).toMatchObject({ activeTransactions: 0, heldBytes: 0, inspectionErrors: 0 });
    await gateway.plane.drain(0);
    await upstream.close();
  }, 120_000);
});

function statusOf(port: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
    socket.write(bytes);
  });
}
