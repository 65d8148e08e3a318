import { afterEach, describe, expect, it } from 'vitest';
import { jira, serviceNow } from './ticket-vendors.ts';
import { incident, START, settingsOf, World } from './world.ts';

const ID = incident().id;
const worlds: World[] = [];
const servers: { down(): Promise<void> }[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
  for (const server of servers.splice(0)) await server.down();
});

const begin = async <V extends ReturnType<typeof jira> | ReturnType<typeof serviceNow>>(vendor: V) => {
  const world = new World();
  worlds.push(world);
  servers.push(vendor.server);
  await vendor.server.up();
  const settings = settingsOf(vendor.settings(vendor.server.url));
  return { vendor, world, settings, sinks: world.open(settings) };
};

describe.each(['cloud', 'data-center'] as const)('a ticket in Jira %s', (deployment) => {
  it('is made once, commented, and moved on as the incident is', async () => {
    const { vendor, world, sinks } = await begin(jira(deployment));
    sinks.send({ sink: 'it', incident: incident({ count: 1 }) });
    sinks.send({ sink: 'it', incident: incident({ count: 2 }) });
    await world.drain(sinks);
    expect(world.tickets).toEqual([`${ID} jira:SEC-1`]);
    expect([...vendor.issues.values()]).toMatchObject([{ key: 'SEC-1', status: 'To Do', comments: { length: 1 } }]);
    sinks.follow(incident({ status: 'in-progress' }));
    await world.drain(sinks);
    expect(vendor.issues.get('SEC-1')).toMatchObject({ status: 'In Progress', comments: { length: 2 } });
    sinks.follow(incident({ status: 'resolved' }));
    await world.drain(sinks);
    expect(vendor.issues.get('SEC-1')!.status).toBe('Done');
  });

  it('comes back as a status when a person moves it, and is not moved back', async () => {
    const { vendor, world, sinks } = await begin(jira(deployment));
    sinks.send({ sink: 'it', incident: incident() });
    await world.drain(sinks);
    vendor.issues.get('SEC-1')!.status = 'In Progress';
    await world.pass(sinks, 61_000);
    expect(world.statuses).toEqual([
      { sink: 'it', incident: ID, status: 'in-progress', ticket: 'jira:SEC-1', theirs: 'In Progress' },
    ]);
    // The analyst follows the change; this sink is where it came from and needs no telling.
    sinks.follow(incident({ status: 'in-progress' }));
    await world.pass(sinks, 61_000);
    expect(world.statuses).toHaveLength(1);
    expect(vendor.issues.get('SEC-1')).toMatchObject({ status: 'In Progress', comments: { length: 0 } });
    vendor.issues.get('SEC-1')!.status = "Won't Do";
    await world.pass(sinks, 61_000);
    expect(world.statuses.at(-1)).toMatchObject({ status: 'false-positive', theirs: "Won't Do" });
  });

  it('is found again when its making was not heard of', async () => {
    const { vendor, world, settings, sinks } = await begin(jira(deployment));
    sinks.send({ sink: 'it', incident: incident() });
    await world.drain(sinks);
    await sinks.close();
    // The same message in a new data folder: as if the answer and the ledger had been lost.
    const other = new World();
    worlds.push(other);
    const again = other.open(settings);
    again.send({ sink: 'it', incident: incident() });
    await other.drain(again);
    expect(vendor.issues.size).toBe(1);
    expect(other.tickets).toEqual([`${ID} jira:SEC-1`]);
  });

  it('is not made again when somebody deleted it', async () => {
    const { vendor, world, sinks } = await begin(jira(deployment));
    sinks.send({ sink: 'it', incident: incident() });
    await world.drain(sinks);
    vendor.issues.clear();
    sinks.send({ sink: 'it', incident: incident({ count: 2 }) });
    await world.drain(sinks);
    expect(vendor.issues.size).toBe(0);
    expect(sinks.states()).toMatchObject([{ dropped: { refused: 1 }, lastFailure: { code: 'TICKET_GONE' } }]);
  });

  it('shows as text what an attacker wrote as markup', async () => {
    const { vendor, world, sinks } = await begin(jira(deployment));
    sinks.send({ sink: 'it', incident: incident({ whatHappened: '{noformat} [x|http://evil] !http://evil/i.png!' }) });
    await world.drain(sinks);
    const { description } = vendor.issues.get('SEC-1')!.fields;
    if (typeof description === 'string') expect(description.match(/\{noformat\}/g)).toHaveLength(2);
    else expect(JSON.stringify(description)).not.toMatch(/"type":"(?:link|media|inlineCard)/);
    expect(vendor.server.problems).toEqual([]);
  });
});

describe('a record in ServiceNow', () => {
  it('is made once, noted, resolved with a code, and comes back as a status', async () => {
    const { vendor, world, sinks } = await begin(serviceNow());
    sinks.send({ sink: 'it', incident: incident({ count: 1 }) });
    sinks.send({ sink: 'it', incident: incident({ count: 2 }) });
    await world.drain(sinks);
    const [row] = [...vendor.rows.values()];
    expect(vendor.rows.size).toBe(1);
    expect(row).toMatchObject({ number: 'INC0010001', state: '1', work_notes: { length: 1 } });
    expect(world.tickets).toEqual([`${ID} servicenow:INC0010001`]);
    row!.state = '2';
    await world.pass(sinks, 61_000);
    expect(world.statuses).toMatchObject([{ status: 'in-progress', theirs: '2', ticket: 'servicenow:INC0010001' }]);
    sinks.follow(incident({ status: 'resolved' }));
    await world.drain(sinks);
    expect(row!.state).toBe('6');
    expect(vendor.server.problems).toEqual([]);
  });

  it('does not undo what a person did there by a message that is older', async () => {
    const { vendor, world, sinks } = await begin(serviceNow());
    sinks.send({ sink: 'it', incident: incident() });
    await world.drain(sinks);
    const [row] = [...vendor.rows.values()];
    await world.pass(sinks, 50_000);
    vendor.server.faults = [{ status: 503 }];
    sinks.send({ sink: 'it', incident: incident({ count: 2 }) });
    await sinks.tick();
    row!.state = '7';
    world.now = START + 120_000;
    vendor.server.faults = [{ status: 503, headers: { 'retry-after': '300' } }];
    await sinks.tick();
    await world.pass(sinks, 400_000);
    expect(sinks.states()).toMatchObject([{ queuedMessages: 0 }]);
    expect(row!.state).toBe('7');
    expect(world.statuses).toMatchObject([{ status: 'resolved', theirs: '7' }]);
  });

  it('shows no HTML', async () => {
    const { vendor, world, sinks } = await begin(serviceNow());
    sinks.send({ sink: 'it', incident: incident({ whatHappened: '[code]<script>1</script>[/code]' }) });
    await world.drain(sinks);
    expect([...vendor.rows.values()][0]!.fields.description).not.toMatch(/\[\/?code/);
  });
});
