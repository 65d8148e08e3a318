// I2, goal 14: slow heads, slow bodies and slow readers against a running gateway with the limits that it comes with, attackers and the
// others in processes of their own. ATTACK_SCALE=1 is the whole number of them.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PACE } from '../../src/proxy/settings.ts';
import { removeFolder, startGateway, until } from '../run/gateway-process.ts';
import { constantLoad, type LoadResult } from '../support/constant-load.ts';
import { measuredOn } from '../support/measured-on.ts';
import { PATIENCE_MS, pause } from './world.ts';

const SCALE = Number(process.env.ATTACK_SCALE ?? 0.2);
const IS_WHOLE = SCALE >= 1;
const ATTACKERS = join(import.meta.dirname, 'slow-clients.mjs');
const UPSTREAM = join(import.meta.dirname, 'large-upstream.mjs');
const PER_SECOND = 100;
const RAMP_MS = 2_000;
/** Each fills the buffers of two sockets, several MiB: more of them measure the memory that the system has for that. */
const READERS = IS_WHOLE ? Number(process.env.ATTACK_READERS ?? 50) : 0;
/** Beyond the limits; where other tests run beside it, time passes without it. */
const LATE_MS = IS_WHOLE ? 2_000 : 8_000;

type Lives = Readonly<Record<'head' | 'body' | 'reader', readonly number[]>>;

function attackers(port: number, counts: readonly number[]): Promise<Lives> {
  const child = spawn(process.execPath, [ATTACKERS, String(port), ...counts.map(String), String(RAMP_MS)]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(output) as Lives) : reject(new Error(output))));
  });
}

describe('slow clients', () => {
  it(
    'are closed within their limits, and nobody else notices',
    async () => {
      const upstream = spawn(process.execPath, [UPSTREAM]);
      const upstreamPort = await new Promise((resolve) => upstream.stdout.once('data', resolve));
      const gateway = await startGateway([
        '--upstream',
        `http://127.0.0.1:${String(upstreamPort).trim()}`,
        '--mode',
        'enforce',
        '--workers',
        '2',
      ]);
      try {
        const url = new URL(gateway.url);
        // What a worker compiles for its first requests, and the start of the spare worker, are not the attackers' doing.
        const warm = constantLoad(url, PER_SECOND);
        if (IS_WHOLE) await until(() => gateway.pids('spare').length === 1, PATIENCE_MS);
        else await pause(1_000);
        await warm.stop();
        const before = await loadDuring(url, () => pause(IS_WHOLE ? 10_000 : 2_000));
        let lives: Lives = { head: [], body: [], reader: [] };
        const during = await loadDuring(url, async () => {
          lives = await attackers(Number(url.port), [Math.ceil(1_000 * SCALE), Math.ceil(200 * SCALE), 0]);
        });
        const longest = (kind: keyof Lives): number => Math.max(0, ...lives[kind]);
        console.log(
          `slow clients: ${lives.head.length} heads closed within ${longest('head')} ms, ${lives.body.length} bodies within ${longest('body')} ms; good clients ${during.sent} sent, ${during.failed.length} failed, p99 ${p99(during)} ms (before ${p99(before)} ms), ${measuredOn()}`,
        );
        expect(during.failed).toEqual([]);
        expect(longest('head')).toBeLessThan(DEFAULT_PACE.headersTimeoutMs + LATE_MS);
        expect(longest('body')).toBeLessThan(DEFAULT_PACE.bodyGraceMs + DEFAULT_PACE.lingerMs + LATE_MS);
        if (!IS_WHOLE) return;
        expect(p99(during)).toBeLessThanOrEqual(2 * Math.max(p99(before), 5));
        // Half a minute, which is too long for every day.
        const besideReaders = await loadDuring(url, async () => {
          lives = await attackers(Number(url.port), [0, 0, READERS]);
        });
        console.log(
          `slow clients: ${lives.reader.length} readers closed within ${longest('reader')} ms; good clients ${besideReaders.sent} sent, ${besideReaders.failed.length} failed, p99 ${p99(besideReaders)} ms`,
        );
        expect(besideReaders.failed).toEqual([]);
        // Counted from when the sockets are full; and only by writing they learn of it.
        expect(longest('reader')).toBeLessThan(DEFAULT_PACE.writeIdleMs + 3 * LATE_MS);
      } finally {
        await gateway.stop('SIGKILL');
        upstream.kill('SIGKILL');
        removeFolder(gateway.data);
      }
    },
    2 * PATIENCE_MS,
  );
});

async function loadDuring(url: URL, what: () => Promise<void>): Promise<LoadResult> {
  const load = constantLoad(url, PER_SECOND);
  await what();
  return load.stop();
}

function p99({ latenciesMs }: LoadResult): number {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * 0.99)] ?? 0) * 10) / 10;
}
