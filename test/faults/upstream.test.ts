// U1–U8: an upstream that fails in every way, under load, with exact books: each request is answered once or visibly fails, no
// request reaches the upstream twice unless it may, and what was received is inspected, uninspected or refused.
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { constantLoad, type LoadResult } from '../support/constant-load.ts';
import { type RealGateway, realGateway } from '../wire/world.ts';
import { FaultyLine, type LineFaults } from './faulty-line.ts';

const PER_SECOND = 40;
const PHASE_MS = 1_000;
const HOST = { host: 'api.example' };

interface Shop {
  readonly line: FaultyLine;
  readonly gateway: RealGateway;
  /** Target → how often it arrived. */
  readonly seen: Map<string, number>;
  readonly close: () => Promise<void>;
}

async function shop(waitMs: number): Promise<Shop> {
  const seen = new Map<string, number>();
  const server = http.createServer((request, response) => {
    request.resume();
    seen.set(request.url!, (seen.get(request.url!) ?? 0) + 1);
    response.setHeader('content-type', 'application/json');
    response.end(`{"pad":"${'x'.repeat(2_000)}"}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const line = await FaultyLine.to((server.address() as AddressInfo).port);
  const gateway = await realGateway([`http://127.0.0.1:${line.port}`], 'enforce', {
    upstream: { connectTimeoutMs: waitMs, connectionsMax: 16, waitingMax: 200 },
    route: { timeouts: { headersMs: waitMs, bodyMs: waitMs } },
  });
  const close = async (): Promise<void> => {
    await gateway.plane.drain(0);
    await line.close();
    server.closeAllConnections();
    server.close();
  };
  return { line, gateway, seen, close };
}

/** Runs load through good, bad and good times; the books are checked for all three. */
async function through(faults: LineFaults, options: Parameters<typeof constantLoad>[2] = {}) {
  const { line, gateway, seen, close } = await shop(faults.isSilent === true ? 300 : 5_000);
  const load = constantLoad(new URL(`http://127.0.0.1:${gateway.port}`), PER_SECOND, {
    ...options,
    headers: { ...HOST, ...options.headers },
  });
  await pause(PHASE_MS);
  line.become(faults);
  await pause(PHASE_MS);
  line.become({});
  // The circuit breaker asks again after five seconds; one answer closes it.
  const answeredBefore = load.answered();
  while (load.answered() < answeredBefore + 20) await pause(50);
  const result = await load.stop();
  check(result, gateway, seen);
  // In the end it is well again: the latest requests are answered.
  const lastBad = Math.max(0, ...result.failed.map((text) => Number(/\/(\d+):/.exec(text)?.[1] ?? 0)));
  expect(lastBad).toBeLessThan(result.sent - 5);
  await close();
  return { result, gateway, seen };
}

function check(result: LoadResult, { records, plane }: RealGateway, seen: ReadonlyMap<string, number>): void {
  expect(result.answered + result.failed.length).toBe(result.sent);
  const of = (coverage: string): number => records.filter((record) => record.coverage === coverage).length;
  expect(records.length).toBe(result.sent);
  expect(of('inspected') + of('uninspected') + of('refused')).toBe(result.sent);
  const repeated = [...seen.values()].filter((times) => times > 1).length;
  expect(repeated).toBeLessThanOrEqual(plane.counters.upstreamRetries);
  expect([...seen.values()].every((times) => times <= 2)).toBe(true);
  expect(plane.counters).toMatchObject({ activeTransactions: 0, heldBytes: 0, inspectionErrors: 0 });
  expect(records.filter((record) => record.status === 200).length).toBe(result.answered);
}

describe('an upstream under load', () => {
  it('U1 that is down costs 502 and then 503 at once, and nothing once it is back', async () => {
    const { result, gateway } = await through({ isDown: true });
    expect(result.failed.length).toBeGreaterThan(5);
    expect(new Set(result.failed.map((text) => text.split(': ')[1]))).toEqual(new Set(['status 502', 'status 503']));
    expect(gateway.plane.counters.upstreamsUnavailable).toBeGreaterThan(0);
  }, 120_000);

  it('U2 that is silent costs 504, and no more waiting than allowed', async () => {
    const { result } = await through({ isSilent: true });
    expect(new Set(result.failed.map((text) => text.split(': ')[1])).has('status 504')).toBe(true);
  }, 120_000);

  it('U3 that is slow and sliced costs nothing', async () => {
    const { result } = await through({ sliceBytes: 50, latencyMs: 30 });
    expect(result.failed).toEqual([]);
  }, 120_000);

  it('U4 that resets in the middle of its answers: GETs are repeated within the budget, the rest is a 502', async () => {
    const { result, gateway } = await through({ answerBytesMax: 1_000 });
    expect(new Set(result.failed.map((text) => text.split(': ')[1]))).toEqual(new Set(['status 502', 'status 503']));
    expect(gateway.plane.counters.upstreamRetries).toBeLessThanOrEqual(10 + result.sent / 10);
  }, 120_000);

  it('U4 a POST is never repeated once a byte of it may have arrived', async () => {
    const { seen } = await through(
      { answerBytesMax: 1_000 },
      { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } },
    );
    expect([...seen.values()].filter((times) => times > 1)).toEqual([]);
  }, 120_000);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
