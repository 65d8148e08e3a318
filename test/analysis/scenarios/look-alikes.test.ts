// People who do what attackers do, rightly: after days of ordinary life they raise nothing.
import { describe, expect, it } from 'vitest';
import { agent, CUSTOMERS, customer, live, login, ordersOf, readOrder, readOrders } from '../shop.ts';
import { HOUR, MINUTE, type Person, SECOND, World } from '../world.ts';
import { afterLife } from './after-life.ts';

describe('people who only look like attackers raise none', () => {
  it('readers of a long catalogue where hardly anything is read twice', () => {
    const world = new World(13);
    for (let i = 0; i < 6_000; i++) {
      world.send(customer(world.between(1, 500)), 'GET', `/api/articles/${world.between(1, 5_000)}`);
      world.pass(2 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });

  it('a mobile application that loads everything at its start', () => {
    const world = afterLife();
    for (let n = 0; n < 20; n++) {
      for (let i = 0; i < 40; i++) {
        world.send(customer(n), 'GET', `/api/products/${world.between(100, 400)}`, { answer: { id: '1', price: 1 } });
        world.pass(30);
      }
      world.pass(20 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });

  it("a partner's nightly export, from its first night on", () => {
    const world = new World(21);
    const partner: Person = {
      apiKey: 'key:partner1',
      address: '185.60.112.9',
      userAgent: 'partner-sync/2.0',
      country: 'NL',
    };
    for (let day = 0; day < 3; day++) {
      live(world, 20);
      for (let i = 0; i < 400; i++) {
        world.send(partner, 'GET', `/api/partner/orders/${10_000 + (i % 300)}`, { sensitive: 5 });
        world.pass(400);
      }
      world.pass(HOUR);
    }
    expect(world.titles()).toEqual([]);
  });

  it('an office of two hundred behind one address on a Monday morning', () => {
    const world = afterLife();
    const office = '62.96.10.4';
    for (let n = 0; n < 200; n++) {
      const person = { ...customer(1_000 + n), address: office };
      if (world.random() < 0.25) login(world, person, person.subject!, false);
      login(world, person, person.subject!, true);
      for (let i = 0; i < 6; i++) {
        world.send(person, 'GET', `/api/products/${world.between(100, 400)}`, { answer: { id: '1' } });
        world.pass(300);
      }
    }
    expect(world.titles()).toEqual([]);
  });

  it("a support agent who reads many customers' orders", () => {
    const world = afterLife();
    for (let i = 0; i < 60; i++) {
      const caller = world.between(1, CUSTOMERS);
      readOrder(world, agent(2), ordersOf(caller)[i % 5]!, customer(caller).subject!);
      world.pass(9 * SECOND);
      world.send(agent(2), 'GET', '/api/admin/notes', { sensitive: 1 });
      world.pass(6 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });

  it('a new support agent on the first day', () => {
    const world = afterLife();
    for (let i = 0; i < 20; i++) {
      const caller = world.between(1, CUSTOMERS);
      readOrder(world, agent(9), ordersOf(caller)[i % 5]!, customer(caller).subject!);
      world.pass(20 * SECOND);
      world.send(agent(9), 'GET', '/api/admin/notes', { sensitive: 1 });
      world.pass(20 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });

  it('a crawler that is on an allow-list', () => {
    const crawler: Person = { address: '66.249.66.1', userAgent: 'GoodBot/1.0' };
    const walk = (world: World): void => {
      for (let i = 0; i < 300; i++) {
        world.send(crawler, 'GET', `/api/products/${100 + i}`, { status: i % 5 === 0 ? 404 : 200 });
        world.send(crawler, 'GET', `/old-page-${i % 30}x`, { status: 404 });
        world.pass(SECOND);
      }
    };
    const stranger = new World(9);
    walk(stranger);
    expect(stranger.titles()).not.toEqual([]);
    const world = new World(9, [
      {
        kind: 'list',
        id: 'good-bots',
        description: '',
        enabled: true,
        source: { file: 'test.yaml', line: 1, column: 1 },
        action: 'allow',
        match: { endpoint: [], actor: undefined },
        entries: { ips: ['66.249.64.0/19'], actors: [], countries: [] },
      },
    ]);
    walk(world);
    expect(world.titles()).toEqual([]);
  });

  it("a password manager's retries", () => {
    const world = afterLife();
    for (let n = 0; n < 10; n++) {
      for (let i = 0; i < 4; i++) {
        login(world, customer(n), customer(n).subject!, false);
        world.pass(500);
      }
      world.pass(20 * SECOND);
      login(world, customer(n), customer(n).subject!, true);
      world.pass(MINUTE);
    }
    expect(world.titles()).toEqual([]);
  });

  it('a flash sale: everybody at once, and more of everything', () => {
    const world = afterLife();
    for (let i = 0; i < 3_000; i++) {
      const person = customer(i % 400);
      if (i < 400 && world.random() < 0.2) login(world, person, person.subject!, false);
      if (i < 400) login(world, person, person.subject!, true);
      world.send(person, 'GET', `/api/products/${world.between(100, 110)}`, {
        answer: { id: '1', price: 1 },
        upstreamMs: world.between(25, 60),
      });
      if (i % 3 === 0) {
        world.send(person, 'POST', '/api/cart', {
          body: { productId: '105', quantity: world.between(1, 4), shipping: 'standard' },
        });
        world.pass(50);
        world.send(person, 'POST', '/api/checkout', { body: { payment: 'card', quantity: 1 }, sensitive: 1 });
      }
      world.pass(100);
    }
    expect(world.titles()).toEqual([]);
  });

  it('a phone that moves between two networks, and a new phone', () => {
    const world = afterLife();
    const person = customer(33);
    for (let i = 0; i < 60; i++) {
      const isOutside = i % 4 === 3;
      readOrders(world, 33, 1, isOutside ? { ...person, address: '10.20.30.40', network: 12638 } : person);
      world.pass(MINUTE);
    }
    for (let i = 0; i < 10; i++) {
      readOrders(world, 33, 1, { ...person, userAgent: 'ShopApp/5.0 (Android)', network: 12638 });
      world.pass(MINUTE);
    }
    expect(world.titles()).toEqual([]);
  });

  it('the first visitor without a login where only a few logged-in ones were', () => {
    const world = new World(17);
    const anonymous = (n: number): Person => ({ address: `203.0.113.${n}` });
    for (let i = 0; i < 3_000; i++) {
      world.send(i % 4 === 0 ? anonymous(i % 40) : customer(i % 50), 'GET', '/api/products', {});
      if (i % 120 === 1) world.send(customer(i % 50), 'GET', '/api/guides', {});
      world.pass(2 * SECOND);
    }
    world.send(anonymous(7), 'GET', '/api/guides', {});
    expect(world.titles()).toEqual([]);
  });

  it('the first customer on the other half of the globe', () => {
    const world = new World(19);
    for (let i = 0; i < 300; i++) {
      world.send(customer(i % 20), 'POST', '/api/stores/near', { body: { lat: 48.1 + i / 100, longitude: 11.5 } });
      world.pass(SECOND);
    }
    world.send(customer(21), 'POST', '/api/stores/near', { body: { lat: -33.9, longitude: -151.2 } });
    expect(world.titles()).toEqual([]);
  });

  it('a new version of the application that sends a new field and a new word', () => {
    const world = afterLife();
    for (let n = 0; n < 40; n++) {
      world.send(customer(n), 'POST', '/api/cart', {
        body: { productId: '120', quantity: 2, shipping: 'express', giftNote: 'Hello' },
      });
      world.pass(20 * SECOND);
    }
    expect(world.titles()).toEqual([]);
  });
});
