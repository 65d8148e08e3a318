import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import type { RedisAccess } from '../../src/stores/redis/client.ts';
import type { Migration } from '../../src/stores/redis/greeting.ts';
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

describe.skipIf(!hasRedis)('a Redis server that speaks no TLS', () => {
  it('R10 is no store for one that asks for TLS: it says so once, and is down', async () => {
    const redis = await RedisProcess.start();
    const log = rememberingLog();
    const place = { kind: 'server', host: '127.0.0.1', port: redis.port, database: 0 } as const;
    const access = {
      place,
      username: undefined,
      password: undefined,
      tls: { rejectUnauthorized: true },
      commandTimeoutMs: COMMAND_MS,
    };
    const store = new RedisStore({ access, keyPrefix: 'sallyport', log });
    try {
      await vi.waitUntil(() => log.lines.length > 0, 10_000);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(store.health().state).not.toBe('up');
      expect(log.lines.filter(({ level }) => level !== 'info')).toHaveLength(1);
      expect(await redis.ask('DBSIZE')).toBe(0);
    } finally {
      await store.close();
      await redis.remove();
    }
  }, 30_000);
});

describe.skipIf(!hasRedis)('whether a Redis store can be used', () => {
  it('is settled with its first answer, for one server and for a cluster', async () => {
    const redis = await RedisProcess.start();
    const masters = await startCluster();
    const nodes = masters.map(({ port }) => ({ host: '127.0.0.1', port }));
    const places = [
      { kind: 'server', host: '127.0.0.1', port: redis.port, database: 0 },
      { kind: 'cluster', nodes },
    ] as const;
    for (const place of places) {
      const store = storeAt(place);
      expect(store.health().state).toBe('down');
      await store.settled();
      expect(store.health().state).toBe('up');
      await store.close();
    }
    for (const one of [redis, ...masters]) await one.remove();
  }, 60_000);

  it('is settled by a first attempt that fails, whether nobody listens or the password is wrong', async () => {
    const redis = await RedisProcess.start('--requirepass', 'secret');
    const server = { kind: 'server', host: '127.0.0.1', database: 0 } as const;
    for (const port of [1, redis.port]) {
      const store = storeAt({ ...server, port });
      await store.settled();
      expect(store.health().state).toBe('down');
      await store.close();
    }
    await redis.remove();
  }, 30_000);
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

describe.skipIf(!hasRedis)('the Redis store on what an earlier or later version left', () => {
  let redis: RedisProcess;
  let store: RedisStore | undefined;
  const place = () => ({ kind: 'server', host: '127.0.0.1', port: redis.port, database: 0 }) as const;
  beforeAll(async () => {
    redis = await RedisProcess.start();
  });
  afterEach(async () => {
    await store?.close();
    await redis.ask('FLUSHALL');
  });
  afterAll(() => redis.remove());

  /** Brings documents from their old name to the new one, slowly enough for whoever does not wait. */
  const renaming: Migration = {
    from: 1,
    describe: 'documents have another name',
    async run(client, keyPrefix) {
      for (let shard = 0; shard < 32; shard++) {
        const [old, renamed] = [`${keyPrefix}:{${shard}}:old`, `${keyPrefix}:{${shard}}:new`];
        if ((await client.exists(old)) === 1) await client.rename(old, renamed);
      }
      await new Promise((turn) => setTimeout(turn, 300));
    },
  };

  it('migrates an older schema before anything else is sent, and then says that it listens', async () => {
    await redis.ask('SET', 'sallyport:schema', '1');
    await redis.ask('SET', 'sallyport:{7}:old', 'kept');
    store = storeAt(place(), { migrations: [renaming] });
    const asked: string[] = [];
    store.subscribe('decisions', {
      onMessage: () => {},
      onListening: () =>
        void store!.put('note', 'first', 1, 0, { ttlMs: 60_000, sizeMax: 10 }).then(
          () => asked.push('answered'),
          () => asked.push('too early'),
        ),
    });
    await untilUp(store);
    expect(await redis.ask('GET', 'sallyport:schema')).toBe('2');
    expect(await redis.ask('GET', 'sallyport:{7}:new')).toBe('kept');
    expect(await redis.ask('EXISTS', 'sallyport:migrating')).toBe(0);
    await vi.waitUntil(() => asked.at(-1) === 'answered', 5_000);
  });

  it('is migrated once by two nodes that start together', async () => {
    await redis.ask('SET', 'sallyport:schema', '1');
    let runs = 0;
    const counting: Migration = {
      ...renaming,
      run: async (client, prefix) => {
        runs += 1;
        await renaming.run(client, prefix);
      },
    };
    store = storeAt(place(), { migrations: [counting] });
    const other = storeAt(place(), { migrations: [counting] });
    await Promise.all([untilUp(store), untilUp(other)]);
    await other.close();
    expect(runs).toBe(1);
  });

  it('is left alone when the schema is newer, and written anew when its version is no number', async () => {
    await redis.ask('SET', 'sallyport:schema', '9');
    store = storeAt(place());
    await vi.waitUntil(() => store!.health().reason === 'NEWER_SCHEMA', 10_000);
    await expect(store.put('note', 'x', 1, 0, { ttlMs: 1_000, sizeMax: 10 })).rejects.toThrow();
    expect(await redis.ask('DBSIZE')).toBe(1);
    await store.close();
    await redis.ask('SET', 'sallyport:schema', 'what is this');
    store = storeAt(place());
    await untilUp(store);
    expect(await redis.ask('GET', 'sallyport:schema')).toBe('1');
  });
});
