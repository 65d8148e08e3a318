// What a gateway finds when it comes up before its Redis: it serves at once, and overwrites nothing of what it could not read.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultyLine } from '../faults/faulty-line.ts';
import { hasRedis, RedisProcess } from '../stores/redis-process.ts';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

async function incidentsAt(gateway: RunningGateway): Promise<string[]> {
  const { items } = (await (await gateway.api('/incidents')).json()) as { items: { id: string }[] };
  return items.map(({ id }) => id);
}

describe.skipIf(!hasRedis && process.env.CI === undefined)('a gateway that starts before its Redis', () => {
  it('serves, reads back what was found before when Redis comes, and keeps it over the next restart', async () => {
    const upstream = await upstreamThat((_request, response) => void response.end('{}'));
    const redis = await RedisProcess.start();
    const line = await FaultyLine.to(redis.port);
    const data = mkdtempSync(join(tmpdir(), 'sallyport-'));
    const config = join(data, 'sallyport.yaml');
    writeFileSync(
      config,
      `mode: enforce\nworkers: 1\nupstreams: { api: "${upstream.url}" }\nstore: { kind: redis, url: "redis://127.0.0.1:${line.port}" }\n`,
    );
    const start = () => startGateway(['--config', config], data);
    let gateway = await start();
    try {
      expect((await fetch(`${gateway.url}/items?q=${encodeURIComponent("1' OR 'a'='a' --")}`)).status).toBe(403);
      const [before] = await until(async () => {
        const found = await incidentsAt(gateway);
        return found.length > 0 && found;
      });
      await gateway.stop();

      line.become({ isDown: true });
      gateway = await start();
      expect((await fetch(`${gateway.url}/items`)).status).toBe(200);
      expect(await incidentsAt(gateway)).toEqual([]);
      line.become({});
      await until(async () => (await incidentsAt(gateway)).includes(before!));
      await gateway.stop();

      gateway = await start();
      expect(await incidentsAt(gateway)).toContain(before);
    } finally {
      await gateway.stop('SIGKILL');
      await line.close();
      await redis.remove();
      upstream.close();
      removeFolder(data);
    }
  }, 400_000);
});
