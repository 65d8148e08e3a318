// R1–R10: real redis-servers that go bad in every way, under constant load with exact books: one server behind a line, one that
// is full, holds garbage or changes its password, a pair with a sentinel, a cluster. No request fails, restrictions hold
// throughout, and what an operator decided is there again when Redis has lost everything.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { removeFolder, startGateway, until, upstreamThat } from '../run/gateway-process.ts';
import { hasRedis, RedisProcess, startCluster } from '../stores/redis-process.ts';
import { constantLoad } from '../support/constant-load.ts';
import { FaultyLine } from './faulty-line.ts';
import { liftRestriction, restrictKey, statusWithKey } from './thief.ts';
import { booksAddUp, metricOf, pause } from './world.ts';

const run = promisify(execFile);
const PATIENCE_MS = 60_000;
const PHASE_MS = 2_000;
const THIEF = 'key-of-a-thief';
const PARDONED = 'key-of-somebody-else';

describe('Redis under load', () => {
  it.skipIf(!hasRedis && !process.env.CI)(
    'R2 R3 R4 R5 R6 R8 R9 R10 M6 slow, silent, gone, killed, emptied, full, full of garbage, closed to us, with another password: no request fails',
    async () => {
      const upstream = await upstreamThat((request, response) => {
        request.resume();
        response.end('{}');
      });
      const redis = await RedisProcess.start();
      const line = await FaultyLine.to(redis.port);
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
      const config = join(folder, 'sallyport.yaml');
      writeFileSync(
        config,
        `mode: enforce\nworkers: 1\nupstreams: { api: "${upstream.url}" }\nstore: { kind: redis, url: "redis://127.0.0.1:${line.port}" }\n`,
      );
      const gateway = await startGateway(['--config', config]);
      const asThief = (): Promise<number> => statusWithKey(gateway, THIEF);
      try {
        await restrictKey(gateway, THIEF);
        const mistaken = await restrictKey(gateway, PARDONED);
        const load = constantLoad(new URL(gateway.url), 50);
        const phases: readonly (readonly [string, () => Promise<void> | void])[] = [
          ['slow', () => line.become({ latencyMs: 500 })],
          ['silent', () => line.become({ isSilent: true })],
          ['gone', () => line.become({ isDown: true })],
          ['back', () => line.become({})],
          ['killed', () => redis.kill()],
          // M6: at once where it was lifted, and for good once the others can hear of it.
          ['lifted while it is away', () => liftRestriction(gateway, mistaken, PARDONED)],
          ['empty after a restart', () => redis.start()],
          ['full', () => full(redis)],
          ['with room again', () => roomAgain(redis)],
          ['with garbage in our keys', () => garbage(redis)],
          ['without the right to write', () => allow(redis, '-@write', '-@scripting')],
          ['with it again', () => allow(redis, '+@all')],
          ['with another password', () => anotherPassword(redis)],
          ['with the old one', () => oldPassword(redis)],
        ];
        let pardoned = 403;
        for (const [name, begin] of phases) {
          await begin();
          if (name.startsWith('lifted')) pardoned = 200;
          else await pause(PHASE_MS);
          expect(await asThief(), name).toBe(403);
          expect(await statusWithKey(gateway, PARDONED), name).toBe(pardoned);
          const ready = (await (await fetch(`${gateway.admin}/readyz`)).json()) as { status: string };
          expect(['ready', 'degraded'], name).toContain(ready.status);
        }
        // What the operator decided is published again by whoever still knows it.
        const client = new Redis(redis.port, '127.0.0.1', { lazyConnect: true });
        await client.connect();
        await until(async () => (await client.dbsize()) > 0, PATIENCE_MS);
        await client.flushall();
        await pause(PHASE_MS);
        expect(await asThief(), 'emptied').toBe(403);
        expect(await statusWithKey(gateway, PARDONED), 'emptied').toBe(200);
        client.disconnect();
        const result = await load.stop();
        console.log(
          `redis faults: ${result.sent} requests through ${phases.length + 1} faults, ${result.failed.length} failed`,
        );
        expect(result.failed).toEqual([]);
        expect(result.answered).toBe(result.sent);
        // After all of that the store is used again.
        await until(async () => (await metricOf(gateway, 'sallyport_store_up')) === 1, PATIENCE_MS);
        expect(await booksAddUp(gateway)).toBeGreaterThan(100);
      } finally {
        await gateway.stop('SIGKILL');
        await line.close();
        await redis.remove();
        upstream.close();
        removeFolder(gateway.data);
        removeFolder(folder);
      }
    },
    5 * PATIENCE_MS,
  );
});

describe('several Redis servers under load', () => {
  it.skipIf(!hasRedis && !process.env.CI)(
    'R7 a sentinel makes the replica the master: no request fails, and what is decided afterwards is shared',
    async () => {
      const master = await RedisProcess.start();
      const replica = await RedisProcess.start('--replicaof', `127.0.0.1 ${master.port}`);
      await until(async () => String(await replica.ask('INFO', 'replication')).includes('link_status:up'), PATIENCE_MS);
      const sentinel = await RedisProcess.startSentinel(master.port);
      const world = await nodeOn(`sentinels: { nodes: ["127.0.0.1:${sentinel.port}"] }`);
      try {
        await restrictKey(world.gateway, THIEF);
        await until(async () => Number(await replica.ask('DBSIZE')) > 0, PATIENCE_MS);
        const load = constantLoad(new URL(world.gateway.url), 40);
        await pause(PHASE_MS);
        await master.kill();
        // The sentinel closes every connection of whom it makes the master, that of this question as well.
        const role = (): Promise<unknown> => replica.ask('ROLE').catch(() => undefined);
        await until(async () => String(await role()).startsWith('master'), PATIENCE_MS);
        expect(await world.asThief()).toBe(403);
        await until(async () => (await metricOf(world.gateway, 'sallyport_store_up')) === 1, PATIENCE_MS);
        const written = await metricOf(world.gateway, 'sallyport_store_operations_total{outcome="written"}');
        await until(
          async () => (await metricOf(world.gateway, 'sallyport_store_operations_total{outcome="written"}')) > written,
          PATIENCE_MS,
        );
        expect(await world.asThief()).toBe(403);
        const result = await load.stop();
        console.log(`sentinel failover: ${result.sent} requests, ${result.failed.length} failed`);
        expect(result.failed).toEqual([]);
        expect(await booksAddUp(world.gateway)).toBeGreaterThan(100);
      } finally {
        await world.end();
        await Promise.all([sentinel, replica, master].map((one) => one.remove()));
      }
    },
    5 * PATIENCE_MS,
  );

  it.skipIf(!hasRedis && !process.env.CI)(
    'R2 R7 a slot of a cluster moves and a master is lost: no request fails, and restrictions hold',
    async () => {
      const nodes = await startCluster();
      const places = nodes.map(({ port }) => `"127.0.0.1:${port}"`).join(', ');
      const world = await nodeOn(`cluster: [${places}]`);
      try {
        await restrictKey(world.gateway, THIEF);
        const load = constantLoad(new URL(world.gateway.url), 40);
        await pause(PHASE_MS);
        await moveSlots(nodes[0]!, nodes[1]!);
        await pause(PHASE_MS);
        expect(await world.asThief(), 'slots moved').toBe(403);
        await nodes[2]!.kill();
        await pause(2 * PHASE_MS);
        expect(await world.asThief(), 'a master lost').toBe(403);
        await nodes[2]!.start();
        await until(async () => (await metricOf(world.gateway, 'sallyport_store_up')) === 1, PATIENCE_MS);
        expect(await world.asThief(), 'a master back, empty').toBe(403);
        const result = await load.stop();
        console.log(`cluster faults: ${result.sent} requests, ${result.failed.length} failed`);
        expect(result.failed).toEqual([]);
        expect(await booksAddUp(world.gateway)).toBeGreaterThan(100);
      } finally {
        await world.end();
        await Promise.all(nodes.map((node) => node.remove()));
      }
    },
    5 * PATIENCE_MS,
  );
});

async function nodeOn(store: string) {
  const upstream = await upstreamThat((request, response) => {
    request.resume();
    response.end('{}');
  });
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const config = join(folder, 'sallyport.yaml');
  writeFileSync(
    config,
    `mode: enforce\nworkers: 1\nupstreams: { api: "${upstream.url}" }\nstore: { kind: redis, ${store} }\n`,
  );
  const gateway = await startGateway(['--config', config]);
  return {
    gateway,
    asThief: () => statusWithKey(gateway, THIEF),
    end: async () => {
      await gateway.stop('SIGKILL');
      upstream.close();
      removeFolder(gateway.data);
      removeFolder(folder);
    },
  };
}

async function full(redis: RedisProcess): Promise<void> {
  await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await redis.ask('CONFIG', 'SET', 'maxmemory', '1mb');
  await expect(redis.ask('SET', 'another', 'x')).rejects.toThrow(/OOM/);
}

async function roomAgain(redis: RedisProcess): Promise<void> {
  await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
}

const GARBAGE: readonly (readonly [command: string, ...values: string[]])[] = [
  ['RPUSH', 'not', 'ours'],
  ['SET', '{"restrictions": [[['],
  ['HSET', 'field', 'x'],
  ['SET', 'x'.repeat(10_000_000)],
];

/** Every key of ours becomes something else: another type, a text that is no JSON, ten megabytes. */
async function garbage(redis: RedisProcess): Promise<void> {
  const keys = (await redis.ask('KEYS', 'sallyport:*')) as string[];
  expect(keys.length).toBeGreaterThan(5);
  for (const [i, key] of keys.entries()) {
    const [command, ...values] = GARBAGE[i % GARBAGE.length]!;
    // In one go: the gateway writes all the time.
    const script = `redis.call('DEL', KEYS[1]) redis.call('${command}', KEYS[1], unpack(ARGV))`;
    await redis.ask('EVAL', script, 1, key, ...values);
  }
}

async function allow(redis: RedisProcess, ...rules: readonly string[]): Promise<void> {
  await redis.ask('ACL', 'SETUSER', 'default', ...rules);
}

async function anotherPassword(redis: RedisProcess): Promise<void> {
  await redis.ask('CONFIG', 'SET', 'requirepass', 'changed');
  const client = new Redis({ port: redis.port, host: '127.0.0.1', password: 'changed', lazyConnect: true });
  await client.connect();
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  client.disconnect();
}

async function oldPassword(redis: RedisProcess): Promise<void> {
  const client = new Redis({ port: redis.port, host: '127.0.0.1', password: 'changed', lazyConnect: true });
  await client.connect();
  await client.config('SET', 'requirepass', '');
  client.disconnect();
}

/** A thousand slots with all that is in them, as an operator who adds a node does it. */
async function moveSlots(from: RedisProcess, to: RedisProcess): Promise<void> {
  const [source, target] = await Promise.all([from.ask('CLUSTER', 'MYID'), to.ask('CLUSTER', 'MYID')]);
  const args = ['--cluster', 'reshard', `127.0.0.1:${from.port}`, '--cluster-from', String(source)];
  await run('redis-cli', [...args, '--cluster-to', String(target), '--cluster-slots', '1000', '--cluster-yes']);
}
