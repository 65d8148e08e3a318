// R2–R8: a real redis-server behind a line that goes bad, under constant load. No request fails, restrictions hold throughout,
// and what an operator decided is there again when Redis has lost everything.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from '../run/gateway-process.ts';
import { hasRedis, RedisProcess } from '../stores/redis-process.ts';
import { constantLoad } from '../support/constant-load.ts';
import { FaultyLine } from './faulty-line.ts';

const PATIENCE_MS = 60_000;
const PHASE_MS = 2_000;

describe('Redis under load', () => {
  it.skipIf(!hasRedis && !process.env.CI)(
    'R2 R3 R4 R5 R8 killed, silent, slow, gone or emptied: no request fails, and restrictions hold',
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
      const thief = { headers: { 'x-api-key': 'key-of-a-thief' } };
      const asThief = async (): Promise<number> => (await fetch(`${gateway.url}/x`, thief)).status;
      try {
        await restrict(gateway, asThief);
        const load = constantLoad(new URL(gateway.url), 50);
        const phases: readonly (readonly [string, () => Promise<void> | void])[] = [
          ['slow', () => line.become({ latencyMs: 500 })],
          ['silent', () => line.become({ isSilent: true })],
          ['gone', () => line.become({ isDown: true })],
          ['back', () => line.become({})],
          ['killed', () => redis.kill()],
          ['empty after a restart', () => redis.start()],
        ];
        for (const [name, begin] of phases) {
          await begin();
          await pause(PHASE_MS);
          expect(await asThief(), name).toBe(403);
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
        client.disconnect();
        const result = await load.stop();
        console.log(
          `redis faults: ${result.sent} requests through ${phases.length + 1} faults, ${result.failed.length} failed`,
        );
        expect(result.failed).toEqual([]);
        expect(result.answered).toBe(result.sent);
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

async function restrict(gateway: RunningGateway, asThief: () => Promise<number>): Promise<void> {
  await asThief();
  const { id } = await until(async () => {
    const list = (await (await gateway.api('/transactions')).json()) as {
      items: { actors: { kind: string; id: string }[] }[];
    };
    return list.items[0]?.actors.find((actor) => actor.kind === 'api-key');
  }, PATIENCE_MS);
  const made = await gateway.api('/restrictions', {
    method: 'POST',
    body: JSON.stringify({ actor: { kind: 'api-key', id }, durationSeconds: 3_600, reason: 'stolen' }),
  });
  expect(made.status).toBe(201);
  await until(async () => (await asThief()) === 403, PATIENCE_MS);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
