import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../src/core/document.ts';
import type { Incident } from '../../../src/core/incident.ts';
import { DAY, finding, HOUR, MINUTE, type Person, SECOND, World } from '../world.ts';

const ATTACKER: Person = { address: '89.208.58.114', country: 'RU', userAgent: 'curl/8' };

function attack(world: World, place = '/api/search', detection = 'injection-sql', person = ATTACKER): void {
  world.send(person, 'GET', place, { action: 'block', findings: [finding(detection)] });
}

function only(world: World): Incident {
  expect(world.titles()).toHaveLength(1);
  return world.incidents()[0]!;
}

describe('findings of inline detectors', () => {
  it('are one incident per actor, detection and endpoint, with a counter', () => {
    const world = new World();
    for (let i = 0; i < 7; i++) {
      attack(world);
      world.pass(MINUTE);
    }
    const incident = only(world);
    expect(incident).toMatchObject({
      title: 'SQL injection',
      detection: 'injection-sql',
      module: 'attack',
      family: 'api-attack',
      severity: 'high',
      status: 'open',
      result: 'attempt',
      count: 7,
      endpoint: 'GET shop.example.com/api/search',
      responseCodes: [[403, 7]],
    });
    expect(incident.lastSeen - incident.firstSeen).toBe(6 * MINUTE);
    expect(incident.why).not.toBe('');
    expect(incident.whatToDo).not.toBe('');
  });

  it('at other endpoints, of other kinds or by other actors are other incidents', () => {
    const world = new World();
    attack(world);
    attack(world, '/api/other');
    attack(world, '/api/search', 'xss');
    attack(world, '/api/search', 'injection-sql', { address: '203.0.113.9' });
    expect(world.titles()).toHaveLength(4);
  });

  it('succeed when a success reached the client, and then the incident says so', () => {
    const world = new World();
    attack(world);
    world.send(ATTACKER, 'GET', '/api/search', { findings: [finding('injection-sql')] });
    expect(only(world).result).toBe('succeeded');
    expect(world.events.map((event) => event.kind === 'incident' && event.change)).toContain('changed');
  });

  it('that are only a weak hint are none', () => {
    const world = new World();
    world.send(ATTACKER, 'GET', '/api/search', { findings: [finding('injection-sql', { confidence: 0.4 })] });
    expect(world.titles()).toEqual([]);
  });

  it('of exposed data belong to the endpoint and accuse nobody', () => {
    const world = new World();
    const exposed = finding('forbidden-data-exposure', {
      phase: 'response-body',
      action: 'mask',
      dataType: 'us-ssn',
      pointer: '/ssn',
      policy: { kind: 'data-policy', id: 'p', file: 'p.yaml', line: 1 },
    });
    for (let i = 0; i < 5; i++) {
      world.send({ address: `203.0.113.${i}` }, 'GET', '/api/users/7', { action: 'mask', findings: [exposed] });
    }
    const incident = only(world);
    expect(incident).toMatchObject({ module: 'data', family: 'data-leakage', result: 'attempt', count: 5 });
    expect(incident.whatHappened).toContain('us-ssn');
    expect(world.analysis.actor('ip:203.0.113.1', world.now)?.confidencePercent).toBe(0);
  });
});

describe('a transaction that was turned away', () => {
  it('for who sent it adds nothing to an incident', () => {
    const world = new World();
    const restricted = finding('restricted-actor', {
      location: 'connection',
      policy: { kind: 'restriction', id: 'r-1', file: '', line: 0 },
    });
    for (let i = 0; i < 60; i++) {
      world.send(ATTACKER, 'POST', '/api/login', { account: 'ann', action: 'block', findings: [restricted] });
      world.pass(SECOND);
    }
    expect(world.titles()).toEqual([]);
  });
});

describe('an incident', () => {
  it('holds the transactions before, at and after its moment', () => {
    const world = new World();
    for (let i = 0; i < 9; i++) {
      world.send(ATTACKER, 'GET', `/api/products/${i}`);
      world.send({ address: '203.0.113.1' }, 'GET', '/api/products/1');
      world.pass(SECOND);
    }
    attack(world);
    for (let i = 0; i < 9; i++) {
      world.pass(SECOND);
      world.send(ATTACKER, 'GET', `/api/orders/${i}`);
    }
    const { evidence } = only(world);
    expect(evidence.map(({ position }) => position)).toEqual([
      ...Array<string>(5).fill('before'),
      'trigger',
      ...Array<string>(5).fill('after'),
    ]);
    expect(new Set(evidence.map(({ clientAddress }) => clientAddress))).toEqual(new Set([ATTACKER.address]));
    expect(evidence[4]).toMatchObject({ path: '/api/products/8', status: 200, userAgent: 'curl/8' });
  });

  it('holds at most twenty pieces of evidence, with masked messages where they were kept', () => {
    const message = { rawHeaders: ['accept', '*/*'], body: '{"card":"****"}', isTruncated: false };
    const world = new World(1, [], { messagesOf: () => ({ request: message }) });
    for (let i = 0; i < 100; i++) attack(world);
    const { evidence, count } = only(world);
    expect(count).toBe(100);
    expect(evidence.length).toBeLessThanOrEqual(20);
    expect(evidence[0]!.request).toEqual(message);
  });

  it('is reopened by the same thing, not made twice, and says so', () => {
    const world = new World();
    attack(world);
    const { id } = only(world);
    world.analysis.changeIncident(id, { by: 'ann', status: 'resolved', comment: 'blocked at the edge' }, world.now);
    world.pass(2 * DAY);
    attack(world);
    const incident = only(world);
    expect(incident).toMatchObject({ id, status: 'open', count: 2 });
    expect(incident.history.map(({ what, by }) => `${what} by ${by}`)).toEqual([
      'opened by analysis',
      'status by ann',
      'reopened by analysis',
    ]);
    expect(incident.comments).toMatchObject([{ by: 'ann', text: 'blocked at the edge' }]);
  });

  it('is a new one when the old one has long been resolved', () => {
    const world = new World();
    attack(world);
    const { id } = only(world);
    world.analysis.changeIncident(id, { by: 'ann', status: 'resolved' }, world.now);
    world.pass(8 * DAY);
    attack(world);
    expect(world.incidents().map((one) => one.id)).toEqual([id.replace(/-1$/, '-2'), id]);
  });

  it('that people called a false positive or accepted stays closed and quiet', () => {
    for (const status of ['false-positive', 'accepted'] as const) {
      const world = new World();
      attack(world);
      const { id } = only(world);
      world.analysis.changeIncident(id, { by: 'ann', status }, world.now);
      const told = world.events.length;
      for (let i = 0; i < 50; i++) attack(world);
      expect(only(world).status).toBe(status);
      expect(world.events).toHaveLength(told);
    }
  });

  it('keeps assignee, tickets and every change of them', () => {
    const world = new World();
    attack(world);
    const { id } = only(world);
    world.analysis.changeIncident(id, { by: 'ann', assignee: 'bob', status: 'in-progress' }, world.now);
    world.analysis.changeIncident(id, { by: 'jira', ticket: 'jira:SEC-17' }, world.now);
    world.analysis.changeIncident(id, { by: 'ann', assignee: null }, world.now);
    const incident = only(world);
    expect(incident).toMatchObject({ status: 'in-progress', assignee: undefined, tickets: ['jira:SEC-17'] });
    expect(incident.history.map(({ what }) => what)).toEqual(['opened', 'status', 'assignee', 'ticket', 'assignee']);
    expect(world.analysis.changeIncident('inc-none-1', { by: 'ann' }, world.now)).toBeUndefined();
  });

  it('takes in what turns out to be its part, under one name', () => {
    const world = new World();
    for (let i = 0; i < 6; i++) attack(world, `/api/place${i}`, i % 2 === 0 ? 'xss' : 'injection-sql');
    const incident = only(world);
    expect(incident.detection).toBe('vulnerability-scanning');
    expect(incident.count).toBe(6);
    const changes = world.events.flatMap((event) => (event.kind === 'incident' ? [event.change] : []));
    expect(changes.filter((change) => change === 'opened')).toHaveLength(4);
    expect(changes.filter((change) => change === 'merged')).toHaveLength(3);
    const merged = world.events.find((event) => event.kind === 'incident' && event.change === 'merged');
    expect(merged).toMatchObject({ incident: { mergedInto: incident.id, status: 'resolved' } });
  });

  it('is found by every filter', () => {
    const world = new World();
    attack(world);
    world.pass(HOUR);
    attack(world, '/api/other', 'xss', { address: '203.0.113.9' });
    const found = (filter: Parameters<World['analysis']['incidents']>[0]) =>
      world.analysis.incidents(filter).items.map(({ detection }) => detection);
    expect(found({})).toEqual(['xss', 'injection-sql']);
    expect(found({ detection: 'xss' })).toEqual(['xss']);
    expect(found({ actor: 'ip:89.208.58.114' })).toEqual(['injection-sql']);
    expect(found({ endpoint: 'GET shop.example.com/api/other' })).toEqual(['xss']);
    expect(found({ since: world.now - MINUTE })).toEqual(['xss']);
    expect(found({ severity: ['critical'] })).toEqual([]);
    expect(found({ status: ['open'], module: 'attack', result: 'attempt', text: 'sql' })).toEqual(['injection-sql']);
    expect(world.analysis.incidents({}, 1, 1)).toMatchObject({ total: 2, items: [{ detection: 'injection-sql' }] });
  });
});

describe('a storm', () => {
  it('is bounded: the earliest incidents make room, closed ones first', () => {
    const world = new World();
    attack(world, '/api/kept', 'xss', { address: '10.9.9.9' });
    attack(world, '/api/closed', 'xss', { address: '10.9.9.8' });
    const closed = world.incidents().find(({ endpoint }) => endpoint.endsWith('/closed'))!;
    world.analysis.changeIncident(closed.id, { by: 'ann', status: 'resolved' }, world.now);
    for (let i = 0; i < 9_999; i++) {
      attack(world, '/api/search', 'xss', { address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` });
    }
    const { total } = world.analysis.incidents({}, 0, 0);
    expect(total).toBe(10_000);
    expect(world.analysis.incident(closed.id)).toBeUndefined();
    expect(world.analysis.incidents({ actor: 'ip:10.9.9.9' }).total).toBe(1);
  });
});

describe('what survives', () => {
  it('a restart: incidents, their actors, marks and what was learned', () => {
    const world = new World();
    attack(world);
    world.analysis.changeIncident(only(world).id, { by: 'ann', status: 'in-progress' }, world.now);
    const next = new World();
    next.analysis.restore(JSON.parse(JSON.stringify(world.analysis.dump())));
    expect(next.incidents()).toEqual(world.incidents());
    attack(next);
    expect(only(next)).toMatchObject({ id: only(world).id, count: 2, status: 'in-progress' });
    expect(next.analysis.actor('ip:89.208.58.114', next.now)!.confidencePercent).toBeGreaterThan(0);
  });
});

describe('two nodes', () => {
  it('see one attack that is spread over both, as the same incident', () => {
    const traces: [from: number, Parameters<World['analysis']['takeTrace']>[0]][] = [];
    const nodes = [0, 1].map((node) => new World(1, [], { onTrace: (trace) => traces.push([node, trace]) }));
    for (let i = 0; i < 5; i++) {
      const node = i % 2;
      for (const one of nodes) one.now += SECOND;
      nodes[node]!.send(ATTACKER, 'POST', '/api/login', { account: 'ann', status: 401 });
      for (const [from, trace] of traces.splice(0)) {
        nodes[1 - from]!.analysis.takeTrace(JSON.parse(JSON.stringify(trace)));
      }
    }
    const [a, b] = nodes.map(only);
    expect(a!.detection).toBe('brute-force');
    expect(b!.id).toBe(a!.id);
    expect(b!.count).toBe(a!.count);
  });
});

describe('another version of the policy', () => {
  it('keeps windows that are under way, and gives incidents its words', () => {
    const world = new World();
    const guess = (times: number): void => {
      for (let i = 0; i < times; i++) {
        world.pass(SECOND);
        world.send(ATTACKER, 'POST', '/api/login', { account: 'ann', status: 401 });
      }
    };
    guess(4);
    const documents = world.documents.map((document) =>
      document.kind === 'scenario' && document.id === 'brute-force' ? { ...document, title: 'Guessing' } : document,
    );
    world.analysis.load({ version: 'next', documents });
    guess(1);
    expect(world.titles()).toEqual(['Guessing']);
  });

  it('with other numbers begins its windows anew', () => {
    const world = new World();
    for (let i = 0; i < 4; i++) world.send(ATTACKER, 'POST', '/api/login', { account: 'ann', status: 401 });
    const documents = world.documents.map((document) =>
      document.kind === 'scenario' && document.pattern.kind === 'failed-logins'
        ? { ...document, pattern: { ...document.pattern, limits: [{ seconds: 10, failures: 3 }] } }
        : document,
    );
    world.analysis.load({ version: 'next', documents });
    for (let i = 0; i < 2; i++) world.send(ATTACKER, 'POST', '/api/login', { account: 'ann', status: 401 });
    expect(world.titles()).toEqual([]);
    world.send(ATTACKER, 'POST', '/api/login', { account: 'ann', status: 401 });
    expect(world.titles()).toHaveLength(1);
  });
});

describe('an exception that names a scenario', () => {
  it('holds for its place and until its end', () => {
    const exception = (endpoint: string, expires: string): PolicyDocument => ({
      kind: 'exception',
      id: 'e',
      description: '',
      enabled: true,
      source: { file: 'e.yaml', line: 1, column: 1 },
      detector: 'brute-force',
      match: { endpoint: [endpoint], actor: undefined, pointer: [], location: [], dataTypes: [] },
      reason: 'a monitor that logs in with a wrong password',
      expires,
    });
    for (const [endpoint, expires, incidents] of [
      ['POST /api/login', '2027-01-01', 0],
      ['POST /api/other', '2027-01-01', 1],
      ['POST /api/login', '2026-01-01', 1],
    ] as const) {
      const world = new World(1, [exception(endpoint, expires)]);
      for (let i = 0; i < 8; i++) world.send(ATTACKER, 'POST', '/api/login', { account: 'ann', status: 401 });
      expect(world.titles()).toHaveLength(incidents);
    }
  });
});

describe('records without an observation', () => {
  it('still tell guessing at a login by its path', () => {
    const world = new World();
    for (let i = 0; i < 6; i++) {
      const { observation, ...record } = world.record(ATTACKER, 'POST', '/api/login', { status: 401 });
      world.analysis.take(record);
      world.pass(SECOND);
    }
    expect(world.titles()).toEqual(['Brute force - password guessing']);
  });
});
