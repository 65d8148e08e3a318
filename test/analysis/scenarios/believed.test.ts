// A token that nobody looks at names nobody: made-up ones hide no attacker among many users, and open no place that is closed.
import { describe, expect, it } from 'vitest';
import { customer } from '../shop.ts';
import { type Person, SECOND, World } from '../world.ts';

const detections = (world: World): string[] => world.incidents().map(({ detection }) => detection);
const SECRET = { sensitive: 1, dataType: 'us-ssn', answer: { id: '7' } };
const madeUp = (n: number, address = '89.208.58.114'): Person => ({ apiKey: `token:made-up-${n}`, address });
const issued = (n: number, address = `203.0.113.${n}`): Person => ({ apiKey: `token:issued-${n}`, address });

/** Guides are everybody's; orders are asked for with a token, and are refused without one. */
function shop(): World {
  const world = new World(51);
  for (let i = 0; i < 200; i++) {
    world.send({ address: `198.18.0.${i % 90}` }, 'GET', `/api/guides/${i % 40}`, { answer: { id: String(i % 40) } });
    world.send(issued(i % 40), 'GET', '/api/orders', { answer: { total: 3 } });
    world.send({ address: `198.18.0.${i % 90}` }, 'GET', '/api/orders', { status: 401 });
    world.pass(SECOND);
  }
  expect(world.titles()).toEqual([]);
  return world;
}

describe('made-up tokens', () => {
  const walk = (world: World, person: (i: number) => Person): void => {
    for (let i = 0; i < 150; i++) {
      world.send(person(i), 'GET', `/api/guides/${5_000 + i}`, { status: 404 });
      world.pass(SECOND);
    }
  };

  it('a few requests with each, hide no address that tries one number after the other', () => {
    const world = shop();
    walk(world, (i) => madeUp(Math.floor(i / 4)));
    expect(detections(world)).toEqual(['enumeration']);
    expect(world.incidents()[0]!.actors).toEqual([{ kind: 'ip', id: '89.208.58.114', isVerified: true }]);
  });

  it('are no tokens of an office, whose people were accepted where others are refused', () => {
    const world = shop();
    const office = '62.96.10.4';
    for (let n = 0; n < 40; n++) world.send(issued(n, office), 'GET', '/api/orders', { answer: { total: 3 } });
    walk(world, (i) => issued(i % 40, office));
    expect(world.titles()).toEqual([]);
  });
});

describe('a place that asks nobody', () => {
  const missing = (world: World): string[] => detections(world).filter((id) => id.endsWith('-authentication'));

  it('is told, though nearly all who come bring a made-up token', () => {
    const world = shop();
    for (let i = 0; i < 4; i++) world.send({ address: `198.18.1.${i}` }, 'GET', '/api/payroll', SECRET);
    for (let i = 0; i < 60; i++) {
      world.send(madeUp(i), 'GET', '/api/payroll', SECRET);
      world.pass(10 * SECOND);
    }
    expect(missing(world)).toEqual(['missing-authentication']);
    expect(world.incidents().find(({ detection }) => detection === 'missing-authentication')!.count).toBeGreaterThan(
      50,
    );
  });

  it('is told, when it takes tokens that were refused elsewhere and never given out', () => {
    const world = shop();
    for (let i = 0; i < 10; i++) {
      world.send(madeUp(i), 'GET', '/api/orders', { status: 401 });
      world.send(madeUp(i), 'GET', '/api/payroll', SECRET);
    }
    expect(missing(world)).toEqual(['missing-authentication']);
  });

  it('is none where tokens are looked at, where an error comes with a 200, or where the signature was checked', () => {
    const world = shop();
    for (let i = 0; i < 60; i++) {
      world.send(issued(i % 40), 'GET', '/api/payroll', SECRET);
      world.send(madeUp(i), 'GET', '/api/payroll', { status: 401 });
      world.send({ address: '198.18.1.1' }, 'GET', '/api/balance', { answer: { id: '0', error: 'log in first' } });
      world.send(issued(i % 40), 'GET', '/api/balance', SECRET);
      world.send({ address: '198.18.1.1' }, 'GET', '/api/news', { answer: { id: '1' } });
      world.send(customer(i), 'GET', '/api/news', SECRET);
      world.pass(SECOND);
    }
    expect(missing(world)).toEqual([]);
  });

  it('that was mended believes tokens again', () => {
    const world = shop();
    for (let i = 0; i < 6; i++) world.send({ address: `198.18.1.${i}` }, 'GET', '/api/payroll', SECRET);
    for (let i = 0; i < 6; i++) world.send({ address: `198.18.1.${i}` }, 'GET', '/api/payroll', { status: 401 });
    for (let i = 0; i < 30; i++) world.send(issued(100 + i), 'GET', '/api/payroll', SECRET);
    const incident = world.incidents().find(({ detection }) => detection === 'missing-authentication')!;
    expect(incident.status).toBe('resolved');
  });
});
