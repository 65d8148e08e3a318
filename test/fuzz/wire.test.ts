// Mutated requests, cut into pieces at random, through the whole proxy in front of the strict recorder: nothing crashes or
// hangs, and the upstream gets exactly those requests that were let through, each of them once and by the letter.
import * as net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measuredOn } from '../support/measured-on.ts';
import { type Recorder, recorder } from '../wire/recorder.ts';
import { type RealGateway, realGateway } from '../wire/world.ts';
import { mutated, Random } from './mutate.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 3);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
/** Of each mode, however long they take; without it as many as fit into the time. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 0);
const PATIENCE_MS = 60_000 + (REQUESTS > 0 ? REQUESTS * 50 : SECONDS * 1_000);
/** Most of them wait for a time to run out; side by side they do not wait for each other. */
const AT_ONCE = 200;
const HANG_MS = 8_000;
const SETTLE_EACH = 2_000;
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
  const books = new Books();
  let connections = 0;

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
      const end = performance.now() + SECONDS * 1_000;
      const isOver = (): boolean => (REQUESTS > 0 ? books.requests >= REQUESTS : performance.now() >= end);
      const hung: string[] = [];
      const client = async (until: number): Promise<void> => {
        while (!isOver() && connections < until) {
          connections += 1;
          // Of its number, and not of when it is its turn: the same seed makes the same connections.
          const random = new Random(Math.imul(SEED + mode.length, 0x9e3779b1) ^ Math.imul(connections, 0x85ebca6b));
          const bytes = mutated(random, SEEDS);
          const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort(
            (a, b) => a - b,
          );
          if (!(await converse(gateway.port, bytes, cuts))) hung.push(JSON.stringify(bytes.toString('latin1')));
        }
      };
      while (!isOver()) {
        const until = connections + SETTLE_EACH;
        await Promise.all(Array.from({ length: AT_ONCE }, () => client(until)));
        await settled(gateway);
        books.take(gateway, upstream);
      }
      expect(hung).toEqual([]);
      expect(upstream.violations).toEqual([]);
      expect(gateway.plane.counters).toMatchObject({
        inspectionErrors: 0,
        activeTransactions: 0,
        heldBytes: 0,
        openUpgrades: 0,
      });
      expect(books.wrong).toEqual([]);
      expect(books.forwarded).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  afterAll(async () => {
    await gateway.plane.drain(0);
    await upstream.close();
    console.log(
      `wire fuzz: ${connections} connections with ${books.requests} requests in mode ${mode}, ${books.refused} refused, ${books.forwarded} forwarded, each of them once, seed ${SEED}, ${measuredOn()}`,
    );
  });
});

/** Every request of a client is refused by the parser or a transaction, and the upstream has those that were forwarded and no other. */
class Books {
  requests = 0;
  refused = 0;
  forwarded = 0;
  readonly wrong: string[] = [];
  #onWire = 0;
  #retries = 0;

  /** Counts what there is, and forgets it. */
  take({ records, plane }: RealGateway, upstream: Recorder): void {
    const { badRequestsOnWire, upstreamRetries } = plane.counters;
    const onWire = badRequestsOnWire - this.#onWire;
    let retries = upstreamRetries - this.#retries;
    this.#onWire = badRequestsOnWire;
    this.#retries = upstreamRetries;
    const arrived = new Map<string, number>();
    for (const { head } of upstream.requests) {
      const id = /^x-sallyport-id: (\S+)$/m.exec(head)?.[1] ?? '';
      arrived.set(id, (arrived.get(id) ?? 0) + 1);
    }
    for (const record of records) {
      const times = arrived.get(record.id) ?? 0;
      arrived.delete(record.id);
      const isRefused = record.coverage === 'refused' || (record.action === 'block' && record.upstreamMs === undefined);
      const what = `${record.method} ${record.path}: ${record.coverage}, ${record.status} ${record.fault ?? ''}`;
      if (isRefused) this.refused += 1;
      if (isRefused && times > 0) this.wrong.push(`${what}, and it arrived`);
      if (record.status === 200 && times === 0) this.wrong.push(`${what}, and it did not arrive`);
      if (times > 1) retries -= times - 1;
      this.forwarded += times;
    }
    for (const id of arrived.keys()) this.wrong.push(`what arrived as ${id || 'a request without an id'} is none`);
    if (retries < 0) this.wrong.push(`${-retries} arrived twice`);
    this.requests += records.length + onWire;
    this.refused += onWire;
    records.length = 0;
    upstream.requests.length = 0;
  }
}

/** Transactions end a moment after their connections. */
async function settled({ plane }: RealGateway): Promise<void> {
  const end = performance.now() + HANG_MS;
  while (plane.counters.activeTransactions > 0 && performance.now() < end)
    await new Promise((turn) => setTimeout(turn, 5));
}

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
