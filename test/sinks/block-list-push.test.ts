import { afterEach, describe, expect, it } from 'vitest';
import type { Restriction } from '../../src/core/restriction.ts';
import { VendorServer } from './vendor-server.ts';
import { START, settingsOf, World } from './world.ts';

const worlds: World[] = [];
const servers: VendorServer[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
  for (const server of servers.splice(0)) await server.down();
});

const block = (id: string, expiresAt = START + 3_600_000): Restriction => ({
  id,
  actor: { kind: 'ip', id },
  action: 'block',
  requestsPerMinuteMax: undefined,
  reason: 'credential stuffing',
  createdBy: 'test',
  createdAt: START,
  expiresAt,
});

const begin = async (over: object = {}) => {
  const server = new VendorServer(() => ({ status: 200 }));
  servers.push(server);
  await server.up();
  const world = new World();
  worlds.push(world);
  const settings = settingsOf({
    kind: 'block-list',
    url: `${server.url}/list`,
    allowAddresses: ['127.0.0.1'],
    allowPlainHttp: true,
    headers: { authorization: 'Bearer secret-token-4711' },
    ...over,
  });
  return { server, world, settings, sinks: world.open(settings) };
};

describe('a pushed block list', () => {
  it('is pushed when it changed, when a block ended, and not otherwise', async () => {
    const { server, world, sinks } = await begin();
    await world.pass(sinks, 60_000, 10_000);
    expect(server.requests).toEqual([]);
    sinks.publishRestrictions([block('198.51.100.7'), block('198.51.100.8', START + 200_000)]);
    await world.pass(sinks, 60_000, 10_000);
    expect(server.requests.map(({ body }) => body)).toEqual(['198.51.100.7\n198.51.100.8\n']);
    expect(server.requests[0]).toMatchObject({
      method: 'PUT',
      path: '/list',
      headers: { authorization: 'Bearer secret-token-4711' },
    });
    sinks.publishRestrictions([block('198.51.100.8', START + 200_000), block('198.51.100.7')]);
    await world.pass(sinks, 60_000, 10_000);
    expect(server.requests).toHaveLength(1);
    await world.pass(sinks, 60_000, 10_000);
    expect(server.requests.at(-1)!.body).toBe('198.51.100.7\n');
    sinks.publishRestrictions([]);
    await world.pass(sinks, 60_000, 10_000);
    expect(server.requests.at(-1)!.body).toBe('');
    expect(sinks.states()).toMatchObject([{ kind: 'block-list', delivered: 3, queuedMessages: 0 }]);
  });

  it('arrives in its latest state after the receiver was away', async () => {
    const { server, world, sinks } = await begin();
    await server.down();
    for (let n = 1; n <= 20; n++) {
      sinks.publishRestrictions(Array.from({ length: n }, (_, i) => block(`198.51.100.${i + 1}`)));
      await world.pass(sinks, 30_000, 5_000);
    }
    expect(sinks.states()).toMatchObject([{ state: 'failing', queuedMessages: 1, delivered: 0 }]);
    await server.up();
    await world.drain(sinks);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.body.trimEnd().split('\n')).toHaveLength(20);
  });

  it('goes as a format inside of a template', async () => {
    const { server, world, sinks } = await begin({ format: 'akamai', body: '{"set": {{list}}, "n": {{entries}}}' });
    sinks.publishRestrictions([block('198.51.100.7')]);
    await world.drain(sinks);
    expect(JSON.parse(server.requests[0]!.body)).toEqual({ set: { type: 'IP', list: ['198.51.100.7'] }, n: 1 });
    expect(server.requests[0]!.headers['content-type']).toBe('application/json');
  });

  it('can be tried before there is anything in it', async () => {
    const { server, sinks } = await begin();
    expect(await sinks.test('it')).toEqual({ kind: 'delivered' });
    expect(server.requests).toHaveLength(1);
  });
});
