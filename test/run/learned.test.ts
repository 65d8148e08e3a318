// What was learned, back on the hot path: from traffic through a real gateway to an answer that is held back.
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

let gateway: RunningGateway | undefined;
let close = (): void => {};

afterEach(async () => {
  await gateway?.stop('SIGKILL');
  close();
  if (gateway !== undefined) removeFolder(gateway.data);
  gateway = undefined;
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (sub: string): string => `${part({ alg: 'HS256' })}.${part({ sub })}.c2lnbmF0dXJl`;

/** An API that forgets to check who asks: order N belongs to user N % 50. */
const shop = () =>
  upstreamThat((request, response) => {
    const id = Number(/(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id, owner: `user${id % 50}`, total: 12.5 }));
  });

async function ask(user: number, order: number): Promise<number> {
  const response = await fetch(`${gateway!.url}/api/orders/${order}`, {
    headers: { authorization: `Bearer ${tokenOf(`user${user}`)}` },
  });
  await response.arrayBuffer();
  return response.status;
}

describe('a learned rule', () => {
  it('tags an answer that belongs to somebody else, and holds it back once the endpoint is promoted', async () => {
    const upstream = await shop();
    close = upstream.close;
    gateway = await startGateway(['--upstream', upstream.url, '--mode', 'enforce', '--workers', '1']);
    for (let i = 0; i < 600; i++) expect(await ask(i % 50, (i % 50) + 50 * (i % 7))).toBe(200);
    const [endpoint] = await until(async () => {
      const { items } = (await (await gateway!.api('/endpoints')).json()) as {
        items: { id: string; samples: number }[];
      };
      return items.length > 0 && items[0]!.samples >= 600 ? items : undefined;
    });
    expect(endpoint!.id).toMatch(/^GET localhost(?::\d+)?\/api\/orders\/\{id\}$/);

    // Known to the workers some moments later: then the first foreign order is seen at once.
    await until(async () => {
      await ask(3, 9);
      const { items } = (await (await gateway!.api('/transactions?limit=1')).json()) as {
        items: { findings: { detection: string }[] }[];
      };
      return items[0]?.findings.some(({ detection }) => detection === 'bola-owner-field');
    });
    expect(await ask(4, 9)).toBe(200);

    const promoted = await gateway.api(`/baselines/${encodeURIComponent(endpoint!.id)}`, {
      method: 'PATCH',
      body: JSON.stringify({ isPromoted: true }),
    });
    expect(await promoted.json()).toMatchObject({ isPromoted: true });
    await until(async () => (await ask(5, 9)) === 403);
    expect(await ask(9, 9)).toBe(200);
    const { items } = (await (await gateway.api('/incidents?detection=bola-owner-field')).json()) as {
      items: { title: string; severity: string }[];
    };
    expect(items[0]).toMatchObject({ title: 'BOLA - answer belongs to somebody else', severity: 'critical' });
  });
});
