// A change of policy on a running gateway: to a canary first, taken back when it blocks too much, and rolled back in one command.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answering, type ConfiguredGateway, startConfigured } from '../support/configured-gateway.ts';
import { type RunningGateway, until } from './gateway-process.ts';

let folder = '';
let gateway: RunningGateway;
let end: ConfiguredGateway['end'] | undefined;

beforeAll(async () => {
  ({ folder, gateway, end } = await startConfigured(
    answering('{"ssn":"536-22-8754"}'),
    (upstream) =>
      `mode: enforce\nupstreams: { api: "${upstream}" }\nworkers: 2\nlog: { access: false }\npolicies: policies\nrollout: { canary: { share: 0.5, for: 20s, samplesMin: 20 } }\n`,
  ));
}, 120_000);

afterAll(() => end?.());

interface Versions {
  readonly live: string;
  readonly held?: { readonly by: string; readonly reason: string };
  readonly canary?: { readonly version: string };
  readonly items: readonly { readonly version: string; readonly action: string }[];
}

async function versions(): Promise<Versions> {
  return (await (await gateway.api('/policy-versions')).json()) as Versions;
}

function write(path: string, action: string): void {
  const text = `kind: data-policy\nid: no-ssn\nmatch: { direction: response, endpoint: "GET ${path}", dataTypes: [us-ssn] }\naction: ${action}\n`;
  writeFileSync(join(folder, 'policies', 'a.yaml'), text);
}

async function command(...args: string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../dist/main.js'), ...args, '--admin', gateway.admin],
    {
      cwd: folder,
      env: { ...process.env, SALLYPORT_ADMIN_TOKEN: gateway.token },
    },
  );
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await new Promise((done) => child.once('close', done));
  return out;
}

/** A connection each, so that both workers get some. */
async function statusOf(path: string): Promise<number> {
  const answer = await fetch(`${gateway.url}${path}`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return answer.status;
}

it('takes back what blocks too much, publishes what does not, and goes back in one command', {
  timeout: 300_000,
}, async () => {
  const { live: first } = await versions();
  write('/people', 'block');
  await until(async () => (await versions()).canary !== undefined);
  const seen = new Set<number>();
  await until(async () => {
    for (const status of await Promise.all(Array.from({ length: 12 }, () => statusOf('/people')))) seen.add(status);
    return (await versions()).held !== undefined;
  });
  expect([...seen].sort()).toEqual([200, 403]);
  expect(await versions()).toMatchObject({
    live: first,
    held: { by: 'canary', reason: expect.stringContaining('blocks') },
  });
  await until(async () => {
    for (let i = 0; i < 6; i++) if ((await statusOf('/people')) !== 200) return false;
    return true;
  });

  write('/elsewhere', 'block');
  const second = await until(async () => {
    const now = await versions();
    return now.live !== first && now.canary === undefined ? now.live : undefined;
  });
  await until(async () => (await statusOf('/elsewhere')) === 403);
  expect(await command('policies', 'diff', first)).toContain('+ data-policy no-ssn');

  expect(await command('policies', 'rollback', '--reason', 'a partner is blocked')).toBe(`${first} is live\n`);
  await until(async () => (await statusOf('/elsewhere')) === 200);
  const listed = await command('policies', 'list');
  expect(listed).toContain(`* ${first}`);
  expect(listed).toContain(`the files are ${second}, held back by environment: a partner is blocked`);
  const audit = (await (await gateway.api('/audit-log')).json()) as { items: { actor: string; action: string }[] };
  expect(audit.items.map(({ actor, action }) => `${actor} ${action}`)).toEqual(
    expect.arrayContaining([
      'files policy.canary',
      'canary policy.rollback',
      'canary policy.publish',
      'environment policy.rollback',
    ]),
  );
});
