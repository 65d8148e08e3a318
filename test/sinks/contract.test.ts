// One contract for every kind of sink. A system under test says what arrived by the incident's id and count, which every format has.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { INCIDENT_STATUSES } from '../../src/core/incident.ts';
import { SyslogReceiver } from './syslog-receiver.ts';
import { jira, serviceNow } from './ticket-vendors.ts';
import type { Fault, VendorServer } from './vendor-server.ts';
import { pagerduty, SECRETS, slack, splunk, teams, type Vendor, webhook } from './vendors.ts';
import { incident, NASTY, settingsOf, World } from './world.ts';

interface System {
  readonly up: () => Promise<void>;
  readonly down: () => Promise<void>;
  readonly settings: () => Record<string, unknown>;
  /** Each message that was taken, as text. */
  readonly taken: () => readonly string[];
  readonly server?: VendorServer;
}

const SYSTEMS: Readonly<Record<string, (world: World) => System>> = {
  webhook: () => vendorSystem(webhook()),
  splunk: () => vendorSystem(splunk(false)),
  'splunk with acknowledgement': () => vendorSystem(splunk(true)),
  'jira cloud': () => vendorSystem(jira('cloud')),
  'jira data center': () => vendorSystem(jira('data-center')),
  servicenow: () => vendorSystem(serviceNow()),
  slack: () => vendorSystem(slack()),
  teams: () => vendorSystem(teams()),
  pagerduty: () => vendorSystem(pagerduty()),
  'syslog tcp cef': () => syslogSystem('cef'),
  'syslog tcp leef': () => syslogSystem('leef'),
  'syslog tcp json': () => syslogSystem('json'),
  'file ndjson': (world) => fileSystem(world, 'ndjson'),
  'file csv': (world) => fileSystem(world, 'csv'),
};
/** Those that take HTTP and answer with a status. */
const HTTP = Object.keys(SYSTEMS).filter((name) => !/^(?:syslog|file)/.test(name));

const worlds: World[] = [];
const systems: System[] = [];
const begin = async (name: string): Promise<{ world: World; system: System }> => {
  const world = new World();
  const system = SYSTEMS[name]!(world);
  worlds.push(world);
  systems.push(system);
  await system.up();
  return { world, system };
};

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
  for (const system of systems.splice(0)) await system.down();
});

describe.each(Object.keys(SYSTEMS))('a sink to %s', (name) => {
  it('brings every message, those of one incident in order', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    for (let count = 1; count <= 5; count++) {
      for (const n of [1, 2])
        sinks.send({ sink: 'it', plan: 'p', incident: incident({ id: `inc-00000000000${n}-1`, count }) });
    }
    await world.drain(sinks);
    expect(pairsOf(system, 'inc-000000000001-1')).toEqual([1, 2, 3, 4, 5]);
    expect(pairsOf(system, 'inc-000000000002-1')).toEqual([1, 2, 3, 4, 5]);
    expect(sinks.states()).toMatchObject([
      { id: 'it', queuedMessages: 0, delivered: 10, attemptsFailed: 0, state: 'idle' },
    ]);
    expect(system.server?.problems ?? []).toEqual([]);
  });

  it('loses nothing while the system is away for ten minutes', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    await system.down();
    for (let count = 1; count <= 60; count++) {
      sinks.send({ sink: 'it', incident: incident({ id: `inc-00000000000${count % 3}-1`, count }) });
      await world.pass(sinks, 10_000);
    }
    const [away] = sinks.states();
    expect(away).toMatchObject({ queuedMessages: 60, delivered: 0, state: 'failing', isDurable: true });
    // Patience doubles: ten minutes are a dozen attempts, not six hundred.
    expect(away!.attemptsFailed).toBeGreaterThan(4);
    expect(away!.attemptsFailed).toBeLessThan(30);
    await system.up();
    await world.drain(sinks);
    for (const n of [0, 1, 2]) {
      const wanted = Array.from({ length: 60 }, (_, i) => i + 1).filter((count) => count % 3 === n);
      expect(pairsOf(system, `inc-00000000000${n}-1`)).toEqual(wanted);
    }
    expect(sinks.states()).toMatchObject([{ dropped: { full: 0, expired: 0, refused: 0 }, delivered: 60 }]);
    expect(system.server?.problems ?? []).toEqual([]);
  });

  it('brings after a restart what waited before it', async () => {
    const { world, system } = await begin(name);
    const settings = settingsOf(system.settings());
    await system.down();
    const before = world.open(settings);
    for (let count = 1; count <= 3; count++) before.send({ sink: 'it', incident: incident({ count }) });
    await before.tick();
    await before.close();
    await system.up();
    const after = world.open(settings);
    await world.drain(after);
    expect(pairsOf(system, incident().id)).toEqual([1, 2, 3]);
  });

  it('sends a test message, or asks who it is, without the queue', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    expect(await sinks.test('it')).toEqual({ kind: 'delivered' });
    expect(sinks.test('nobody')).toBeUndefined();
    await system.down();
    expect(await sinks.test('it')).toMatchObject({ kind: 'retry', code: expect.stringMatching(/^[A-Z_]+$/) });
    expect(system.server?.problems ?? []).toEqual([]);
  });

  it('says no secret in messages, logs, states and files, and lets nobody forge a line', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    const nasty = incident({
      title: NASTY,
      whatHappened: NASTY,
      endpoint: NASTY,
      environment: NASTY,
      tags: [NASTY],
      actors: [{ kind: 'subject', id: NASTY, isVerified: false }],
      count: 7,
    });
    await system.down();
    sinks.send({ sink: 'it', incident: nasty });
    await world.pass(sinks, 3_000);
    const seen = [world.onDisk(), ...world.lines, JSON.stringify(sinks.states())].join('\n');
    await system.up();
    await world.drain(sinks);
    const taken = system.taken();
    expect(taken.length).toBe(1);
    // The routing key of PagerDuty is in the message by its contract.
    const secrets = name === 'pagerduty' ? SECRETS.slice(1) : SECRETS;
    for (const secret of SECRETS) expect(seen).not.toContain(secret);
    for (const secret of secrets) expect(taken.join('\n')).not.toContain(secret);
    expect(taken.join('\n')).not.toMatch(/[\r\u2028]|\n<14>|\\n<14>/);
    expect(system.server?.problems ?? []).toEqual([]);
  });
});

describe.each(HTTP)('a sink by HTTP to %s', (name) => {
  const FAULTS: readonly (readonly [string, Fault])[] = [
    ['an internal error', { status: 500 }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } }],
    ['half an answer', 'half'],
    ['no answer', 'cut'],
    ['wrong credentials', { status: 401 }],
  ];
  it.each(FAULTS)('tries again after %s', async (_, fault) => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    system.server!.faults = [fault, fault];
    sinks.send({ sink: 'it', incident: incident({ count: 1 }) });
    await sinks.tick();
    expect(sinks.states()).toMatchObject([{ queuedMessages: 1, state: 'failing', attemptsFailed: 1 }]);
    await world.drain(sinks);
    expect(pairsOf(system, incident().id)).toEqual([1]);
    expect(sinks.states()).toMatchObject([{ attemptsFailed: 2, delivered: 1, state: 'idle' }]);
  });

  it('waits as long as Retry-After says', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    system.server!.faults = [{ status: 429, headers: { 'retry-after': '120' } }];
    sinks.send({ sink: 'it', incident: incident({ count: 1 }) });
    await world.pass(sinks, 118_000);
    expect(system.server!.arrived).toBe(1);
    await world.pass(sinks, 10_000);
    expect(pairsOf(system, incident().id)).toEqual([1]);
  });

  it('counts what the system will never take, and goes on', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    sinks.send({ sink: 'it', incident: incident({ count: 1 }) });
    system.server!.faults = [{ status: 400, body: { text: 'Invalid data format', code: 6 } }];
    await world.drain(sinks);
    sinks.send({ sink: 'it', incident: incident({ id: 'inc-000000000002-1', count: 2 }) });
    await world.drain(sinks);
    expect(sinks.states()).toMatchObject([{ dropped: { refused: 1 }, delivered: 1, queuedMessages: 0 }]);
    expect(pairsOf(system, 'inc-000000000002-1')).toEqual([2]);
  });

  it('tells every status of an incident', async () => {
    const { world, system } = await begin(name);
    const sinks = world.open(settingsOf(system.settings()));
    sinks.send({ sink: 'it', incident: incident({ count: 1 }) });
    for (const status of INCIDENT_STATUSES.slice(1)) sinks.follow(incident({ status, count: 1 }));
    sinks.follow(incident({ status: 'accepted', count: 1 }));
    await world.drain(sinks);
    expect(sinks.states()).toMatchObject([{ delivered: INCIDENT_STATUSES.length, dropped: { refused: 0 } }]);
    expect(system.server!.problems).toEqual([]);
  });
});

/** The counts of an incident's messages in the order they were taken, each as often as it came. */
function pairsOf(system: System, id: string): readonly number[] {
  return system.taken().flatMap((text) => {
    if (!text.includes(id)) return [];
    const [, count] =
      /"count":(\d+)|Count: (\d+)|cnt=(\d+)|\tcount=(\d+)/.exec(text)?.filter((one) => one !== undefined) ?? [];
    return count === undefined ? [] : [Number(count)];
  });
}

function vendorSystem({ server, settings, messageOf }: Vendor): System {
  return {
    up: () => server.up(),
    down: () => server.down(),
    settings: () => settings(server.url),
    taken: () =>
      server.requests.flatMap((request) => {
        const text = messageOf(request);
        if (text === undefined) return [];
        // Splunk takes several in one body.
        return text.replaceAll('}{"time":', '}\n{"time":').split('\n');
      }),
    server,
  };
}

function syslogSystem(format: string): System {
  const receiver = new SyslogReceiver(false);
  return {
    up: () => receiver.up(),
    down: () => receiver.down(),
    settings: () => ({ kind: 'syslog', host: '127.0.0.1', port: receiver.port, protocol: 'tcp', format }),
    taken: () => receiver.frames,
  };
}

/** Away: a file stands where its folder should be. */
function fileSystem(world: World, format: string): System {
  const folder = join(world.folder, 'out');
  const path = join(folder, 'incidents.log');
  const kept: string[] = [];
  return {
    up: async () => {
      if (existsSync(folder) && !existsSync(path)) rmSync(folder);
    },
    down: async () => {
      if (existsSync(path)) kept.push(...linesOf(path));
      rmSync(folder, { recursive: true, force: true });
      if (existsSync(world.folder)) writeFileSync(folder, '');
    },
    settings: () => ({ kind: 'file', path, format }),
    taken: () => {
      const lines = [...kept, ...(existsSync(path) ? linesOf(path) : [])];
      if (format !== 'csv') return lines;
      const column = lines[0]!.split(',').indexOf('count');
      return lines.slice(1).map((line) => `${line}\tcount=${cellsOf(line)[column]}`);
    },
  };
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

function cellsOf(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell!);
}
