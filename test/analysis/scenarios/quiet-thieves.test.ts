// Attackers who take care: a token in two hands from its first uses on, numbers that are no slip, a scan below every rate.
import { describe, expect, it } from 'vitest';
import { customer } from '../shop.ts';
import { HOUR, hashed, type Person, SECOND, World } from '../world.ts';

const detections = (world: World): string[] => world.incidents().map(({ detection }) => detection);
const THIEF = { address: '45.9.148.99', network: 57043, country: 'DE', userAgent: 'curl/8.5.0' };

/** A request with a JWT, known by its signature. */
function use(world: World, person: Person, token: string, path = '/api/orders', method = 'GET'): void {
  const record = world.record(person, method, path, {});
  const observation = record.observation!;
  const claims = [...observation.claims, { name: 'token', hash: hashed(token), word: undefined }];
  world.analysis.take({ ...record, observation: { ...observation, claims } });
  world.pass(10 * SECOND);
}

describe('one token in two hands', () => {
  it('is stolen when two clients keep to a network each, at the same time', () => {
    const world = new World(41);
    const owner = customer(5);
    for (let i = 0; i < 4; i++) {
      use(world, owner, 't5');
      use(world, { ...owner, ...THIEF }, 't5');
    }
    expect(detections(world)).toEqual(['stolen-credential']);
    expect(world.incidents()[0]!.whatHappened).toContain('one token in two clients on two networks at once');
  });

  it('is not, where a phone with two clients moves, where each device has its token, or where a server acts for many', () => {
    const world = new World(42);
    const owner = customer(5);
    const other = { ...owner, network: 12_638, address: '10.20.30.40' };
    for (let i = 0; i < 8; i++) {
      const at = i % 3 === 1 ? other : owner;
      use(world, at, 't5');
      use(world, { ...at, userAgent: 'Mozilla/5.0 WebView' }, 't5');
    }
    for (let i = 0; i < 6; i++) {
      use(world, customer(6), 'phone');
      use(world, { ...customer(6), network: 12_638, userAgent: 'Firefox' }, 'laptop');
    }
    expect(world.titles()).toEqual([]);
  });

  it('is its owner’s, where browser at home and application on the road share a login and were both there for days', () => {
    const owner = customer(5);
    const browser: Person = { ...owner, userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/127.0' };
    const phone: Person = { ...owner, network: 12_638, country: 'FR', address: '10.20.30.40' };
    const both = (daysBefore: number): World => {
      const world = new World(47);
      for (let day = 0; day < daysBefore; day++) {
        for (let i = 0; i < 6; i++) {
          use(world, browser, `browser${day}`);
          use(world, phone, `phone${day}`);
        }
        world.pass(24 * HOUR);
      }
      for (let i = 0; i < 4; i++) {
        use(world, browser, 'one');
        use(world, phone, 'one');
      }
      return world;
    };
    const known = both(2);
    expect(known.titles()).toEqual([]);
    const before = known.analysis.dump();
    const restarted = new World(48);
    restarted.analysis.restore(structuredClone(before));
    restarted.now = known.now;
    for (let i = 0; i < 4; i++) {
      use(restarted, browser, 'another');
      use(restarted, phone, 'another');
    }
    expect(restarted.titles()).toEqual([]);
    for (let i = 0; i < 4; i++) {
      use(restarted, browser, 'another');
      use(restarted, { ...phone, ...THIEF }, 'another');
    }
    expect(detections(restarted)).toEqual(['stolen-credential']);
    expect(detections(both(0))).toEqual(['stolen-credential']);
  });

  it('is stolen when another client on another network uses it after logout, and not when the same polls on', () => {
    const world = new World(43);
    const owner = customer(5);
    use(world, owner, 't5');
    use(world, owner, 't5', '/api/logout', 'POST');
    use(world, owner, 't5');
    expect(world.titles()).toEqual([]);
    use(world, { ...owner, ...THIEF }, 't5');
    expect(detections(world)).toEqual(['stolen-credential']);
    expect(world.incidents()[0]!.whatHappened).toContain(
      'shows use after logout by another client on another network within 10 minutes',
    );
  });

  it('is told of a session that was ended by DELETE', () => {
    const world = new World(44);
    const owner: Person = { session: 's1', address: '198.51.100.7', network: 3320 };
    world.send(owner, 'GET', '/api/me');
    world.send(owner, 'DELETE', '/api/session', { status: 204 });
    world.pass(60 * SECOND);
    world.send({ ...owner, ...THIEF }, 'GET', '/api/me');
    expect(detections(world)).toEqual(['stolen-credential']);
  });
});

describe('one request with a value that is no slip', () => {
  const transfers = (): World => {
    const world = new World(45);
    for (let i = 0; i < 300; i++) {
      world.send(customer(i % 30), 'POST', '/api/transfers', {
        body: { amount: 1 + ((i * 37) % 900), currency: 'EUR' },
      });
      world.pass(5 * SECOND);
    }
    return world;
  };

  it('a million times the largest amount', () => {
    const world = transfers();
    world.send(customer(3), 'POST', '/api/transfers', { body: { amount: 1e9, currency: 'EUR' } });
    expect(detections(world)).toEqual(['data-tampering']);
    expect(world.incidents()[0]!.whatHappened).toContain('far range at /amount (at least 1000 times the largest)');
  });

  it('twenty times the largest amount, once, or another currency, once', () => {
    const world = transfers();
    world.send(customer(3), 'POST', '/api/transfers', { body: { amount: 18_000, currency: 'EUR' } });
    world.send(customer(4), 'POST', '/api/transfers', { body: { amount: 20, currency: 'CHF' } });
    expect(world.titles()).toEqual([]);
  });
});

describe('a scan that takes its time', () => {
  const living = (): World => {
    const world = new World(46);
    for (const path of ['/api/me', '/api/orders', '/api/cart', '/api/products', '/api/news', '/api/help'])
      world.send(customer(1), 'GET', path);
    return world;
  };

  it('one unknown place every half minute, where everything unknown is answered with 401', () => {
    const world = living();
    for (let i = 0; i < 24; i++) {
      world.send({ address: '89.208.58.114' }, 'GET', `/${'abcdefghijklmnopqrstuvwxyz'[i]}-internal`, { status: 401 });
      world.pass(30 * SECOND);
    }
    expect(detections(world)).toEqual(['vulnerability-scanning-slow']);
  });

  it('a client whose token ran out asks for all it knows', () => {
    const world = living();
    for (let i = 0; i < 200; i++) {
      const path = ['/api/me', '/api/orders', '/api/cart', '/api/products', '/api/news', '/api/help'][i % 6]!;
      world.send({ address: '198.51.100.8' }, 'GET', path, { status: 401 });
      world.pass(10 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });
});
