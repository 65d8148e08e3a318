import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RestrictionBook } from '../../src/admin/restriction-book.ts';
import { StateKeeper } from '../../src/analysis/state-keeper.ts';
import { type Behaviour, startBehaviour } from '../../src/analyst/behaviour.ts';
import { casesName, casesOfOthers } from '../../src/analyst/cases-of-others.ts';
import { NODE_KIND } from '../../src/analyst/nodes.ts';
import type { Store } from '../../src/core/store.ts';
import type { Sinks } from '../../src/sinks/open-sinks.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { World } from '../analysis/world.ts';
import { rememberingLog } from '../stores/quiet-log.ts';
import { hasRedis, RedisProcess } from '../stores/redis-process.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const folder = mkdtempSync(join(tmpdir(), 'joining-'));
const log = pino({ level: 'silent' });
const bundle = { version: 'test', documents: shippedPolicies().documents };
const sinks = { send: () => true, follow: () => {} } as unknown as Sinks;
const KEEP = { ttlMs: 60_000, sizeMax: 100 };
const open: { readonly behaviour: Behaviour; readonly store: Store }[] = [];
let redis: RedisProcess;

async function storeHere(): Promise<Store> {
  const settings = {
    ...{ kind: 'redis', url: `redis://127.0.0.1:${redis.port}`, keyPrefix: 'sallyport', commandTimeout: 2_000 },
  } as Parameters<typeof openStore>[0];
  const store = openStore(settings, { dataFolder: folder, log: rememberingLog() });
  await vi.waitUntil(() => store.health().state === 'up', 10_000);
  return store;
}

async function started(node: string): Promise<(typeof open)[number]> {
  const store = await storeHere();
  await store.put(NODE_KIND, node, { node, startedAt: Date.now() }, 0, KEEP);
  const book = new RestrictionBook(join(folder, node), []);
  const behaviour = await startBehaviour({ bundle, store, node, book, sinks: () => sinks, log, onEvent: () => {} });
  const one = { behaviour, store };
  open.push(one);
  return one;
}

function attack({ behaviour }: { readonly behaviour: Behaviour }, account: string): void {
  const world = new World(3);
  world.now = Date.now();
  const person = { address: '89.208.58.114', country: 'RU', userAgent: 'python-requests/2.31' };
  for (let i = 0; i < 30; i++) {
    behaviour.analysis.take(world.record(person, 'POST', '/api/login', { account, status: 401 }));
    world.now += 1_000;
  }
}

describe.skipIf(!hasRedis && process.env.CI === undefined)('a node that joins others on one Redis', () => {
  beforeAll(async () => {
    redis = await RedisProcess.start();
  });
  afterAll(async () => {
    for (const { behaviour, store } of open) {
      await behaviour.close();
      await store.close();
    }
    await redis.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('knows their incidents, what people decided of them, and whom they accuse; what they keep stays theirs', async () => {
    const first = await started('first');
    attack(first, 'ann');
    const { items } = first.behaviour.analysis.incidents();
    expect(items.map(({ detection }) => detection)).toEqual(['brute-force']);
    first.behaviour.analysis.changeIncident(items[0]!.id, { by: 'ann', status: 'in-progress', comment: 'mine' }, 1);
    await vi.waitUntil(async () => {
      const found = await casesOfOthers(first.store, 'second');
      return JSON.stringify(found?.cases.incidents ?? '').includes('in-progress');
    }, 5_000);
    const keptBefore = await first.store.document('analysis-state', `${casesName('first')}.head`);

    const second = await started('second');
    const known = second.behaviour.analysis.incidents().items;
    expect(known.map(({ id, status, comments }) => [id, status, comments.map(({ text }) => text)])).toEqual([
      [items[0]!.id, 'in-progress', ['mine']],
    ]);
    const key = 'ip:89.208.58.114';
    expect(second.behaviour.analysis.isSuspect(key)).toBe(first.behaviour.analysis.isSuspect(key));
    const now = Date.now();
    expect(second.behaviour.analysis.actor(key, now)?.confidencePercent).toBe(
      first.behaviour.analysis.actor(key, now)?.confidencePercent,
    );
    expect(await first.store.document('analysis-state', `${casesName('first')}.head`)).toEqual(keptBefore);
  });

  it('goes on with its own when it comes back, whatever the others say', async () => {
    const second = open[1]!;
    second.behaviour.analysis.changeIncident(
      second.behaviour.analysis.incidents().items[0]!.id,
      { by: 'bob', status: 'resolved' },
      Date.now(),
    );
    await second.behaviour.close();
    await second.store.close();
    open.splice(1, 1);
    const again = await started('second');
    expect(again.behaviour.analysis.incidents().items.map(({ status }) => status)).toEqual(['resolved']);
  });

  it('leaves out what is not as it should be, and believes nobody who writes nonsense', async () => {
    const store = await storeHere();
    const keeper = new StateKeeper(store, casesName('liar'));
    await keeper.load();
    const good = await casesOfOthers(store, 'third');
    const { incidents, ...rest } = good!.cases as unknown as { incidents: { files: object[]; accusing: string[] } };
    const files = [{ ...incidents.files[0], actors: 'everybody' }, 7, null, ...incidents.files];
    await keeper.save({ ...rest, incidents: { ...incidents, files } });
    await store.put(NODE_KIND, 'liar', { node: 'liar', startedAt: 1 }, 0, KEEP);
    await store.put(NODE_KIND, 'odd', { node: 7, startedAt: 'noon' }, 0, KEEP);
    await store.put(NODE_KIND, 'empty', { node: 'empty', startedAt: 0 }, 0, KEEP);
    const found = await casesOfOthers(store, 'third');
    expect([found?.node, found?.ignored]).toEqual(['liar', 3]);
    await keeper.save({ incidents: 'none' });
    expect((await casesOfOthers(store, 'third'))?.node).toBe('first');
    await store.close();
  });
});
