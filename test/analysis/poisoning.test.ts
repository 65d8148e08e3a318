// Somebody who knows that it is watched teaches slowly: before anything is known, and after. What one or two do does not become
// normal, what three do for hours does.
import { describe, expect, it } from 'vitest';
import { Learner } from '../../src/analysis/learning/learner.ts';
import type { LearnedField } from '../../src/core/learned-endpoint.ts';
import { customer } from './shop.ts';
import { HOUR, MINUTE, type Person, SECOND, World } from './world.ts';

const detections = (world: World): string[] => world.incidents().map(({ detection }) => detection);
const mallory: Person = { ...customer(99), subject: 'mallory', address: '203.0.113.66' };
const order = (world: World, person: Person, body: Readonly<Record<string, unknown>>): void =>
  void world.send(person, 'POST', '/api/orders', { body: { product: 'tea', ...body } });

/** Thirty customers order between one and five of something, for so many hours. */
function shop(world: World, hours: number, also: (hour: number) => void = () => {}): void {
  for (let hour = 0; hour < hours; hour++) {
    for (let n = 0; n < 30; n++) {
      order(world, customer(n), { quantity: 1 + ((n + hour) % 5), shipping: n % 2 === 0 ? 'standard' : 'express' });
      world.pass(MINUTE);
    }
    also(hour);
    world.pass(HOUR / 2);
  }
}

describe('values that grow slowly', () => {
  it('of one caller, while it is learned: they are told as soon as enough is known', () => {
    const world = new World(1);
    shop(world, 9, (hour) => order(world, mallory, { quantity: -1 - hour, shipping: 'free' }));
    order(world, customer(7), { quantity: -3, shipping: 'standard' });
    expect(detections(world)).toContain('data-tampering');
  });

  it('of one caller, each only a few times the last: the bound of all others stays', () => {
    const world = new World(2);
    shop(world, 9);
    let quantity = 5;
    for (let step = 0; step < 8; step++) {
      quantity *= 5;
      order(world, mallory, { quantity, shipping: 'standard' });
      world.pass(HOUR);
    }
    expect(detections(world)).toContain('data-tampering');
    expect(world.incidents()[0]!.whatHappened).toContain('numbers from 1 to 5');
  });

  it('of three callers, over hours: they are the new normal, and nobody is accused afterwards', () => {
    const world = new World(3);
    shop(world, 9, (hour) => {
      for (let n = 0; n < 3; n++) order(world, customer(n), { quantity: 5 + hour * 5, shipping: 'standard' });
    });
    order(world, customer(9), { quantity: 250, shipping: 'standard' });
    expect(world.titles()).toEqual([]);
  });
});

describe('fields and words that are new', () => {
  const learned = (senders: number, hours: number): readonly LearnedField[] => {
    const world = new World(4);
    const learner = new Learner();
    for (let hour = 0; hour < hours; hour++) {
      for (let n = 0; n < 10; n++) {
        const extra = n < senders ? { isAdmin: true, shipping: 'free' } : { shipping: 'standard' };
        for (let i = 0; i < 20; i++) {
          const body = { quantity: 1, ...(i % 2 === 0 ? extra : { shipping: 'standard' }) };
          learner.take(world.record(customer(n), 'POST', '/api/orders', { status: 201, body }));
        }
      }
      world.pass(HOUR);
    }
    return learner.endpoints()[0]!.request!.fields;
  };
  const field = (fields: readonly LearnedField[], pointer: string): LearnedField | undefined =>
    fields.find((one) => one.pointer === pointer);

  it('of two callers, hundreds of times over a day, are not normal', () => {
    const fields = learned(2, 24);
    expect(field(fields, '/isAdmin')?.isNormal).toBe(false);
    expect(field(fields, '/quantity')?.isNormal).toBe(true);
    expect(field(fields, '/shipping')?.words ?? []).not.toContain('free');
  });

  it('of three callers within four hours are not either, and of three over five hours they are', () => {
    expect(field(learned(3, 4), '/isAdmin')?.isNormal).toBe(false);
    const fields = learned(3, 5);
    expect(field(fields, '/isAdmin')?.isNormal).toBe(true);
    expect(field(fields, '/shipping')?.words).toEqual(['free', 'standard']);
  });
});

describe('objects of others', () => {
  const accounts = (seed: number): World => {
    const world = new World(seed);
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 80; n++) {
        for (let i = 0; i < 3; i++) world.send(customer(n), 'GET', `/api/accounts/${1_000 + n * 3 + i}`);
        world.pass(10 * SECOND);
      }
    }
    expect(world.titles()).toEqual([]);
    return world;
  };
  const read = (world: World, person: Person, n: number): void =>
    void world.send(person, 'GET', `/api/accounts/${1_000 + n * 3}`);

  it('read one an hour by one caller do not become shared, nor does the place', () => {
    const world = accounts(5);
    for (let n = 10; n < 30; n++) {
      read(world, customer(7), n);
      world.pass(HOUR);
    }
    expect(detections(world)).toEqual(['bola-ownership']);
    read(world, customer(8), 40);
    expect(detections(world)).toEqual(['bola-ownership', 'bola-ownership']);
  });

  it('read by four new accounts, one or two each, do not hide the fifth', () => {
    const world = accounts(6);
    for (let sybil = 0; sybil < 4; sybil++) {
      for (let i = 0; i < 2; i++) read(world, { subject: `new${sybil}`, address: '203.0.113.7' }, 10 + sybil * 2 + i);
      world.pass(HOUR);
    }
    read(world, customer(8), 40);
    const accused = world.incidents().flatMap(({ actors }) => actors.map(({ id }) => id));
    expect(accused).toContain(customer(8).subject);
  });
});

describe('a function that a role does not have', () => {
  it('is not learned by being used: the next of that role is told as well', () => {
    const world = new World(7);
    for (let i = 0; i < 600; i++) {
      world.send(customer(i % 60), 'GET', '/api/orders');
      if (i % 3 === 0) {
        const person: Person = { subject: `agent${i % 5}`, role: 'support', address: '192.0.2.9' };
        world.send(person, 'DELETE', `/api/users/${i % 40}`, { status: 204 });
      }
      world.pass(10 * SECOND);
    }
    for (let i = 0; i < 30; i++) {
      world.send(customer(3), 'DELETE', `/api/users/${i}`, { status: 204 });
      world.pass(HOUR);
    }
    world.send(customer(4), 'DELETE', '/api/users/7', { status: 204 });
    const of = (n: number): string[] =>
      world
        .incidents()
        .flatMap(({ detection, actors }) => (actors.some(({ id }) => id === customer(n).subject) ? [detection] : []));
    expect(of(3)).toContain('bfla');
    expect(of(4)).toContain('bfla');
  });
});
