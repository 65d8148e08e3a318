// The fields each system gets, as files a person can hold against the vendor's documentation. What differs from machine to machine
// is replaced by a word.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cefLine } from '../../src/sinks/formats/cef.ts';
import { csvLine } from '../../src/sinks/formats/csv.ts';
import { leefLine } from '../../src/sinks/formats/leef.ts';
import { ocsfText } from '../../src/sinks/formats/ocsf.ts';
import { outward } from '../../src/sinks/outward.ts';
import { PRODUCT } from '../../src/sinks/product.ts';
import { jira, serviceNow } from './ticket-vendors.ts';
import type { SeenRequest } from './vendor-server.ts';
import { eventsOf, pagerduty, slack, splunk, teams, type Vendor, webhook } from './vendors.ts';
import { incident, START, settingsOf, World } from './world.ts';

const golden = (name: string): string => join(import.meta.dirname, 'golden', name);

const worlds: World[] = [];
const vendors: Vendor[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
  for (const vendor of vendors.splice(0)) await vendor.server.down();
});

const VENDORS: Readonly<Record<string, () => Vendor>> = {
  webhook,
  splunk: () => splunk(true),
  'jira-cloud': () => jira('cloud'),
  'jira-data-center': () => jira('data-center'),
  servicenow: serviceNow,
  slack,
  teams,
  pagerduty,
};

describe('the requests', () => {
  it.each(Object.keys(VENDORS))('to %s have these fields', async (name) => {
    const world = new World();
    const vendor = VENDORS[name]!();
    worlds.push(world);
    vendors.push(vendor);
    await vendor.server.up();
    const sinks = world.open(settingsOf(vendor.settings(vendor.server.url)));
    sinks.send({ sink: 'it', plan: 'tell-about-grave-incidents', incident: incident() });
    await world.drain(sinks);
    world.now = START + 60_000;
    sinks.follow(incident({ status: 'resolved' }));
    await world.drain(sinks);
    const seen = vendor.server.requests.map((request) => pictureOf(request));
    expect(seen.length).toBeGreaterThanOrEqual(2);
    await expect(`${JSON.stringify(seen, undefined, 2)}\n`).toMatchFileSnapshot(golden(`${name}.txt`));
    expect(vendor.server.problems).toEqual([]);
  });
});

describe('the bodies of syslog and files', () => {
  const message = {
    id: 'msg-1',
    at: START,
    change: 'opened',
    plan: 'p',
    incident: outward(incident()),
  } as const;
  const BODIES = [
    ['cef.txt', `${cefLine(message, 65_536)}\n`],
    ['leef.txt', `${leefLine(message, 65_536)}\n`],
    ['ocsf.txt', `${JSON.stringify(JSON.parse(ocsfText(message, 65_536)), undefined, 2)}\n`],
    ['csv.txt', `${csvLine(message)}\n`],
  ] as const;
  it.each(BODIES)('are as in %s', async (name, text) => {
    await expect(text.replaceAll(PRODUCT.version, 'VERSION')).toMatchFileSnapshot(golden(name));
  });
});

function pictureOf({ method, path, headers, body }: SeenRequest): object {
  const shown = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(?:content-type|accept|authorization|x-sallyport-.*|x-splunk-.*)$/.test(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const parsed: unknown = body === '' ? undefined : body.startsWith('{"time":') ? eventsOf(body) : JSON.parse(body);
  const picture = { method, path: decodeURIComponent(path), headers: shown, body: parsed };
  return JSON.parse(
    JSON.stringify(picture)
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
      .replace(/v1=[0-9a-f]{64}/g, 'v1=SIGNATURE')
      .replaceAll(JSON.stringify(hostname()), '"HOST"')
      .replaceAll(PRODUCT.version, 'VERSION'),
  ) as object;
}
