// What was learned, back on the hot path: from traffic through a real gateway to an answer that is held back.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MAIN, type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

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

describe('a learned rule', { timeout: 240_000 }, () => {
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
    await gateway.stop();
    judgesWithLearned(gateway.data);
  });

  it('keeps apart what an operator takes out of a template, and puts it back', async () => {
    const upstream = await upstreamThat((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name: request.url, words: 12 }));
    });
    close = upstream.close;
    gateway = await startGateway(['--upstream', upstream.url, '--workers', '1']);
    const read = (page: string) => fetch(`${gateway!.url}/api/pages/${page}`).then((answer) => answer.text());
    const endpointOf = async (page: string): Promise<string | undefined> => {
      await read(page);
      const { items } = (await (await gateway!.api('/transactions?limit=1')).json()) as {
        items: { path: string; endpoint: string }[];
      };
      return items[0]?.path === `/api/pages/${page}` ? items[0].endpoint : undefined;
    };
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const pages = [...letters].map((letter, i) => `about-${letter}${letters[25 - i]}`);
    for (const page of [...pages, 'settings', ...pages]) await read(page);
    const merged = await until(async () => {
      const { items } = (await (await gateway!.api('/endpoints')).json()) as { items: { id: string }[] };
      return items.length === 1 && items[0]!.id.endsWith('}') ? items[0]!.id : undefined;
    });
    const template = merged.replace(/\{[^}]*\}$/, 'settings');
    const decide = (holds: boolean) =>
      gateway!.api('/endpoint-templates', { method: 'PUT', body: JSON.stringify({ template, holds }) });
    expect((await decide(true)).status).toBe(200);
    await until(async () => (await endpointOf('settings')) === template);
    const { items } = (await (await gateway.api('/endpoints')).json()) as { items: { id: string; why: unknown }[] };
    expect(items.map(({ id }) => id).sort()).toEqual([template, merged].sort());
    expect(JSON.stringify(items.find(({ id }) => id === template))).toMatch(/operator/);

    expect((await decide(false)).status).toBe(200);
    await until(async () => {
      const { total } = (await (await gateway!.api('/endpoints')).json()) as { total: number };
      return total === 1;
    });
  });

  it('tags, over all workers, a request for an id that no answer gave to the caller', async () => {
    const orderOf = (user: number, n: number): string =>
      `0b9f${user.toString(16).padStart(4, '0')}-1c2d-4e3f-8a9b-${(n + 17).toString(16).padStart(12, '0')}`;
    const upstream = await upstreamThat((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      const claims = Buffer.from(request.headers.authorization!.split('.')[1]!, 'base64url').toString();
      const user = Number((JSON.parse(claims) as { sub: string }).sub.slice(4));
      const mine = Array.from({ length: 10 }, (_, n) => ({ id: orderOf(user, n) }));
      response.end(JSON.stringify(request.url === '/api/orders' ? { items: mine } : { total: 12.5, lines: 3 }));
    });
    close = upstream.close;
    gateway = await startGateway(['--upstream', upstream.url, '--mode', 'enforce', '--workers', '2']);
    /** The id of the transaction. */
    const get = async (user: number, path: string): Promise<string> => {
      // A connection of its own for each: list and order may come to different workers.
      const headers = { authorization: `Bearer ${tokenOf(`user${user}`)}`, connection: 'close' };
      const response = await fetch(`${gateway!.url}/api/orders${path}`, { headers });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      return response.headers.get('x-sallyport-id')!;
    };
    const findingsOf = (id: string): Promise<string[]> =>
      until(async () => {
        const { items } = (await (await gateway!.api('/transactions?limit=5')).json()) as {
          items: { id: string; findings: { detection: string }[] }[];
        };
        return items.find((one) => one.id === id)?.findings.map(({ detection }) => detection);
      });
    for (let round = 0; round < 20; round++) {
      for (let user = 0; user < 20; user++) {
        if (round === 0) await get(user, '');
        await get(user, `/${orderOf(user, round % 8)}`);
      }
    }
    // Orders of others that nobody has read. Few of them: an endpoint that changes its ways is no longer judged.
    let asked = 0;
    await until(async () => {
      await new Promise((turn) => setTimeout(turn, 3_000));
      const id = await get(asked % 10, `/${orderOf(10 + (asked % 10), 9)}`);
      asked += 1;
      return (await findingsOf(id)).includes('bola-provenance');
    });
    expect(asked).toBeLessThan(5);
    // Which is not said of orders that were given but never read, at any worker.
    for (let i = 0; i < 4; i++) {
      const id = await get(19, `/${orderOf(19, 8)}`);
      expect(await findingsOf(id)).not.toContain('bola-provenance');
    }
  });
});

/** The file that a gateway leaves, for a replay and a backtest of other traffic: an answer that is long for its endpoint. */
function judgesWithLearned(data: string): void {
  const traffic = join(data, 'traffic.ndjson');
  const notes = Array.from({ length: 4_000 }, (_, n) => ({ n, text: `note number ${n}` }));
  const lines = [{}, { notes }].map((more) => ({
    ts: new Date().toISOString(),
    request: { method: 'GET', url: '/api/orders/9', headers: { host: 'localhost' } },
    response: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 9, owner: 'user9', total: 12.5, ...more }),
    },
  }));
  writeFileSync(traffic, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const folderWith = (name: string, margin: string): string => {
    const shipped = readFileSync(join(import.meta.dirname, '../../policies/detectors/oversized-response.yaml'), 'utf8');
    mkdirSync(join(data, name));
    const changed = shipped.split('\n---')[0]!.replace('samplesMin: 1000', 'samplesMin: 500');
    writeFileSync(join(data, name, 'a.yaml'), changed.replace('margin: 3 ', `margin: ${margin} `));
    return join(data, name);
  };
  const [live, lax] = [folderWith('live', '3'), folderWith('lax', '100000')];
  const config = join(data, 'alone.yaml');
  writeFileSync(config, 'defaults: false\n');
  const json = (...args: string[]): unknown =>
    JSON.parse(execFileSync(process.execPath, [MAIN, ...args, '--format', 'json'], { cwd: data, encoding: 'utf8' }));
  const given = ['--config', config, '--policies', live];
  const learned = ['--learned', join(data, 'learned.json')];
  const replay = (...more: string[]): unknown =>
    (json('replay', traffic, ...given, ...more) as { findings: object[] }).findings;
  expect(replay(...learned)).toMatchObject([{ transaction: 1, id: 'oversized-response', action: 'tag' }]);
  expect(replay()).toEqual([]);
  const compared = json('backtest', ...given, '--candidate', lax, '--traffic', traffic, ...learned);
  expect(compared).toMatchObject({ transactions: 2, changedTags: { count: 1, removed: { 'oversized-response': 1 } } });
}
