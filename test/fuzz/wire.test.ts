// Mutated requests, cut into pieces at random, through the whole proxy in front of the strict recorder: nothing crashes or
// hangs, and the upstream gets as many requests as were let through, each of them by the letter.
import * as net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Recorder, recorder } from '../wire/recorder.ts';
import { type RealGateway, realGateway } from '../wire/world.ts';
import { mutated, Random } from './mutate.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 3);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 50;
const HANG_MS = 8_000;
const HOST = 'Host: api.example\r\n';

const SEEDS = [
  `GET /a?b=c HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  `POST /a HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}`,
  `POST /a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n`,
  `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  `POST /1 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n${HOST}\r\n`,
  `GET / HTTP/1.0\r\n${HOST}\r\n`,
  `DELETE /a HTTP/1.1\r\n${HOST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}`,
  `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
].map((text) => Buffer.from(text, 'latin1'));

describe.each(['enforce', 'monitor'] as const)(`the proxy in mode %s, seed ${SEED}`, (mode) => {
  let upstream: Recorder;
  let gateway: RealGateway;
  let cases = 0;

  beforeAll(async () => {
    upstream = await recorder();
    gateway = await realGateway([upstream.url], mode, {
      proxy: {
        pace: {
          headersTimeoutMs: 150,
          keepAliveMs: 100,
          heldBodyMs: 150,
          bodyGraceMs: 100,
          handshakeMs: 500,
          upgradeIdleMs: 500,
        },
      },
      route: { timeouts: { headersMs: 1_000, bodyMs: 1_000 } },
    });
  });

  it(
    'reads every request in one way or not at all',
    async () => {
      const random = new Random(SEED + mode.length);
      const end = performance.now() + SECONDS * 1_000;
      const hung: string[] = [];
      while (performance.now() < end) {
        await Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            const bytes = mutated(random, SEEDS);
            const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort(
              (a, b) => a - b,
            );
            if (!(await converse(gateway.port, bytes, cuts))) hung.push(JSON.stringify(bytes.toString('latin1')));
            cases += 1;
          }),
        );
      }
      expect(hung).toEqual([]);
      expect(upstream.violations).toEqual([]);
      expect(gateway.plane.counters).toMatchObject({
        inspectionErrors: 0,
        activeTransactions: 0,
        heldBytes: 0,
        openUpgrades: 0,
      });
      const { records } = gateway;
      const of = (coverage: string): number => records.filter((record) => record.coverage === coverage).length;
      expect(of('inspected') + of('uninspected') + of('refused')).toBe(records.length);
      // A request that was refused or blocked never arrives; whatever arrived was one that was let through.
      const letThrough = records.filter((record) => record.coverage !== 'refused' && record.status !== 403).length;
      expect(upstream.requests.length).toBeLessThanOrEqual(letThrough + gateway.plane.counters.upstreamRetries);
      expect(records.filter((record) => record.status === 200).length).toBeLessThanOrEqual(upstream.requests.length);
    },
    SECONDS * 1_000 + 60_000,
  );

  afterAll(async () => {
    await gateway.plane.drain(0);
    await upstream.close();
    console.log(
      `wire fuzz: ${cases} connections in mode ${mode}, ${gateway.records.length} transactions, ${upstream.requests.length} forwarded, seed ${SEED}`,
    );
  });
});

/** False when the gateway neither answered nor closed the connection in time. */
function converse(port: number, bytes: Buffer, cuts: readonly number[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const timer = setTimeout(() => {
      resolve(false);
      socket.destroy();
    }, HANG_MS);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(true);
    });
    socket.resume();
    socket.setNoDelay(true);
    let from = 0;
    const next = (): void => {
      const to = cuts.find((cut) => cut > from) ?? bytes.length;
      socket.write(bytes.subarray(from, to));
      from = to;
      if (from < bytes.length) setImmediate(next);
    };
    next();
  });
}
