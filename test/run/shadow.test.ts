// A candidate policy beside the live one of a running gateway: what it would change is shown, nothing changes, until it is promoted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndedShadow, ShadowState } from '../../src/admin/shadow-context.ts';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

let folder = '';
let gateway: RunningGateway;
let upstream: Awaited<ReturnType<typeof upstreamThat>>;

const policy = (action: string): string =>
  `kind: data-policy\nid: no-ssn\nmatch: { direction: response, endpoint: "GET /people/**", dataTypes: [us-ssn] }\naction: ${action}\n`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-shadow-'));
  for (const name of ['policies', 'next', 'faulty']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'policies', 'a.yaml'), policy('mask'));
  writeFileSync(join(folder, 'next', 'a.yaml'), policy('block'));
  writeFileSync(join(folder, 'faulty', 'a.yaml'), policy('explode'));
  upstream = await upstreamThat((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(request.url === '/large' ? JSON.stringify('a'.repeat(300_000)) : '{"ssn":"536-22-8754"}');
    });
  });
  // Fixed ports: whoever is killed comes back at the same place.
  const [port, adminPort] = [await freePort(), await freePort()];
  const config = join(folder, 'gateway.yaml');
  writeFileSync(
    config,
    `mode: enforce\nupstreams: { api: "${upstream.url}" }\nworkers: 2\nlog: { access: false }\npolicies: policies\n`,
  );
  gateway = await startGateway(['--config', config, '--listen', String(port), '--admin', String(adminPort)]);
}, 120_000);

afterAll(async () => {
  await gateway?.stop('SIGKILL');
  upstream?.close();
  removeFolder(gateway?.data ?? folder);
  removeFolder(folder);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function shadow(): Promise<{ running: ShadowState | null; last: EndedShadow | null }> {
  return (await (await gateway.api('/policies/shadow')).json()) as Awaited<ReturnType<typeof shadow>>;
}

async function command(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../dist/main.js'), 'shadow', ...args, '--admin', gateway.admin],
    { cwd: folder, env: { ...process.env, SALLYPORT_ADMIN_TOKEN: gateway.token } },
  );
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, out };
}

async function get(path: string): Promise<{ status: number; text: string; id: string }> {
  const answer = await fetch(`${gateway.url}${path}`, { headers: { connection: 'close' } });
  return { status: answer.status, text: await answer.text(), id: answer.headers.get('x-sallyport-id') ?? '' };
}

describe('sallyport shadow', { timeout: 120_000 }, () => {
  it('refuses a faulty candidate with its place, and one that says what is live', async () => {
    expect(await command('start', '--candidate', 'faulty')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/faulty\/a\.yaml:4:9 .*action/),
    });
    expect(await command('start', '--candidate', 'policies')).toEqual({
      code: 1,
      out: 'the candidate says what is live already\n',
    });
    expect(await command('start', '--candidate', 'next', '--share', '2')).toMatchObject({ code: 1 });
    const answer = await gateway.api('/policies/shadow', {
      method: 'POST',
      body: JSON.stringify({ documents: 'kind: nothing\nid: x\n' }),
    });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { faults: unknown[] }).faults).toHaveLength(1);
    expect(await command('drop')).toEqual({ code: 1, out: 'no candidate runs beside the live policy\n' });
    expect(await shadow()).toEqual({ running: null, last: null });
  });

  it('shows what would change by endpoint and actor, and changes no verdict', async () => {
    const stream = new AbortController();
    const events = await gateway.api('/events', { signal: stream.signal });
    let live = '';
    void (async () => {
      for await (const chunk of events.body!) live += Buffer.from(chunk).toString();
    })().catch(() => {});
    expect((await command('start', '--candidate', 'next', '--share', '1')).out).toMatch(
      /^\w{12} runs beside \w{12} on 100 % of the traffic until /,
    );
    const again = await gateway.api('/policies/shadow', {
      method: 'POST',
      body: JSON.stringify({ documents: policy('tag') }),
    });
    expect(again.status).toBe(409);
    const answers = [];
    for (let i = 0; i < 20; i++) answers.push(await get(`/people/${i}`));
    for (const path of ['/elsewhere', '/large']) await get(path);
    for (const one of answers) expect(one).toMatchObject({ status: 200, text: '{"ssn":"***-**-8754"}' });
    const { running } = await until(async () => {
      const now = await shadow();
      return now.running?.report.transactions === 21 && now.running.skipped.large === 1 && now;
    });
    const { report, changes, inspectionMs, errors } = running!;
    expect(report.newlyBlocked.count).toBe(20);
    expect(report.newlyBlocked.byEndpoint.map(({ name, count }) => [name, count])).toEqual([
      [expect.stringContaining('/people/{id}'), 20],
    ]);
    expect(report.newlyBlocked.byActor.map(({ count }) => count)).toEqual([20]);
    expect(report.noLongerBlocked.count + report.changedTags.count + errors).toBe(0);
    const [example] = report.newlyBlocked.examples;
    expect(answers.map(({ id }) => id)).toContain(example!.transaction);
    expect(example!.findings[0]).toMatchObject({
      pointer: '/ssn',
      action: 'block',
      policy: expect.stringContaining(':1'),
    });
    expect(JSON.stringify(running)).not.toContain('536-22-8754');
    expect(changes.changed).toMatchObject([
      { id: 'no-ssn', changes: [{ pointer: '/action', before: 'mask', after: 'block' }] },
    ]);
    expect(inspectionMs).toBeGreaterThan(0);
    await until(() => /event: shadow\ndata: .*"newlyBlocked":20/.test(live));
    stream.abort();
    const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
    expect(metrics).toContain('sallyport_shadow_policy_running 1');
    expect(metrics).toContain('sallyport_shadow_differences_total{kind="newly-blocked"} 20');
    expect(metrics).toContain('sallyport_shadow_skipped_total{reason="large"} 1');
    expect((await command('show')).out).toMatch(/newly blocked +20\n[\s\S]*\/people\/\{id\}/);
  });

  it('outlives a worker and the analyst', async () => {
    const before = (await shadow()).running!;
    process.kill(gateway.pids('gateway')[0]!, 'SIGKILL');
    // What was counted is written down every ten seconds.
    await new Promise((turn) => setTimeout(turn, 11_000));
    process.kill(gateway.pids('analyst')[0]!, 'SIGKILL');
    await until(async () => {
      const answer = await fetch(`${gateway.admin}/readyz`).catch(() => undefined);
      return ((await answer?.json()) as { workers?: { serving: number } } | undefined)?.workers?.serving === 2;
    });
    const { transactions } = (await shadow()).running!.report;
    expect(transactions).toBe(before.report.transactions);
    const after = await until(async () => {
      for (let i = 0; i < 4; i++) await get('/people/1');
      const { running } = await shadow();
      return running!.report.transactions >= transactions + 8 && running!;
    });
    expect(after).toMatchObject({ id: before.id, candidate: before.candidate, since: before.since });
  });

  it('begins anew on top of a policy that changed', async () => {
    const before = (await shadow()).running!;
    const other =
      'kind: exception\nid: x\ndetector: injection-sql\nmatch: { endpoint: "GET /search" }\nreason: a test\n';
    writeFileSync(join(folder, 'policies', 'b.yaml'), other);
    const after = await until(async () => {
      const { running } = await shadow();
      return running !== null && running.against !== before.against && running;
    });
    expect(after).toMatchObject({ id: before.id, candidate: before.candidate });
    expect(after.since).toBeGreaterThan(before.since);
    // The folder stands in for all of ours: the exception is not in it.
    expect(after.changes.removed.map(({ id }) => id)).toEqual(['x']);
    await until(async () => {
      await get('/people/1');
      return ((await shadow()).running?.report.newlyBlocked.count ?? 0) > 0;
    });
  });

  it('goes live when it is promoted, holds the files back, and is in the audit log', async () => {
    const { candidate } = (await shadow()).running!;
    expect(await command('promote', '--reason', 'quiet for a day')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${candidate} is live`),
    });
    await until(async () => (await get('/people/1')).status === 403);
    expect(await shadow()).toMatchObject({
      running: null,
      last: { candidate, end: 'promoted', endedBy: 'environment', endReason: 'quiet for a day' },
    });
    const versions = (await (await gateway.api('/policy-versions')).json()) as { live: string; held: object };
    expect(versions).toMatchObject({ live: candidate, held: { by: 'environment', reason: 'quiet for a day' } });
    const { items } = (await (await gateway.api('/audit-log')).json()) as { items: { action: string }[] };
    expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(['shadow.start', 'shadow.promote']));
    expect((await command('show')).out).toContain('was promoted by environment: quiet for a day');
    const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
    expect(metrics).toContain('sallyport_shadow_policy_running 0');
  });

  it('is dropped without a trace in the policy', async () => {
    const started = await gateway.api('/policies/shadow', {
      method: 'POST',
      body: JSON.stringify({ documents: policy('tag'), share: 0.5, hours: 1, reason: 'a try' }),
    });
    expect(started.status).toBe(201);
    const dropped = await fetch(`${gateway.admin}/api/v1/policies/shadow?reason=enough`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${gateway.token}` },
    });
    expect(await dropped.json()).toMatchObject({ end: 'dropped', endReason: 'enough' });
    expect((await get('/people/1')).status).toBe(403);
  });
});
