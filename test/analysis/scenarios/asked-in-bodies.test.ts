// Objects, people and codes that are asked for in bodies, variables of GraphQL and second factors: the attack and its look-alike.
import { describe, expect, it } from 'vitest';
import { customer } from '../shop.ts';
import { type Person, SECOND, World } from '../world.ts';

const THIEF: Person = { address: '89.208.58.114', userAgent: 'python-requests/2.31' };
const detections = (world: World): string[] => world.incidents().map(({ detection }) => detection);
const own = (n: number): string[] => [0, 1, 2].map((i) => String(7_000 + n * 3 + i));

/** Everybody asks for the balance of its own three accounts, as the list gave them. */
function balances(ask: (world: World, person: Person, id: string) => void): World {
  const world = new World(31);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 80; n++) {
      world.send(customer(n), 'GET', '/api/accounts', { answer: { items: own(n).map((id) => ({ id })) } });
      for (const id of own(n)) ask(world, customer(n), id);
      world.pass(20 * SECOND);
    }
  }
  expect(world.titles()).toEqual([]);
  return world;
}

const byVariable = (world: World, person: Person, id: string): void => {
  const record = world.record(person, 'POST', '/graphql', { body: { 'variables/invoiceId': id } });
  world.analysis.take({ ...record, observation: { ...record.observation!, graphqlOperation: 'query Invoice' } });
};

describe('an object named in the body', () => {
  const byBody = (world: World, person: Person, accountId: string): void =>
    void world.send(person, 'POST', '/api/balance', { body: { accountId } });

  it('of another user is told at once, where each has one owner', () => {
    const world = balances(byBody);
    byBody(world, customer(3), own(9)[1]!);
    expect(detections(world)).toEqual(['bola-ownership']);
    expect(world.incidents()[0]).toMatchObject({ endpoint: 'POST shop.example.com/api/balance', owasp: ['API1:2023'] });
  });

  it('that is the caller’s own, with a new id for every request beside it, is nothing', () => {
    const world = balances(byBody);
    for (let i = 0; i < 120; i++) {
      world.send(customer(4), 'POST', '/api/events', { body: { eventId: `e-${i}`, kind: 'opened' }, status: 202 });
      world.pass(300);
    }
    expect(world.titles()).toEqual([]);
  });

  it('of another user, in variables of a GraphQL operation, is told with the operation', () => {
    const world = balances(byVariable);
    byVariable(world, customer(3), own(9)[1]!);
    expect(detections(world)).toEqual(['bola-ownership']);
    expect(world.incidents()[0]!.endpoint).toBe('POST shop.example.com/graphql#query Invoice');
  });
});

describe('objects that a team shares, in variables of a GraphQL query', () => {
  it('are taken one after the other by somebody who reads ten times as many as anybody', () => {
    const world = new World(33);
    const read = (person: Person, times: number): void => {
      for (let i = 0; i < times; i++) {
        byVariable(world, person, `inv_${world.between(1, 9_000)}`);
        world.pass(10 * SECOND);
      }
    };
    for (let round = 0; round < 4; round++) for (let n = 0; n < 40; n++) read(customer(n), 1 + (n % 4));
    expect(world.titles()).toEqual([]);
    read(customer(50), 45);
    expect(detections(world)).toEqual(['bola-unique-objects']);
  });
});

describe('an object named in a header, or in a batch', () => {
  it('of another user is told at once', () => {
    const byHeader = (world: World, person: Person, id: string): void =>
      void world.send(person, 'GET', '/api/billing', { headers: { 'x-account-id': id } });
    const world = balances(byHeader);
    byHeader(world, customer(3), own(9)[1]!);
    expect(detections(world)).toEqual(['bola-ownership']);
  });

  it('of another user is told at once, though the first of the batch is the caller’s own', () => {
    const world = balances((one, person, id) => void one.send(person, 'POST', '/api/batch', { body: { ids: [id] } }));
    world.send(customer(3), 'POST', '/api/batch', { body: { ids: own(3) } });
    expect(detections(world)).toEqual([]);
    world.send(customer(3), 'POST', '/api/batch', { body: { ids: [own(3)[0], own(9)[1], own(9)[2]] } });
    expect(detections(world)).toEqual(['bola-ownership']);
  });
});

describe('another method at the address of an object', () => {
  const cards = (): World =>
    balances((world, person, id) => void world.send(person, 'GET', `/api/cards/${id}`, { answer: { id } }));

  it('deletes what belongs to somebody else', () => {
    const world = cards();
    world.send(customer(3), 'DELETE', `/api/cards/${own(9)[0]}`, { status: 204 });
    expect(detections(world)).toEqual(['bola-ownership']);
  });

  it('deletes the caller’s own, or what a role may that never reads there', () => {
    const world = cards();
    world.send(customer(3), 'DELETE', `/api/cards/${own(3)[0]}`, { status: 204 });
    world.send({ subject: 'cleaner', role: 'janitor', address: '192.0.2.77' }, 'DELETE', `/api/cards/${own(9)[0]}`, {});
    expect(world.titles()).toEqual([]);
  });
});

describe('names that are looked up', () => {
  it('e-mails at a reset, one every three seconds, are an enumeration', () => {
    const world = new World(33);
    for (let i = 0; i < 80; i++) {
      const status = i % 5 === 0 ? 202 : 404;
      world.send(THIEF, 'POST', '/api/password-reset', { body: { email: `user${i}@mail.example` }, status });
      world.pass(3 * SECOND);
    }
    expect(detections(world)).toEqual(['enumeration']);
    expect(world.incidents()[0]!.whatHappened).toMatch(
      /^IP 89.208.58.114 tried \d+ different values of \/email at POST/,
    );
  });

  it('a partner that imports hundreds of customers, and a Monday of resets, are none', () => {
    const world = new World(34);
    for (let i = 0; i < 300; i++) {
      world.send({ apiKey: 'key:partner', address: '185.60.112.9' }, 'POST', '/api/customers', {
        body: { email: `new${i}@mail.example`, phone: `+49151${i}` },
        status: i % 20 === 0 ? 409 : 201,
      });
      const visitor = { address: `198.18.${i % 200}.4` };
      world.send(visitor, 'POST', '/api/password-reset', { body: { email: `u${i}@mail.example` }, status: 202 });
      world.pass(SECOND);
    }
    expect(world.titles()).toEqual([]);
  });
});

describe('second factors', () => {
  const tryCode = (world: World, person: Person, challengeId: string, code: string, status: number): void =>
    void world.send(person, 'POST', '/api/otp/verify', { body: { challengeId, code }, status });

  it('sixty codes for one challenge are guessed', () => {
    const world = new World(35);
    for (let i = 0; i < 60; i++) {
      tryCode(world, THIEF, 'c-99182', String(100_000 + i), 422);
      world.pass(1.3 * SECOND);
    }
    expect(detections(world)).toEqual(['brute-force']);
    expect(world.incidents()[0]).toMatchObject({ result: 'attempt', owasp: ['API2:2023'] });
  });

  it('an office where everybody mistypes one', () => {
    const world = new World(36);
    for (let i = 0; i < 60; i++) {
      const person = { address: '62.96.10.4' };
      if (i % 3 === 0) tryCode(world, person, `c-${5_000 + i}`, '123456', 422);
      world.pass(2 * SECOND);
      tryCode(world, person, `c-${5_000 + i}`, '654321', 200);
      world.pass(2 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });
});
