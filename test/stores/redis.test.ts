import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import type { RedisAccess } from '../../src/stores/redis/client.ts';
import { type RedisSettings, RedisStore } from '../../src/stores/redis/redis-store.ts';
import { storeContract } from './contract.ts';
import { rememberingLog } from './quiet-log.ts';
import { hasRedis, RedisProcess, startCluster } from './redis-process.ts';

/** Generous: other tests use the same cores. */
const COMMAND_MS = 2_000;

function storeAt(place: RedisAccess['place'], more: Partial<RedisSettings> = {}): RedisStore {
  const access = { place, username: undefined, password: undefined, tls: undefined, commandTimeoutMs: COMMAND_MS };
  return new RedisStore({ access, keyPrefix: 'sallyport', log: rememberingLog(), ...more });
}

const untilUp = (store: Store) => vi.waitUntil(() => store.health().state === 'up', 10_000);

describe.skipIf(!hasRedis)('the Redis store on one server', () => {
  let redis: RedisProcess;
  let store: Store;
  beforeAll(async () => {
    redis = await RedisProcess.start();
    store = storeAt({ kind: 'server', host: '127.0.0.1', port: redis.port, database: 0 });
    await untilUp(store);
  });
  afterAll(async () => {
    await store.close();
    await redis.remove();
  });
  storeContract(() => store);

  it('keeps every key under its prefix, with an expiry but for the few that are the store itself', async () => {
    const keys = (await redis.ask('KEYS', '*')) as string[];
    expect(keys.length).toBeGreaterThan(20);
    const lasting: string[] = [];
    for (const key of keys) {
      expect(key).toMatch(/^sallyport:(?:schema$|\{\d{1,2}\}:)/);
      if ((await redis.ask('PTTL', key)) === -1) lasting.push(key.replace(/\{\d+\}/, '{}'));
    }
    expect([...new Set(lasting)].filter((key) => !key.startsWith('sallyport:{}:i:')).sort()).toEqual([
      'sallyport:schema',
      'sallyport:{}:word',
    ]);
  });
});

describe.skipIf(!hasRedis)('the Redis store on a cluster of three masters', () => {
  let nodes: readonly RedisProcess[] = [];
  let store: Store;
  beforeAll(async () => {
    nodes = await startCluster();
    store = storeAt({ kind: 'cluster', nodes: nodes.map(({ port }) => ({ host: '127.0.0.1', port })) });
    await untilUp(store);
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await Promise.all(nodes.map((node) => node.remove()));
  });
  storeContract(() => store);

  it('uses every master', async () => {
    const sizes = await Promise.all(nodes.map((node) => node.ask('DBSIZE')));
    for (const size of sizes) expect(size).toBeGreaterThan(10);
  });
});
