// Backtests that are started over the admin API of a running gateway: refused, run, told, cancelled, one at a time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backtest } from '../../src/admin/backtests-context.ts';
import { answering, type ConfiguredGateway, startConfigured } from '../support/configured-gateway.ts';
import { type RunningGateway, until } from './gateway-process.ts';

let gateway: RunningGateway;
let end: ConfiguredGateway['end'] | undefined;
const BLOCK =
  'kind: data-policy\nid: no-ssn\nmatch: { direction: response, endpoint: "GET /people/**", dataTypes: [us-ssn] }\naction: block\n';

beforeAll(async () => {
  ({ gateway, end } = await startConfigured(
    answering('{"ssn":"536-22-8754"}'),
    (upstream) =>
      `mode: monitor\nupstreams: { api: "${upstream}" }\nworkers: 1\nlog: { access: false }\nrecorder: { enabled: true }\n`,
  ));
}, 240_000);

afterAll(() => end?.());

async function start(
  documents: string,
  sinceHours = 1,
): Promise<{ status: number; body: Backtest & { faults?: object[] } }> {
  const answer = await gateway.api('/backtests', { method: 'POST', body: JSON.stringify({ documents, sinceHours }) });
  return { status: answer.status, body: (await answer.json()) as Backtest };
}

async function get(id: string): Promise<Backtest> {
  return (await (await gateway.api(`/backtests/${id}`)).json()) as Backtest;
}

async function cancel(id: string): Promise<Response> {
  return fetch(`${gateway.admin}/api/v1/backtests/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${gateway.token}` },
  });
}

describe('/api/v1/backtests', { timeout: 240_000 }, () => {
  it('says that nothing was recorded yet, and what is wrong with a candidate', async () => {
    const early = await start(BLOCK);
    const { status, reason } = await until(async () => {
      const now = await get(early.body.id);
      return now.status !== 'running' && now;
    });
    expect([early.status, status, reason]).toEqual([202, 'failed', 'nothing was recorded in this period']);
    expect(await start('kind: nothing\nid: x\n')).toMatchObject({
      status: 422,
      body: { faults: [{ file: '(candidate)', line: 1 }] },
    });
    expect((await cancel('no-such')).status).toBe(404);
  });

  it('tells what the change would block on what was recorded, one at a time', async () => {
    for (let i = 0; i < 300; i++) await (await fetch(`${gateway.url}/${i % 3 === 0 ? 'people' : 'other'}/${i}`)).text();
    // The recorder writes a few times a second.
    await new Promise((turn) => setTimeout(turn, 2_000));
    const { status, body } = await start(BLOCK);
    expect([status, body.status]).toEqual([202, 'running']);
    expect((await start(BLOCK)).status).toBe(409);
    const done = await until(async () => {
      const now = await get(body.id);
      return now.status !== 'running' && now;
    });
    expect(done).toMatchObject({ status: 'done', compared: 300 });
    expect(done.report!.newlyBlocked.count).toBe(100);
    expect(done.report!.newlyBlocked.byEndpoint.map(({ name, count }) => [name, count])).toEqual([
      [expect.stringContaining('/people/{id}'), 100],
    ]);
    const { items } = (await (await gateway.api('/backtests')).json()) as { items: Backtest[] };
    expect(items[0]).toMatchObject({ id: body.id, status: 'done' });
    expect(items[0]).not.toHaveProperty('report');
  });

  it('can be cancelled, which is in the audit log, and leaves room for the next', async () => {
    const { body } = await start(BLOCK);
    expect(await (await cancel(body.id)).json()).toMatchObject({ status: 'cancelled' });
    const next = await until(async () => {
      const again = await start(BLOCK);
      return again.status === 202 && again.body;
    });
    expect(await get(body.id)).toMatchObject({ status: 'cancelled' });
    await until(async () => (await get(next.id)).status === 'done');
    const { items } = (await (await gateway.api('/audit-log')).json()) as { items: { action: string }[] };
    expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(['backtest.start', 'backtest.cancel']));
  });
});
