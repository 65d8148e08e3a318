// API documents on a running gateway: a file that changes and breaks, a URL whose server goes away, and what of it survives a restart.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

const usersOf = (path: string): string => `openapi: 3.0.3
info: { title: Users, version: "1" }
paths:
  ${path}/{id}:
    get: { parameters: [{ name: id, in: path, required: true, schema: { type: integer } }], responses: {} }
`;
const orders = (maximum: number): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Orders', version: '1' },
    paths: { '/orders': { post: { requestBody: { $ref: './parts/body.json' }, responses: {} } } },
    components: { schemas: { Order: { type: 'object', properties: { n: { type: 'integer', maximum } } } } },
  });
const BODY = JSON.stringify({
  content: { 'application/json': { schema: { $ref: '../orders.json#/components/schemas/Order' } } },
});

it('holds requests to documents from files and URLs, through changes, breakage and restarts', async () => {
  let document = orders(5);
  let isUp = true;
  const docs = await upstreamThat((request, response) => {
    if (!isUp) return void response.writeHead(503).end();
    response.end(request.url === '/orders.json' ? document : BODY);
  });
  const api = await upstreamThat((_, response) => response.setHeader('content-type', 'application/json').end('{}'));
  const data = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const users = join(data, 'users.yaml');
  const file = join(data, 'sallyport.yaml');
  writeFileSync(users, usersOf('/users'));
  writeFileSync(
    file,
    `mode: enforce
upstreams: { default: "${api.url}" }
contract: { unknownPaths: block }
routes:
  - { id: all, path: /, upstream: default, openapi: [users.yaml, { document: "${docs.url}/orders.json", refresh: 500ms }] }
`,
  );
  const start = () => startGateway(['--config', file, '--workers', '1'], data);
  let gateway: RunningGateway = await start();
  onTestFinished(async () => {
    await gateway.stop('SIGKILL');
    docs.close();
    api.close();
    removeFolder(data);
  });
  const get = async (path: string): Promise<number> => (await fetch(`${gateway.url}${path}`)).status;
  const order = async (n: unknown): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${gateway.url}/orders`, { method: 'POST', headers, body: JSON.stringify({ n }) })).status;
  };
  expect([await get('/users/7'), await get('/users/seven'), await get('/secret')]).toEqual([200, 403, 403]);
  expect([await order(5), await order(6), await order('x')]).toEqual([200, 403, 403]);

  // A change is in force soon; what breaks changes nothing and is told.
  writeFileSync(users, usersOf('/people'));
  document = orders(6);
  await until(async () => (await get('/people/7')) === 200 && (await order(6)) === 200);
  expect(await get('/users/7')).toBe(403);
  writeFileSync(users, 'openapi: 3.0.3\npaths:\n  people: {}\n');
  document = '{"openapi":';
  await until(() => gateway.output().match(/the last good document stays in force/g)?.length === 2);
  expect(gateway.output()).toMatch(/users\.yaml:3:\d+ `people`: a path starts with a slash \(at \/paths\/people\)/);
  expect([await get('/people/7'), await order(6), await order(7)]).toEqual([200, 200, 403]);
  const { items } = (await (await gateway.api('/api-documents')).json()) as {
    items: { title: string; operations: number }[];
  };
  expect(items.map(({ title, operations }) => `${title} ${operations}`).sort()).toEqual(['Orders 1', 'Users 1']);

  // The last good document of a URL survives the gateway and its server.
  isUp = false;
  writeFileSync(users, usersOf('/people'));
  await gateway.stop();
  gateway = await start();
  expect(gateway.output()).toMatch(
    /orders\.json:1:1 the API document could not be fetched: it answered with status 503/,
  );
  expect([await get('/people/7'), await order(6), await order(7)]).toEqual([200, 200, 403]);
});
