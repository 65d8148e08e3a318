// W5: a request that kills its worker each time. Workers note what they are at once one has died; the request is refused from
// its third death on, and nothing else is.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from '../run/gateway-process.ts';
import { freePort, IS_LONG, PATIENCE_MS } from './world.ts';

const KILLER = join(import.meta.dirname, 'deadly.mjs');

interface Sent {
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** 0 when the connection broke. */
async function send(gateway: RunningGateway, { path, body, headers = {} }: Sent): Promise<number> {
  try {
    const answer = await fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { connection: 'close', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.status;
  } catch {
    return 0;
  }
}

describe('a query of death', () => {
  it.each<readonly [string, Sent]>([
    ['in a body', { path: '/orders', body: '{"note":"this is a text-of-death"}' }],
    ...(IS_LONG
      ? ([
          ['in a query', { path: '/orders?q=text-of-death' }],
          ['in a header', { path: '/orders', headers: { 'x-note': 'text-of-death' } }],
        ] as const)
      : []),
  ])(
    '%s is refused from the third death on, and its neighbours are not',
    async (_, deadly) => {
      let arrived = 0;
      const upstream = await upstreamThat((request, response) => {
        request.resume();
        arrived += 1;
        response.end('{}');
      });
      const options = process.env.NODE_OPTIONS;
      process.env.NODE_OPTIONS = `${options ?? ''} --import ${KILLER}`;
      const port = String(await freePort());
      const args = ['--upstream', upstream.url, '--workers', '2', '--mode', 'enforce', '--listen', port];
      const gateway = await startGateway(args).finally(() => {
        if (options === undefined) delete process.env.NODE_OPTIONS;
        else process.env.NODE_OPTIONS = options;
      });
      try {
        const innocents: readonly Sent[] = [
          { path: '/orders', body: '{"note":"this is a text-of-life"}' },
          { path: '/orders?q=life' },
          { path: '/orders', headers: { 'x-note': 'life' } },
        ];
        const statuses: number[] = [];
        for (let i = 0; i < 5; i++) {
          statuses.push(await send(gateway, deadly));
          await until(async () => (await send(gateway, innocents[0]!)) === 200, PATIENCE_MS);
          for (const innocent of innocents) expect(await send(gateway, innocent)).toBe(200);
        }
        expect(statuses).toEqual([0, 0, 0, 503, 503]);
        const before = arrived;
        // Whoever sends it with another trace, or to the other worker, is refused as well.
        expect(await send(gateway, { ...deadly, headers: { ...deadly.headers, traceparent: '00-1-2-01' } })).toBe(503);
        expect(arrived).toBe(before);
        const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
        expect(metrics).toMatch(/^sallyport_worker_deaths_total 3$/m);
        expect(Number(/^sallyport_requests_quarantined (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
        const counted = async (): Promise<boolean> =>
          /sallyport_faults_total\{code="REQUEST_QUARANTINED"\} 3/.test(
            await (await fetch(`${gateway.admin}/metrics`)).text(),
          );
        await until(counted, PATIENCE_MS);
        // Lines leave in blocks, up to 250 ms later.
        await until(() => gateway.output().includes('workers died of one request again and again'), PATIENCE_MS);
        const { items } = (await (await gateway.api('/transactions')).json()) as {
          items: { status: number; coverage: string }[];
        };
        expect(items.filter(({ status }) => status === 503).every(({ coverage }) => coverage === 'refused')).toBe(true);
      } finally {
        await gateway.stop('SIGKILL');
        upstream.close();
        removeFolder(gateway.data);
      }
    },
    5 * PATIENCE_MS,
  );
});
