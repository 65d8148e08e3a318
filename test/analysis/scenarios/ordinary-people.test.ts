// What real clients do that looks like an attack, each beside the attack it looks like.
import { describe, expect, it } from 'vitest';
import { customer } from '../shop.ts';
import { DAY, HOUR, type Person, SECOND, World } from '../world.ts';

/** Sixty customers with three accounts each, listed and then read; of every tenth pair one account is held together. */
function bank(seed: number, list: (n: number) => number[], rounds = 4): World {
  const world = new World(seed);
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < 80; n++) {
      world.send(customer(n), 'GET', '/api/accounts', { answer: { items: list(n).map((id) => ({ id: String(id) })) } });
      for (let i = 0; i < 3; i++) world.send(customer(n), 'GET', `/api/accounts/${1_000 + n * 3 + i}`);
      world.pass(10 * SECOND);
    }
  }
  expect(world.titles()).toEqual([]);
  return world;
}

const own = (n: number): number[] => [0, 1, 2].map((i) => 1_000 + n * 3 + i);

describe('an object that several people rightly read', () => {
  it('a joint account is nobody else’s: the list of one’s own accounts names it', () => {
    const world = bank(1, (n) => (n === 7 ? [...own(7), 1_000 + 8 * 3] : own(n)));
    world.send(customer(7), 'GET', `/api/accounts/${1_000 + 8 * 3}`);
    expect(world.titles()).toEqual([]);
  });

  it('an id that a list of everybody’s objects gave away is somebody else’s', () => {
    const world = bank(2, own);
    for (let n = 0; n < 80; n++) {
      const authors = Array.from({ length: 5 }, (_, i) => ({ id: String(1_000 + ((n * 7 + i * 11) % 240)) }));
      world.send(customer(n), 'GET', '/api/posts', { answer: { items: authors } });
      world.pass(SECOND);
    }
    expect(world.analysis.privatePlaces()).toMatchObject([{ endpoint: expect.stringContaining('/api/accounts/{') }]);
    world.send(customer(7), 'GET', `/api/accounts/${1_000 + 7 * 7}`);
    expect(world.incidents().map(({ detection }) => detection)).toEqual(['bola-ownership']);
  });

  it('a joint account whose second holder last saw the list before anybody knew that accounts are private', () => {
    const world = bank(9, (n) => (n === 7 ? [...own(7), 1_000 + 8 * 3] : own(n)), 1);
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 80; n++) {
        if (n === 7) continue;
        world.send(customer(n), 'GET', '/api/accounts', {
          answer: { items: own(n).map((id) => ({ id: String(id) })) },
        });
        for (const id of own(n)) world.send(customer(n), 'GET', `/api/accounts/${id}`);
        world.pass(10 * SECOND);
      }
    }
    world.send(customer(7), 'GET', `/api/accounts/${1_000 + 8 * 3}`);
    expect(world.titles()).toEqual([]);
    world.send(customer(7), 'GET', `/api/accounts/${1_000 + 9 * 3}`);
    expect(world.incidents().map(({ detection }) => detection)).toEqual(['bola-ownership']);
  });

  it('a joint account, read in the very minute in which accounts turn out to be private', () => {
    const world = new World(12);
    const accounts = (n: number): number[] => (n === 7 ? [...own(7), 1_000 + 8 * 3] : own(n));
    const visit = (n: number): void => {
      const items = accounts(n).map((id) => ({ id: String(id) }));
      world.send(customer(n), 'GET', '/api/accounts', { answer: { items } });
      for (const id of own(n)) world.send(customer(n), 'GET', `/api/accounts/${id}`);
      world.pass(100);
    };
    for (let n = 0; n < 80; n++) visit(n);
    for (let n = 79; n > 6; n--) visit(n);
    world.send(customer(7), 'GET', `/api/accounts/${1_000 + 8 * 3}`);
    expect(world.titles()).toEqual([]);
    for (let n = 0; n < 80; n++) visit(n);
    world.send(customer(7), 'GET', `/api/accounts/${1_000 + 9 * 3}`);
    expect(world.incidents().map(({ detection }) => detection)).toEqual(['bola-ownership']);
  });

  it('what somebody made is its own, though somebody else asked for it first', () => {
    const world = bank(10, own);
    world.send(customer(7), 'POST', '/api/accounts', { status: 201, answer: { id: '5000' } });
    world.send({ subject: 'clerk', role: 'customer', address: '198.51.100.99' }, 'GET', '/api/accounts/5000');
    world.send(customer(7), 'GET', '/api/accounts/5000');
    const accused = world.incidents().flatMap(({ actors }) => actors.map(({ id }) => id));
    expect(accused).not.toContain(customer(7).subject);
  });

  it('the board of a team, which its robot reads all night before anybody comes', () => {
    const world = new World(11);
    const team = (n: number): number[] => Array.from({ length: 25 }, (_, i) => 2_000 + n * 25 + i);
    for (let hour = 0; hour < 6; hour++) {
      for (let n = 0; n < 12; n++) {
        const robot: Person = { apiKey: `key:robot${n}`, address: `192.0.2.${n}`, userAgent: 'ci/1.4' };
        for (const id of team(n)) world.send(robot, 'GET', `/api/issues/${id}`);
        world.pass(20 * SECOND);
      }
      world.pass(HOUR - 240 * SECOND);
    }
    // No worker, which sees one request, may hold anybody to what a few robots own.
    expect(world.analysis.privatePlaces()).toEqual([]);
    // Opaque tokens, a new one for each day.
    for (let day = 0; day < 2; day++) {
      for (let n = 0; n < 96; n++) {
        const person: Person = { apiKey: `token:${day}.${n}`, address: `203.0.113.${n}` };
        for (let i = 0; i < 8; i++) world.send(person, 'GET', `/api/issues/${team(n % 12)[world.between(0, 24)]}`);
        world.pass(20 * SECOND);
      }
      world.pass(DAY / 2);
    }
    expect(world.titles()).toEqual([]);
  });
});

describe('a place that looked private while few were there', () => {
  it('is not, once six different people read what somebody else read before', () => {
    const world = bank(8, own);
    for (let n = 20; n < 60; n++) world.send(customer(n), 'GET', `/api/accounts/${1_000 + (n - 13) * 3}`);
    expect(world.incidents().map(({ detection }) => detection)).toEqual(Array(5).fill('bola-ownership'));
  });
});

describe('ids that no answer gave out', () => {
  const shop = (): World => {
    const world = new World(3);
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 40; n++) {
        world.send(customer(n), 'GET', '/api/cases', { answer: { items: own(n).map((id) => ({ id: String(id) })) } });
        for (const id of own(n)) world.send(customer(n), 'GET', `/api/cases/${id}`);
        world.pass(10 * SECOND);
      }
    }
    return world;
  };

  it('a phone that kept a few from before it was first seen', () => {
    const world = shop();
    for (let i = 0; i < 4; i++) world.send(customer(70), 'GET', `/api/cases/${9_000 + i}`);
    expect(world.titles()).toEqual([]);
  });

  it('somebody who was never given one and asks for many', () => {
    const world = shop();
    for (let i = 0; i < 9; i++) world.send(customer(70), 'GET', `/api/cases/${9_000 + i}`);
    expect(world.incidents().map(({ detection }) => detection)).toEqual(['bola-provenance']);
  });
});

describe('a visitor without a login', () => {
  const branches = { sensitive: 4, dataType: 'postal-address' };
  const visited = (): World => {
    const world = new World(4);
    for (let i = 0; i < 1_200; i++) {
      world.send({ address: `203.0.${i % 60}.9` }, 'GET', '/api/start', {});
      world.send(customer(i % 60), 'GET', '/api/rates', {});
      world.send(customer(i % 60), 'GET', '/api/branches', branches);
      world.send(customer(i % 60), 'GET', '/api/statement', { sensitive: 1 });
      world.pass(SECOND);
    }
    return world;
  };
  const crawler: Person = { address: '66.249.66.1', userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' };

  it('reads the rates, and where the branches are, as everybody does', () => {
    const world = visited();
    for (let i = 0; i < 5; i++) world.send(crawler, 'GET', '/api/rates', {});
    for (let i = 0; i < 5; i++) world.send(crawler, 'GET', '/api/branches', branches);
    expect(world.titles()).toEqual([]);
  });

  it('reads what only people with a login got, with personal data in it', () => {
    const world = visited();
    world.send(crawler, 'GET', '/api/statement', { sensitive: 1 });
    expect(world.incidents().map(({ detection }) => detection)).toEqual(['bfla']);
  });
});

describe('a clinic whose sessions have no roles and are new every day', () => {
  const days = (): World => {
    const world = new World(5);
    for (let day = 0; day < 3; day++) {
      for (let hour = 7; hour < 16; hour++) {
        for (let n = 0; n < 50; n++) {
          const patient: Person = { session: `patient${n}.${day}`, address: `198.18.${n}.5` };
          if (n % 9 === hour % 9) world.send(patient, 'GET', '/api/findings', { sensitive: 12 });
        }
        for (let n = 0; n < 8; n++) {
          const nurse: Person = { session: `nurse${n}.${day}`, address: '194.25.0.9' };
          for (let i = 0; i < 20; i++) {
            world.send(nurse, 'GET', `/api/patients/${world.between(1, 900)}`, { sensitive: 20 });
            world.pass(5 * SECOND);
          }
        }
        world.pass(HOUR - 800 * SECOND);
      }
      world.pass(DAY - 9 * HOUR);
    }
    return world;
  };

  it('is not surprised by its own staff on the second day', () => {
    expect(days().titles()).toEqual([]);
  });

  it('is by a session that takes three times as much', () => {
    const world = days();
    const thief: Person = { session: 'thief', address: '89.208.58.114' };
    for (let i = 0; i < 600; i++) {
      world.send(thief, 'GET', `/api/patients/${world.between(1, 900)}`, { sensitive: 20 });
      world.pass(40 * SECOND);
    }
    expect(world.incidents().map(({ detection }) => detection)).toContain('excessive-data-retrieval');
  });
});

describe('an order of calls that hardly anybody uses', () => {
  const shop = (): World => {
    const world = new World(14);
    for (let i = 0; i < 400; i++) {
      for (const path of ['/api/start', '/api/products', '/api/cart', '/api/orders'])
        world.send(customer(i % 60), 'GET', path);
      world.pass(20 * SECOND);
    }
    expect(world.titles()).toEqual([]);
    return world;
  };
  const robot: Person = { apiKey: 'key:probe', address: '18.194.1.9', userAgent: 'QA-Robot/1.0' };
  const check = (world: World): void => {
    for (let i = 0; i < 6; i++) {
      for (const path of ['/api/orders', '/api/products', '/api/start']) world.send(robot, 'GET', path);
      world.pass(4 * SECOND);
    }
    world.pass(12 * HOUR);
  };

  it('is no news of the robot that comes every morning, and is of somebody who never did', () => {
    const world = new World(13);
    check(world);
    for (let i = 0; i < 400; i++) {
      for (const path of ['/api/start', '/api/products', '/api/cart', '/api/orders'])
        world.send(customer(i % 60), 'GET', path);
      world.pass(20 * SECOND);
    }
    check(world);
    check(world);
    expect(world.titles()).toEqual([]);
    const stranger = shop();
    check(stranger);
    expect(stranger.incidents().map(({ detection }) => detection)).toEqual(['sequence-anomaly']);
  });

  it('is nothing where a telephone and a desk are used at once', () => {
    const world = shop();
    const phone = customer(3);
    const desk: Person = { ...phone, userAgent: 'Mozilla/5.0 Firefox/127.0' };
    for (let i = 0; i < 8; i++) {
      world.send(phone, 'GET', ['/api/start', '/api/products', '/api/cart', '/api/orders'][i % 4]!);
      world.send(desk, 'GET', ['/api/orders', '/api/start', '/api/products', '/api/cart'][i % 4]!);
      world.pass(5 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });

  it('is nothing where there is no order: people who call what they need, often this and seldom that', () => {
    const world = new World(15);
    const { random } = world;
    const kinds = ['products', 'orders', 'carts', 'invoices', 'reviews', 'accounts', 'cards', 'branches'];
    const seldom = ['search', 'export', 'count', 'latest', 'archive', 'labels', 'history', 'limits'];
    for (let i = 0; i < 12_000; i++) {
      const kind = kinds[Math.floor(random() * kinds.length)]!;
      const way = random();
      const path = way < 0.4 ? `/api/${kind}` : `/api/${kind}/${seldom[Math.floor(random() * seldom.length)]!}`;
      world.send(customer(i % 60), 'GET', path);
      world.pass(SECOND / 4);
    }
    expect(world.titles()).toEqual([]);
  });
});
