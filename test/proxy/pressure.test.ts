// M1 M2: what a worker does that has too little memory or too little time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMemoryLimit } from '../../src/proxy/memory-limit.ts';
import { connectionsMaxBy } from '../../src/proxy/open-files.ts';
import { Pressure } from '../../src/proxy/pressure.ts';
import { InspectorThatForwards } from './inspectors.ts';
import { ask, gateway, upstreamThat } from './world.ts';

const IN_PLENTY = { memoryShare: undefined, collect: () => {} };
const PATIENT = { timeout: 10_000, interval: 20 };

describe('pressure', () => {
  it('of time is what lasts: one stall is none, a third one in a row is, and it passes', () => {
    let now = 0;
    const pressure = new Pressure({ ...IN_PLENTY, now: () => now, workedMs: () => now });
    onTestFinished(() => pressure.stop());
    const seen = [8_000, 100, 1_200, 1_200, 1_200, 400, 100, 1_200].map((ms) => {
      now += ms;
      pressure.look();
      return pressure.isLate;
    });
    expect(seen).toEqual([false, false, false, false, true, true, false, false]);
  });

  it('of time is none where the worker was late for want of a processor, for little waits for it', () => {
    let now = 0;
    let worked = 0;
    const pressure = new Pressure({ ...IN_PLENTY, now: () => now, workedMs: () => worked });
    onTestFinished(() => pressure.stop());
    const look = (workedMs: number): boolean => {
      now += 1_500;
      worked += workedMs;
      pressure.look();
      return pressure.isLate;
    };
    expect([60, 60, 60, 60, 60].map(look)).toEqual([false, false, false, false, false]);
    expect([300, 300, 300, 60].map(look)).toEqual([false, false, true, false]);
  });

  it('of memory: garbage is collected first, connections end at 85 %, bodies are refused at 95 % and taken again below 92 %', () => {
    let now = 0;
    let share = 0.5;
    let collections = 0;
    const pressure = new Pressure({
      memoryShare: () => share,
      collect: () => (collections += 1),
      now: () => now,
      workedMs: () => 0,
    });
    onTestFinished(() => pressure.stop());
    const seen = [0.5, 0.86, 0.96, 0.94, 0.91, 0.96, 0.5].map((one) => {
      now += 2_000;
      share = one;
      pressure.look();
      return `${pressure.isTight} ${pressure.isFull}`;
    });
    expect(seen).toEqual([
      'false false',
      'true false',
      'true true',
      'true true',
      'true false',
      'true true',
      'false false',
    ]);
    expect(collections).toBe(2);
  });

  it('lets requests without a body through when memory is full, and tells the others to come again', async () => {
    let share = 0.5;
    const upstream = await upstreamThat();
    const inspector = new InspectorThatForwards();
    const { port, plane } = await gateway([upstream.url], inspector, {
      pressure: { memoryShare: () => share, collect: () => {} },
    });
    const statuses = async (): Promise<readonly number[]> =>
      Promise.all([ask(port), ask(port, { method: 'POST', body: 'x' })].map(async (one) => (await one).status));
    expect(await statuses()).toEqual([200, 200]);
    share = 0.99;
    await expect.poll(statuses, PATIENT).toEqual([200, 503]);
    expect((await ask(port, { method: 'POST', body: 'x' })).headers).toMatchObject({
      'retry-after': '1',
      connection: 'close',
    });
    share = 0.5;
    await expect.poll(statuses, PATIENT).toEqual([200, 200]);
    expect(plane.counters.activeTransactions).toBe(0);
    expect(plane.counters.inspectionErrors).toBe(0);
  });

  it('of time makes requests behind a long queue a 503 before anything is done for them, and no other ones', async () => {
    let skipped = 0;
    const held: http.ServerResponse[] = [];
    const upstream = await upstreamThat(({ url }, response) => {
      if (url === '/held') held.push(response);
      else response.end();
    });
    const { port } = await gateway([upstream.url], new InspectorThatForwards(), {
      pressure: { memoryShare: undefined, now: () => performance.now() + skipped, workedMs: () => skipped },
    });
    const queue = Array.from({ length: 16 }, () => ask(port, { path: '/held' }));
    await expect.poll(() => held.length, PATIENT).toBe(16);
    const slow = setInterval(() => (skipped += 1_000), 40);
    await expect.poll(async () => (await ask(port)).status, PATIENT).toBe(503);
    const { length } = upstream.received;
    expect((await ask(port)).status).toBe(503);
    expect(upstream.received).toHaveLength(length);
    held.shift()!.end();
    await queue.shift();
    await expect.poll(async () => (await ask(port)).status, PATIENT).toBe(200);
    clearInterval(slow);
    for (const response of held) response.end();
    for (const { status } of await Promise.all(queue)) expect(status).toBe(200);
  });
});

describe('the memory of a container', () => {
  const root = mkdtempSync(join(tmpdir(), 'cgroup-'));
  const put = (folder: string, files: Readonly<Record<string, string>>): void => {
    mkdirSync(join(root, folder), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), `${text}\n`);
  };

  it('is read from both versions of cgroups, without pages of files that may go at once', () => {
    onTestFinished(() => rmSync(root, { recursive: true }));
    expect(openMemoryLimit(root, '0::/a')).toBeUndefined();
    put('a', { 'memory.max': 'max', 'memory.current': '1' });
    expect(openMemoryLimit(root, '0::/a')).toBeUndefined();
    put('b', { 'memory.max': '1000', 'memory.current': '900', 'memory.stat': 'anon 1\ninactive_file 400' });
    expect(openMemoryLimit(root, '0::/b')?.()).toBe(0.5);
    put('memory/c', {
      'memory.limit_in_bytes': '1000',
      'memory.usage_in_bytes': '900',
      'memory.stat': 'inactive_file 9\ntotal_inactive_file 100',
    });
    expect(openMemoryLimit(root, '4:cpu,memory:/c\n0::/a')?.()).toBe(0.8);
    put('memory', { 'memory.limit_in_bytes': '9223372036854771712' });
    expect(openMemoryLimit(root, '4:memory:/elsewhere')).toBeUndefined();
  });
});

describe('connections', () => {
  it.each([
    ['Max open files            1024                 4096                 files', 512],
    ['Max open files            1048576              1048576              files', 50_000],
    ['Max open files            unlimited            unlimited            files', 50_000],
    ['', 50_000],
  ])('are at most half of the files that may be open: %j', (limits, expected) => {
    expect(connectionsMaxBy(limits)).toBe(expected);
  });
});
