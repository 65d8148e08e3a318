// A whole gateway with numbered load in front of an upstream that remembers what arrived, and the books of both.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  type Launch,
  type RunningGateway,
  removeFolder,
  startGateway,
  until,
  upstreamThat,
} from '../run/gateway-process.ts';
import { constantLoad, type LoadOptions, type LoadResult } from '../support/constant-load.ts';

export const IS_LONG = process.env.FAULTS === 'long';
export const PATIENCE_MS = 120_000;

export interface FaultWorld {
  readonly gateway: RunningGateway;
  readonly policies: string;
  /** Target → how often it arrived. */
  readonly seen: Map<string, number>;
  /** Load while something bad is done, and what became of it. */
  underLoad(perSecond: number, bad: () => Promise<void>, options?: LoadOptions): Promise<LoadResult>;
  metric(name: string): Promise<number>;
  end(): Promise<void>;
}

/** A port that stays the same when processes come and go. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function faultWorld(args: readonly string[] = [], launch: Launch = {}): Promise<FaultWorld> {
  const seen = new Map<string, number>();
  const upstream = await upstreamThat((request, response) => {
    request.resume();
    seen.set(request.url!, (seen.get(request.url!) ?? 0) + 1);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ tags: request.headers['x-sallyport-tags'] ?? '', ssn: '536-22-8754', ticket: 'TKT-654321' }),
    );
  });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  const ports = ['--listen', String(await freePort()), '--admin', String(await freePort())];
  const gateway = await startGateway(
    ['--upstream', upstream.url, '--mode', 'enforce', '--workers', '2', '--policies', policies, ...ports, ...args],
    folder,
    launch,
  );
  return {
    gateway,
    policies,
    seen,
    underLoad: async (perSecond, bad, options) => {
      const load = constantLoad(new URL(gateway.url), perSecond, options);
      await pause(500);
      await bad();
      await pause(500);
      const result = await load.stop();
      expect(result.answered + result.failed.length).toBe(result.sent);
      // Nothing arrives twice that was not a second attempt of a GET.
      const numbered = [...seen].filter(([target]) => target.startsWith('/load-'));
      expect(Math.max(...numbered.map(([, times]) => times))).toBeLessThanOrEqual(2);
      return result;
    },
    metric: (name) => metricOf(gateway, name),
    end: async () => {
      await gateway.stop('SIGKILL');
      upstream.close();
      removeFolder(folder);
    },
  };
}

export async function metricOf(gateway: RunningGateway, name: string): Promise<number> {
  return (await metricsOf(gateway, [name]))[0]!;
}

/** Of one moment. */
async function metricsOf(gateway: RunningGateway, names: readonly string[]): Promise<number[]> {
  const text = await (await fetch(`${gateway.admin}/metrics`)).text();
  return names.map((name) => {
    const line = new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text);
    return Number(line?.[1] ?? Number.NaN);
  });
}

const COUNTED = ['received', 'inspected', 'uninspected', 'refused'].map(
  (what) => `sallyport_transactions_${what}_total`,
);

/** inspected + uninspected + refused = received, while traffic goes on as well. Resolves with `received`. */
export async function booksAddUp(gateway: RunningGateway): Promise<number> {
  const [received, inspected, uninspected, refused] = await metricsOf(gateway, COUNTED);
  expect(inspected! + uninspected! + refused!).toBe(received);
  return received!;
}

/** The same, and as many were received as sent; waits for what is on its way. */
export async function booksOf(gateway: RunningGateway, sent: number): Promise<void> {
  await until(async () => (await metricOf(gateway, COUNTED[0]!)) >= sent, PATIENCE_MS);
  expect(await booksAddUp(gateway)).toBe(sent);
}

/** Both workers serve, none of them among `not`. */
export async function twoWorkers(gateway: RunningGateway, not: readonly number[] = []): Promise<void> {
  await until(async () => {
    const pids = gateway.pids('gateway');
    if (pids.length !== 2 || pids.some((pid) => not.includes(pid))) return false;
    return (await servingWorkers(gateway)) === 2;
  }, PATIENCE_MS);
}

/** Undefined while the analyst, which answers this, is away. */
export async function servingWorkers(gateway: RunningGateway): Promise<number | undefined> {
  const answer = await fetch(`${gateway.admin}/readyz`).catch(() => undefined);
  const ready = (await answer?.json()) as { workers: { serving: number } } | undefined;
  return ready?.workers.serving;
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Not one that has ended and only waits for the first process of the machine to ask how: some take seconds over that. */
export function isRunning(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'ZX'.includes(status[status.lastIndexOf(')') + 2]!);
  } catch {
    return false;
  }
}

export function rssMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
