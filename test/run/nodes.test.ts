// Several gateways on one Redis, as real processes: one model, one set of restrictions, and no request lost whatever Redis does.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasRedis, RedisProcess } from '../stores/redis-process.ts';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

const folders: string[] = [];
const gateways: RunningGateway[] = [];
let redis: RedisProcess | undefined;

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop('SIGKILL')));
  await redis?.remove();
  redis = undefined;
  for (const folder of folders.splice(0)) removeFolder(folder);
});

/** `list` is a policy that this node has and others have not. */
async function node(upstream: string, port: number, list = ''): Promise<RunningGateway> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-node-'));
  folders.push(data);
  const config = join(data, 'sallyport.yaml');
  writeFileSync(
    config,
    `mode: enforce\nworkers: 1\nupstreams: { api: ${upstream} }\nstore: { kind: redis, url: "redis://127.0.0.1:${port}" }\nlog: { access: false }\nidentity: { trustedProxies: [127.0.0.0/8] }\n`,
  );
  const policies = join(data, 'policies');
  mkdirSync(policies);
  if (list !== '') writeFileSync(join(policies, 'list.yaml'), list);
  const gateway = await startGateway(['--config', config, '--policies', policies], data);
  gateways.push(gateway);
  return gateway;
}

const shop = () =>
  upstreamThat((request, response) => {
    const id = /(\d+)$/.exec(request.url ?? '')?.[1] ?? '0';
    response.setHeader('content-type', 'application/json');
    const isPerson = request.url?.startsWith('/api/people') === true;
    response.end(
      JSON.stringify(
        isPerson ? { id: 7, name: 'Ann Lee', ssn: '536-22-8754' } : { id: Number(id), name: 'lamp', price: 12.5 },
      ),
    );
  });

async function idsAt(gateway: RunningGateway): Promise<string[]> {
  const { items } = (await (await gateway.api('/endpoints')).json()) as { items: { id: string; samples: number }[] };
  return items.map(({ id, samples }) => `${id} ${samples}`).sort();
}

async function postureOf(gateway: RunningGateway, detection: string): Promise<string[]> {
  const answer = await gateway.api(`/incidents?module=posture&detection=${detection}`);
  return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
}

async function restrict(gateway: RunningGateway, id: string, more: object = {}): Promise<string> {
  const made = await gateway.api('/restrictions', {
    method: 'POST',
    body: JSON.stringify({ actor: { kind: 'ip', id }, durationSeconds: 600, reason: 'attack', ...more }),
  });
  expect(made.status).toBe(201);
  return ((await made.json()) as { id: string }).id;
}

async function statusFrom(gateway: RunningGateway, address: string): Promise<number> {
  const response = await fetch(`${gateway.url}/api/items/7`, { headers: { 'x-forwarded-for': address } });
  await response.arrayBuffer();
  return response.status;
}

async function blockedAfterMs(gateway: RunningGateway, address: string): Promise<number> {
  const begun = performance.now();
  await until(async () => (await statusFrom(gateway, address)) === 403, 10_000);
  return performance.now() - begun;
}

describe.skipIf(!hasRedis && process.env.CI === undefined)('three gateways on one Redis', () => {
  it('learn one model, and enforce each other’s restrictions', async () => {
    redis = await RedisProcess.start();
    const upstream = await shop();
    // C5: one of them is a version of the policies ahead, as all are for a while when they are changed one by one.
    const lists = ['', '', 'kind: list\nid: ahead\naction: deny\nentries: { ips: 192.0.2.99 }\n'];
    const [a, b, c] = await Promise.all(lists.map((list) => node(upstream.url, redis!.port, list)));
    for (let i = 0; i < 60; i++) {
      const gateway = [a, b, c][i % 3]!;
      const response = await fetch(`${gateway!.url}/api/items/${i}`, {
        headers: { host: 'shop.test', 'x-forwarded-for': `203.0.113.${i % 9}` },
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    }
    await until(async () => {
      const seen = await Promise.all([a, b, c].map((gateway) => idsAt(gateway!)));
      return seen.every((ids) => ids.some((id) => / 60$/.test(id))) ? seen : undefined;
    }, 40_000);

    const versions = await until(async () => {
      const { items } = (await (await a!.api('/nodes')).json()) as { items: { policyVersion: string }[] };
      return items.length === 3 ? items.map(({ policyVersion }) => policyVersion) : undefined;
    });
    expect(new Set(versions).size).toBe(2);

    // An open door that each saw once is one finding of all.
    for (const gateway of [a, b, c]) await (await fetch(`${gateway!.url}/api/people/7`)).arrayBuffer();
    const openDoor = await until(async () => {
      const told = await Promise.all([a, b, c].map((gateway) => postureOf(gateway!, 'missing-authentication')));
      return told.every((ids) => ids.length === 1) ? told : undefined;
    });
    expect(new Set(openDoor.flat()).size).toBe(1);

    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      const address = `198.51.100.${i + 1}`;
      expect(await statusFrom(b!, address)).toBe(200);
      await restrict(a!, address);
      waits.push(await blockedAfterMs(b!, address));
    }
    console.log(`a restriction holds on another node after ${waits.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    const undone = await restrict(a!, '198.51.100.99');
    await blockedAfterMs(c!, '198.51.100.99');
    expect((await b!.api(`/restrictions/${undone}`, { method: 'DELETE', body: '{}' })).status).toBe(204);
    await until(async () => (await statusFrom(c!, '198.51.100.99')) === 200);

    // A limit on an actor is one limit, whichever node it comes to. The whole within one minute of the clock.
    const secondsLeft = 60 - new Date().getSeconds();
    if (secondsLeft < 20) await new Promise((turn) => setTimeout(turn, secondsLeft * 1_000));
    const limit = { action: 'rate-limit', requestsPerMinuteMax: 10 };
    await restrict(a!, '198.51.100.200', limit);
    await until(async () => (await (await c!.api('/restrictions?limit=100')).text()).includes('198.51.100.200'));
    const statuses: number[] = [];
    for (let i = 0; i < 24; i++) {
      statuses.push(await statusFrom([a, b, c][i % 3]!, '198.51.100.200'));
      await new Promise((turn) => setTimeout(turn, 150));
    }
    const through = statuses.filter((status) => status === 200).length;
    expect(through).toBeGreaterThanOrEqual(9);
    expect(through).toBeLessThanOrEqual(15);
    expect(statuses.at(-1)).toBe(429);
    upstream.close();
  });

  it('lose no request and no restriction when Redis is hung, killed, emptied and started again', async () => {
    redis = await RedisProcess.start();
    const upstream = await shop();
    const [a, b] = await Promise.all([1, 2].map(() => node(upstream.url, redis!.port)));
    await restrict(a!, '198.51.100.1');
    await blockedAfterMs(b!, '198.51.100.1');
    let sent = 0;
    const wrong: number[] = [];
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        sent += 1;
        const status = await statusFrom(sent % 2 === 0 ? a! : b!, '203.0.113.5').catch(() => 0);
        if (status !== 200) wrong.push(status);
      }
    })();
    const settle = (ms: number) => new Promise((turn) => setTimeout(turn, ms));
    redis.signal('SIGSTOP');
    await settle(3_000);
    await restrict(a!, '198.51.100.2');
    expect(await statusFrom(a!, '198.51.100.2')).toBe(403);
    redis.signal('SIGCONT');
    await blockedAfterMs(b!, '198.51.100.2');
    await redis.kill();
    await settle(1_000);
    await restrict(b!, '198.51.100.3');
    await redis.start();
    // It came back empty: the nodes fill it again, each with what it knows.
    await blockedAfterMs(a!, '198.51.100.3');
    for (const gateway of [a!, b!]) {
      for (const last of [1, 2, 3]) expect(await statusFrom(gateway, `198.51.100.${last}`)).toBe(403);
    }
    const c = await node(upstream.url, redis.port);
    for (const last of [1, 2, 3]) await blockedAfterMs(c, `198.51.100.${last}`);
    isOver = true;
    await load;
    expect(sent).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
    upstream.close();
  });
});
