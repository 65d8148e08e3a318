// What one gateway learned, enforced by another: `export openapi` read back as the document of a route.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const CLIENTS = 5;
const ROUNDS = 8;

type Call = readonly [method: string, path: string, body?: unknown];

/** A day in the life of a client; `n` and `round` give the values. */
const calls = (n: number, round: number): readonly Call[] => [
  ['GET', `/api/orders?page=${round}&state=${round % 2 === 0 ? 'open' : 'paid'}`],
  ['GET', `/api/orders/${1_000 * n + round}`],
  [
    'POST',
    '/api/orders',
    { item: `a-${n}-${round}`, quantity: 1 + round, ...(round % 2 === 0 ? { note: 'ring twice' } : {}) },
  ],
  ['DELETE', `/api/orders/${1_000 * n + round}`],
  ['GET', '/api/me'],
];

const shop = () =>
  upstreamThat((request, response) => {
    request.resume();
    const { method, url = '' } = request;
    response.setHeader('content-type', 'application/json');
    response.statusCode = method === 'DELETE' ? 204 : method === 'POST' ? 201 : 200;
    if (method === 'DELETE') return void response.end();
    const order = { id: 7, item: 'a-1', quantity: 2, total: 12.5 };
    response.end(JSON.stringify(url.startsWith('/api/orders?') ? { items: [order], page: 1 } : order));
  });

async function send(gateway: RunningGateway, n: number, [method, path, body]: Call): Promise<[number, string]> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { host: 'shop.test', 'x-api-key': `key-of-client-number-${n}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return [response.status, response.headers.get('x-sallyport-id')!];
}

it('lets the traffic pass that it was learned from, and sees or refuses what was not in it', async () => {
  const upstream = await shop();
  const learning = await startGateway(['--upstream', upstream.url, '--mode', 'monitor', '--workers', '1']);
  let enforcing: RunningGateway | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  onTestFinished(async () => {
    await learning.stop('SIGKILL');
    await enforcing?.stop('SIGKILL');
    upstream.close();
    for (const one of [learning.data, enforcing?.data, folder]) if (one !== undefined) removeFolder(one);
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (let n = 0; n < CLIENTS; n++) for (const call of calls(n, round)) await send(learning, n, call);
  }
  await until(async () => {
    const { items } = (await (await learning.api('/endpoints')).json()) as { items: { samples: number }[] };
    return items.length >= 5 && items.every(({ samples }) => samples >= CLIENTS * ROUNDS);
  });
  await learning.stop();
  const exported = execFileSync(process.execPath, [MAIN, 'export', 'openapi', '--data', learning.data], {
    encoding: 'utf8',
  });
  expect(Object.keys((JSON.parse(exported) as { paths: object }).paths).sort()).toEqual([
    '/api/me',
    '/api/orders',
    '/api/orders/{orderId}',
  ]);

  writeFileSync(join(folder, 'learned.json'), exported);
  writeFileSync(
    join(folder, 'sallyport.yaml'),
    `mode: enforce
upstreams: { default: "${upstream.url}" }
contract: { unknownPaths: block }
routes: [{ id: all, path: /, upstream: default, openapi: ./learned.json }]
`,
  );
  enforcing = await startGateway(['--config', join(folder, 'sallyport.yaml'), '--workers', '1']);
  const findingsOf = (id: string): Promise<string[]> =>
    until(async () => {
      const { items } = (await (await enforcing!.api('/transactions?limit=20')).json()) as {
        items: { id: string; findings: { detection: string; pointer: string }[] }[];
      };
      return items
        .find((one) => one.id === id)
        ?.findings.flatMap(({ detection, pointer }) => (detection === 'schema-violation' ? [pointer] : []));
    });
  for (let n = 0; n < 2; n++) {
    // Values that were not seen while it learned.
    for (const call of calls(n + 20, n + 30)) {
      const [status, id] = await send(enforcing, n, call);
      expect([call, status < 300, await findingsOf(id)]).toEqual([call, true, []]);
    }
  }
  const ask = (...call: Call): Promise<[number, string]> => send(enforcing!, 1, call);
  const [withField, id] = await ask('POST', '/api/orders', { item: 'a-1', quantity: 1, discount: 99 });
  expect([withField, await findingsOf(id)]).toEqual([201, ['/discount']]);
  const [withParameter, other] = await ask('GET', '/api/orders?page=1&state=open&debug=1');
  expect([withParameter, await findingsOf(other)]).toEqual([200, ['/debug']]);
  const refused: readonly Call[] = [
    ['GET', '/api/invoices'],
    ['PUT', '/api/orders/7', { item: 'a-1', quantity: 1 }],
    ['POST', '/api/orders', { item: 'a-1', quantity: 'many' }],
    ['POST', '/api/orders', { quantity: 1 }],
  ];
  for (const call of refused) expect([call, (await ask(...call))[0]]).toEqual([call, 403]);
}, 300_000);
