import { describe, expect, it } from 'vitest';
import { Actors } from '../../../src/analysis/actors/actors.ts';
import type { Occurrence } from '../../../src/analysis/scenarios/occurrence.ts';
import { customer, login } from '../shop.ts';
import { DAY, finding, type Person, SECOND, START, World } from '../world.ts';

const THIEF: Person = { address: '89.208.58.114', country: 'RU', network: 49352, userAgent: 'python-requests/2.31' };

function guess(world: World, times: number): void {
  for (let i = 0; i < times; i++) {
    login(world, THIEF, 'ann@example.com', false);
    world.pass(SECOND);
  }
}

describe('the confidence of an actor', () => {
  it('is the noisy-OR of its addends, which are shown', () => {
    const world = new World();
    guess(world, 6);
    world.send(THIEF, 'GET', '/api/search', { action: 'block', findings: [finding('injection-sql')] });
    const profile = world.analysis.actor('ip:89.208.58.114', world.now)!;
    expect(profile.addends.map(({ detection }) => detection).sort()).toEqual(['brute-force', 'injection-sql']);
    const miss = profile.addends.reduce(
      (product, { weight, quality, decay }) => product * (1 - weight * quality * decay),
      1,
    );
    expect(profile.confidencePercent).toBe(Math.round((1 - miss) * 100));
    expect(profile.confidencePercent).toBeGreaterThan(60);
    expect(profile).toMatchObject({ country: 'RU', network: 'AS49352' });
  });

  it('halves every 24 hours', () => {
    const world = new World();
    guess(world, 20);
    const at = (days: number): number => {
      const { addends } = world.analysis.actor('ip:89.208.58.114', world.now + days * DAY)!;
      return addends[0]!.weight * addends[0]!.quality * addends[0]!.decay;
    };
    expect(at(1) / at(0)).toBeCloseTo(0.5, 3);
    expect(at(3) / at(0)).toBeCloseTo(0.125, 3);
  });

  it('is more for a success than for an attempt, and less for an identity that is easily forged', () => {
    const confidence = (person: Person, key: string, isSuccess: boolean): number => {
      const world = new World();
      const sent = isSuccess ? {} : ({ action: 'block' } as const);
      world.send(person, 'GET', '/api/search', { ...sent, findings: [finding('injection-sql')] });
      return world.analysis.actor(key, world.now)!.confidencePercent;
    };
    const ann = customer(1);
    const key = `subject:${ann.subject}`;
    expect(confidence(ann, key, true)).toBeGreaterThan(confidence(ann, key, false));
    expect(confidence(ann, `ip:${ann.address}`, true)).toBeLessThan(confidence(ann, key, true));
  });

  it('falls when people mark a false positive, for this actor at once and for the detector by its precision', () => {
    const world = new World();
    const other: Person = { address: '203.0.113.9' };
    for (const person of [THIEF, other]) {
      world.send(person, 'GET', '/api/search', { action: 'block', findings: [finding('injection-sql')] });
    }
    const of = (person: Person): number => world.analysis.actor(`ip:${person.address}`, world.now)!.confidencePercent;
    const before = of(other);
    const incident = world.incidents().find(({ actors }) => actors[0]!.id === THIEF.address)!;
    world.analysis.changeIncident(incident.id, { by: 'ann', status: 'false-positive' }, world.now);
    expect(of(THIEF)).toBe(0);
    expect(of(other)).toBeLessThan(before);
    expect(world.analysis.precisions()).toEqual([
      { detection: 'injection-sql', right: 0, wrong: 1, shipped: 0.85, now: 8.5 / 11 },
    ]);
    world.analysis.changeIncident(incident.id, { by: 'ann', status: 'open' }, world.now);
    expect(of(other)).toBe(before);
  });
});

describe('the profile of an actor', () => {
  it('tells its addresses, clients, endpoints, data, links, incidents and course', () => {
    const world = new World();
    const ann: Person = { ...customer(1), session: 'session:1' };
    world.send(ann, 'GET', '/api/orders', { sensitive: 4 });
    world.pass(SECOND);
    world.send(
      { ...ann, address: '203.0.113.5', userAgent: 'Firefox', country: 'FR', network: 3215 },
      'GET',
      '/api/me',
      {},
    );
    world.send(ann, 'GET', '/api/search', { action: 'block', findings: [finding('xss')] });
    const profile = world.analysis.actor(`subject:${ann.subject}`, world.now)!;
    expect(profile.transactions).toBe(3);
    expect(profile.blocked).toBe(1);
    expect(profile.addresses.map(({ what, country }) => [what, country])).toEqual(
      expect.arrayContaining([
        ['203.0.113.5', 'FR'],
        [ann.address, 'DE'],
      ]),
    );
    expect(profile.userAgents.map(({ what }) => what)).toContain('Firefox');
    expect(profile.endpoints.map(({ what }) => what)).toContain('GET shop.example.com/api/me');
    expect(profile.dataTypes).toMatchObject([{ what: 'email', count: 4 }]);
    expect(profile.linked.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['session:session:1', `ip:${ann.address}`, 'ip:203.0.113.5']),
    );
    expect(profile.incidents).toEqual(world.incidents().map(({ id }) => id));
    expect(profile.timeline.map(({ kind }) => kind)).toEqual(['incident', 'first-seen']);
  });

  it('counts who else came from an address, also when there are hundreds', () => {
    const world = new World();
    for (let n = 0; n < 412; n++) world.send({ ...customer(n), address: '62.96.10.4' }, 'GET', '/api/products', {});
    const { othersPerDay } = world.analysis.actor('ip:62.96.10.4', world.now)!;
    expect(othersPerDay).toBeGreaterThan(412 * 0.9);
    expect(othersPerDay).toBeLessThan(412 * 1.1);
  });

  it('lists the most suspect first, and finds by kind, text and confidence', () => {
    const world = new World();
    world.send(customer(1), 'GET', '/api/products', {});
    guess(world, 8);
    const { total, items } = world.analysis.actors({}, world.now, 0, 2);
    expect(total).toBe(3);
    expect(items[0]!.key).toBe('ip:89.208.58.114');
    expect(world.analysis.actors({ kind: 'subject' }, world.now).items.map(({ key }) => key)).toEqual([
      'subject:customer1@example.com',
    ]);
    expect(world.analysis.actors({ confidenceMin: 30 }, world.now).total).toBe(1);
    expect(world.analysis.actors({ text: 'customer1' }, world.now).total).toBe(1);
  });
});

describe('the table of actors', () => {
  it('is bounded, and keeps whom an incident names', () => {
    const actors = new Actors({ actorsMax: 1_000, precisionOf: () => 0.9, statusOf: () => 'open' });
    const world = new World();
    guess(world, 8);
    const incident = world.incidents()[0]!;
    actors.accuse(incident, START);
    for (let i = 0; i < 20_000; i++) {
      const actor = { kind: 'ip', id: `10.0.${i >> 8}.${i & 255}`, isVerified: true } as const;
      const one = { actor, key: `ip:${actor.id}`, share: 1 };
      actors.take({
        at: START + i * 100,
        endpoint: 'GET /x',
        status: 200,
        action: 'allow',
        isAccepted: true,
        userAgent: `agent ${i}`,
        dataTypes: [],
        actors: [one],
      } as unknown as Occurrence);
    }
    expect(actors.size).toBe(1_000);
    expect(actors.evicted).toBe(19_001);
    expect(actors.get('ip:89.208.58.114', START)!.confidencePercent).toBeGreaterThan(0);
    expect(actors.get('ip:10.0.78.31', START)!.userAgents).toMatchObject([{ what: 'agent 19999' }]);
  });
});
