import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  childrenOf,
  MAIN,
  type RunningGateway,
  removeFolder,
  startGateway,
  until,
  upstreamThat,
} from './gateway-process.ts';

function people(request: IncomingMessage, response: ServerResponse): void {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ name: 'Ann', ssn: '536-22-8754', seen: request.headers['x-sallyport-tags'] ?? null }),
    );
  });
}

describe('a running gateway', () => {
  let upstream: Awaited<ReturnType<typeof upstreamThat>>;
  let gateway: RunningGateway;
  let policies: string;

  beforeAll(async () => {
    upstream = await upstreamThat(people);
    policies = mkdtempSync(join(tmpdir(), 'sallyport-policies-'));
    gateway = await startGateway([
      '--upstream',
      upstream.url,
      '--mode',
      'enforce',
      '--workers',
      '2',
      '--policies',
      policies,
    ]);
  });
  afterAll(async () => {
    await gateway.stop('SIGKILL');
    upstream.close();
    removeFolder(gateway.data);
    removeFolder(policies);
  });

  it('is ready, and says with which policy', async () => {
    const answer = await fetch(`${gateway.admin}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ready', workers: { serving: 2, wanted: 2 } });
  });

  it('masks a response', async () => {
    const answer = await fetch(`${gateway.url}/people/1`);
    expect(await answer.json()).toMatchObject({ name: 'Ann', ssn: '***-**-8754' });
    expect(answer.headers.get('x-sallyport-id')).toMatch(/^[\w-]+$/);
  });

  it('blocks an injection in a query and in a body, and explains why', async () => {
    const query = await fetch(`${gateway.url}/people?name=${encodeURIComponent("' OR 1=1--")}`);
    expect(query.status).toBe(403);
    expect(query.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await query.json()) as { instance: string };
    const explained = await until(async () => {
      const answer = await gateway.api(`/explain/${problem.instance}`);
      return answer.ok ? ((await answer.json()) as { rule: string; smallestException: string }) : undefined;
    });
    expect(explained.rule).toBe('finding-blocks');
    expect(explained.smallestException).toContain('detector: injection-sql');
    const body = await fetch(`${gateway.url}/people`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: "x' UNION SELECT 1,2--" }),
    });
    expect(body.status).toBe(403);
  });

  it('lets a weak signal pass, and tells the upstream', async () => {
    const answer = await fetch(`${gateway.url}/.env`, { headers: { 'x-sallyport-tags': 'forged' } });
    expect(await answer.json()).toMatchObject({ seen: 'scanner-signature' });
  });

  it('takes a good policy change within a second or so, and refuses a bad one without losing the good', async () => {
    const blocked = () => fetch(`${gateway.url}/people/1`).then((answer) => answer.status);
    writeFileSync(
      join(policies, 'a.yaml'),
      'kind: data-policy\nid: no-ssn\nmatch: { direction: response, dataTypes: [us-ssn] }\naction: block\n',
    );
    await until(async () => (await blocked()) === 403, 5_000);
    writeFileSync(join(policies, 'b.yaml'), 'kind: data-policy\nid: broken\nactoin: mask\n');
    const faults = await until(async () => {
      const { faults: said } = (await (await gateway.api('/policies')).json()) as {
        faults: { line: number; message: string }[];
      };
      return said.length > 0 ? said : undefined;
    }, 5_000);
    expect(faults[0]).toMatchObject({ line: 3, message: expect.stringContaining('did you mean `action`?') });
    expect(await blocked()).toBe(403);
  });

  it('replaces a worker that was killed, and answers meanwhile', async () => {
    const [victim] = gateway.pids('gateway');
    process.kill(victim!, 'SIGKILL');
    await until(() => gateway.pids('gateway').length === 2 && !gateway.pids('gateway').includes(victim!));
    expect((await fetch(`${gateway.url}/health`)).status).toBeLessThan(500);
  });

  it('goes on without its analyst, which comes back', async () => {
    const [victim] = gateway.pids('analyst');
    process.kill(victim!, 'SIGKILL');
    for (let i = 0; i < 20; i++) expect((await fetch(`${gateway.url}/.env`)).status).toBeLessThan(500);
    await until(() => gateway.pids('analyst').length === 1 && !gateway.pids('analyst').includes(victim!));
  });
});

describe('the admin API', () => {
  it('asks for a token, keeps roles apart, and closes the door after five wrong ones', async () => {
    const upstream = await upstreamThat(people);
    const gateway = await startGateway(['--upstream', upstream.url, '--workers', '1']);
    try {
      expect((await fetch(`${gateway.admin}/api/v1/policies`)).status).toBe(401);
      const made = await gateway.api('/tokens', {
        method: 'POST',
        body: JSON.stringify({ name: 'eye', role: 'viewer' }),
      });
      const { token } = (await made.json()) as { token: string };
      const asViewer = { headers: { authorization: `Bearer ${token}` } };
      expect((await gateway.api('/policies', asViewer)).status).toBe(200);
      const restriction = { actor: { kind: 'ip', id: '203.0.113.7' }, reason: 'test' };
      const denied = await gateway.api('/restrictions', {
        ...asViewer,
        method: 'POST',
        body: JSON.stringify(restriction),
      });
      expect(denied.status).toBe(403);
      expect(
        (await fetch(`${gateway.admin}/api/v1/policies`, { headers: { origin: 'http://evil.example' } })).status,
      ).toBe(403);
      for (let i = 0; i < 5; i++) await gateway.api('/policies', { headers: { authorization: 'Bearer wrong' } });
      expect((await gateway.api('/policies')).status).toBe(429);
    } finally {
      await gateway.stop('SIGKILL');
      upstream.close();
      removeFolder(gateway.data);
    }
  });

  it('restricts an actor on every worker at once, and remembers it over a restart', async () => {
    const upstream = await upstreamThat(people);
    const data = mkdtempSync(join(tmpdir(), 'sallyport-'));
    mkdirSync(data, { recursive: true });
    const args = ['--upstream', upstream.url, '--mode', 'enforce', '--workers', '2'];
    const asked = (gateway: RunningGateway) =>
      fetch(`${gateway.url}/x`, { headers: { 'x-api-key': 'key-of-a-thief' } });
    let gateway = await startGateway(args, data);
    try {
      await (await asked(gateway)).arrayBuffer();
      const { id } = await until(async () => {
        const list = (await (await gateway.api('/transactions')).json()) as {
          items: { actors: { kind: string; id: string }[] }[];
        };
        return list.items[0]?.actors.find((actor) => actor.kind === 'api-key');
      });
      const made = await gateway.api('/restrictions', {
        method: 'POST',
        body: JSON.stringify({ actor: { kind: 'api-key', id }, durationSeconds: 600, reason: 'stolen' }),
      });
      expect(made.status).toBe(201);
      await until(async () => (await asked(gateway)).status === 403, 2_000);
      for (let i = 0; i < 20; i++) expect((await asked(gateway)).status).toBe(403);
      const loopback = { actor: { kind: 'ip', id: '127.0.0.1' }, reason: 'a mistake' };
      expect((await gateway.api('/restrictions', { method: 'POST', body: JSON.stringify(loopback) })).status).toBe(409);
      expect(await gateway.stop()).toBe(0);
      gateway = await startGateway(args, data);
      expect((await asked(gateway)).status).toBe(403);
      const { restriction } = { restriction: (await made.json()) as { id: string } };
      expect(
        (
          await gateway.api(`/restrictions/${restriction.id}`, {
            method: 'DELETE',
            headers: { 'content-type': 'text/plain' },
          })
        ).status,
      ).toBe(204);
      await until(async () => (await asked(gateway)).status === 200, 2_000);
    } finally {
      await gateway.stop('SIGKILL');
      upstream.close();
      removeFolder(data);
    }
  });
});

describe('starting and stopping', () => {
  it('finishes what is under way on SIGTERM, and ends with 0', async () => {
    let answerNow = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    let release = (): void => {};
    const upstream = await upstreamThat((_, response) => {
      answerNow();
      release = () => response.end('late');
    });
    const gateway = await startGateway(['--upstream', upstream.url, '--workers', '1']);
    const slow = fetch(`${gateway.url}/slow`);
    await arrived;
    const ended = gateway.stop();
    await until(
      async () =>
        (await fetch(`${gateway.admin}/readyz`).then(
          (answer) => answer.status,
          () => 503,
        )) === 503,
      5_000,
    );
    release();
    expect(await (await slow).text()).toBe('late');
    expect(await ended).toBe(0);
    upstream.close();
    removeFolder(gateway.data);
  });

  it('ends at once when it is told to while it still starts, as the first process of a container too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
    const child = spawn(process.execPath, [MAIN, 'run', '--upstream', 'http://127.0.0.1:1', '--data', folder]);
    // Its first child reads the policies; nothing listens yet.
    await until(() => childrenOf(child.pid!, '').length > 0);
    child.kill();
    // Without a listener for it the kernel would have ended it: no code then, and nothing at all for a first process.
    expect(await once(child, 'exit')).toEqual([143, null]);
    removeFolder(folder);
  });

  it('names file, line and column of a fault and does not start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
    const config = join(folder, 'sallyport.yaml');
    writeFileSync(config, 'mode: monitor\nupstreems:\n  a: http://127.0.0.1:1\n');
    await expect(startGateway(['--config', config], folder)).rejects.toThrow(
      /sallyport\.yaml:2:1 unknown key `upstreems`; did you mean `upstreams`\?/,
    );
    removeFolder(folder);
  });

  it('guards the bundled sample API when nothing is said', async () => {
    const gateway = await startGateway(['--workers', '1']);
    const answer = await fetch(`${gateway.url}/api/users/1`);
    expect(await answer.json()).toMatchObject({ name: 'Ann Lee', ssn: expect.stringMatching(/^\*{3}-\*{2}-\d{4}$/) });
    expect(gateway.output()).toContain('the bundled sample API');
    await gateway.stop('SIGKILL');
    removeFolder(gateway.data);
  });
});
