import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BACK_OFF_MAX_MS, backOffMs } from '../../src/sinks/back-off.ts';
import { VendorServer } from './vendor-server.ts';
import { splunk } from './vendors.ts';
import { incident, START, settingsOf, World } from './world.ts';

const worlds: World[] = [];
const servers: VendorServer[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
  for (const server of servers.splice(0)) await server.down();
});
const newWorld = (): World => {
  const world = new World();
  worlds.push(world);
  return world;
};

const idOf = (n: number): string => `inc-00000000000${n}-1`;

describe('back-off', () => {
  it('doubles up to its bound, with jitter in the upper half', () => {
    const ROWS = [
      [1, 0, 500],
      [1, 0.999, 1_000],
      [4, 0, 4_000],
      [9, 0.5, 192_000],
      [50, 0.999, BACK_OFF_MAX_MS - 150],
    ] as const;
    for (const [failures, random, ms] of ROWS) expect(backOffMs(failures, undefined, random)).toBeCloseTo(ms, -2);
  });
  it('is never shorter than Retry-After, and that is never longer than an hour', () => {
    expect(backOffMs(1, 60_000, 0)).toBe(60_000);
    expect(backOffMs(1, 1e12, 0)).toBe(3_600_000);
  });
});

describe('delivery', () => {
  const webhookTo = (server: VendorServer, over: object = {}) =>
    settingsOf({ kind: 'webhook', url: server.url, allowAddresses: ['127.0.0.1'], allowPlainHttp: true, ...over });

  it('lets a message that always fails hold up its own incident only', async () => {
    const server = new VendorServer(({ body }) => ({ status: body.includes(idOf(1)) ? 500 : 204 }));
    servers.push(server);
    await server.up();
    const world = newWorld();
    const sinks = world.open(webhookTo(server));
    sinks.send({ sink: 'it', incident: incident({ id: idOf(1), count: 1 }) });
    sinks.send({ sink: 'it', incident: incident({ id: idOf(1), count: 2 }) });
    for (let n = 2; n <= 9; n++) sinks.send({ sink: 'it', incident: incident({ id: idOf(n) }) });
    await world.pass(sinks, 30_000);
    expect(sinks.states()).toMatchObject([{ delivered: 8, queuedMessages: 2, dropped: { refused: 0 } }]);
    // The later message of the failing incident was never tried before the earlier one.
    const ofFirst = server.requests.filter(({ body }) => body.includes(idOf(1)));
    expect(ofFirst.length).toBeGreaterThan(1);
    expect(ofFirst.every(({ body }) => body.includes('"count":1,'))).toBe(true);
  });

  it('keeps the same id of a message through every attempt', async () => {
    const server = new VendorServer(() => ({ status: server.requests.length < 3 ? 500 : 204 }));
    servers.push(server);
    await server.up();
    const world = newWorld();
    const sinks = world.open(webhookTo(server));
    sinks.send({ sink: 'it', incident: incident() });
    await world.drain(sinks);
    expect(server.requests).toHaveLength(4);
    expect(new Set(server.requests.map(({ headers }) => headers['x-sallyport-message'])).size).toBe(1);
  });

  it('drops by severity when its queue is full, and by age, and counts both', async () => {
    const server = new VendorServer(() => ({ status: 204 }));
    await server.up();
    const world = newWorld();
    const sinks = world.open(webhookTo(server, { queue: { messagesMax: 3, ageMax: '1h' } }));
    await server.down();
    for (const severity of ['low', 'critical', 'high', 'critical', 'critical'] as const)
      sinks.send({ sink: 'it', incident: incident({ severity }) });
    expect(sinks.states()).toMatchObject([{ queuedMessages: 3, dropped: { full: 2, expired: 0 } }]);
    await world.pass(sinks, 3_700_000, 60_000);
    expect(sinks.states()).toMatchObject([{ queuedMessages: 0, dropped: { full: 2, expired: 3 } }]);
  });

  it('sends alone what made a batch be refused, and loses nothing else', async () => {
    const vendor = splunk(false);
    const server = new VendorServer(({ body }) =>
      body.includes(idOf(3))
        ? { status: 400, body: { text: 'Invalid data format', code: 6 } }
        : { status: 200, body: { code: 0 } },
    );
    servers.push(server);
    await server.up();
    const world = newWorld();
    const sinks = world.open(settingsOf(vendor.settings(server.url)));
    for (let n = 1; n <= 6; n++) sinks.send({ sink: 'it', incident: incident({ id: idOf(n) }) });
    await world.drain(sinks);
    expect(sinks.states()).toMatchObject([{ delivered: 5, dropped: { refused: 1 } }]);
  });

  it('sends again what an indexer never acknowledged', async () => {
    let isIndexing = false;
    const server = new VendorServer(({ path }) =>
      path.includes('/ack')
        ? { status: 200, body: { acks: { 0: isIndexing } } }
        : { status: 200, body: { text: 'Success', code: 0, ackId: 0 } },
    );
    servers.push(server);
    await server.up();
    const world = newWorld();
    const sinks = world.open(settingsOf(splunk(true).settings(server.url)));
    sinks.send({ sink: 'it', incident: incident() });
    await sinks.tick();
    expect(sinks.states()).toMatchObject([{ queuedMessages: 1, lastFailure: { code: 'NOT_ACKNOWLEDGED' } }]);
    expect(world.now - START).toBeGreaterThanOrEqual(120_000);
    isIndexing = true;
    await world.drain(sinks);
    expect(server.requests.filter(({ path }) => !path.includes('/ack'))).toHaveLength(2);
    expect(sinks.states()).toMatchObject([{ delivered: 1, queuedMessages: 0 }]);
  });

  it('keeps trying when a person has to put the credentials right', async () => {
    const vendor = splunk(false);
    servers.push(vendor.server);
    await vendor.server.up();
    const world = newWorld();
    const sinks = world.open(settingsOf({ ...vendor.settings(vendor.server.url), token: 'old' }));
    sinks.send({ sink: 'it', incident: incident() });
    await world.pass(sinks, 600_000, 10_000);
    expect(sinks.states()).toMatchObject([
      { queuedMessages: 1, lastFailure: { code: 'HTTP_401' }, dropped: { refused: 0 } },
    ]);
  });

  it('answers false for a sink nobody configured', () => {
    const world = newWorld();
    const sinks = world.open(settingsOf({ kind: 'file', path: join(world.folder, 'x') }));
    expect(sinks.send({ sink: 'default', incident: incident() })).toBe(false);
  });

  it('says which sink cannot be opened', () => {
    const world = newWorld();
    const settings = settingsOf({ kind: 'slack', url: { file: join(world.folder, 'no-such-file') } });
    expect(() => world.open(settings)).toThrow(/the sink `it` cannot be opened: ENOENT/);
  });
});

describe('a file', () => {
  it('is rotated before it grows beyond its bytes, and only so many are kept', async () => {
    const world = newWorld();
    const path = join(world.folder, 'out', 'incidents.ndjson');
    const sinks = world.open(settingsOf({ kind: 'file', path, bytesMax: 5_000, filesMax: 3 }));
    for (let count = 1; count <= 20; count++) {
      sinks.send({ sink: 'it', incident: incident({ count }) });
      await sinks.tick();
    }
    const names = [`${path}.2`, `${path}.1`, path];
    for (const name of names) expect(statSync(name).size).toBeLessThanOrEqual(5_000);
    expect(existsSync(`${path}.3`)).toBe(false);
    const counts = names.flatMap((name) =>
      readFileSync(name, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { incident: { count: number } }).incident.count),
    );
    expect(counts).toEqual(Array.from({ length: counts.length }, (_, i) => 21 - counts.length + i));
  });
});
