// Each scenario against its attack, after days of ordinary life: exactly one incident, with the right name and true figures.
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/core/incident.ts';
import { customer, login, ordersOf, readOrder, readOrders } from '../shop.ts';
import { finding, HOUR, MINUTE, type Person, SECOND, World } from '../world.ts';
import { afterLife, THIEF } from './after-life.ts';

function only(world: World): Incident {
  expect(world.titles()).toHaveLength(1);
  return world.incidents()[0]!;
}

describe('an attack raises exactly one incident', () => {
  it('BOLA: a customer reads the order of another one, named by the field that shows it', () => {
    const world = afterLife();
    readOrder(world, customer(4), ordersOf(9)[0]!, customer(9).subject!);
    const incident = only(world);
    expect(incident).toMatchObject({
      title: 'BOLA - answer belongs to somebody else',
      detection: 'bola-owner-field',
      severity: 'critical',
      result: 'succeeded',
      endpoint: 'GET shop.example.com/api/orders/{id}',
      environment: 'shop',
      owasp: ['API1:2023'],
    });
    expect(incident.whatHappened).toContain('JWT customer4@example.com');
  });

  it('BOLA by ownership alone, where answers do not name the owner', () => {
    const world = new World(11);
    for (let n = 0; n < 60; n++) {
      for (let i = 0; i < 5; i++) {
        for (let again = 0; again <= i % 2; again++) {
          world.send(customer(n), 'GET', `/api/invoices/${1_000 + n * 5 + i}`);
          world.pass(5 * SECOND);
        }
      }
    }
    expect(world.titles()).toEqual([]);
    world.send(customer(3), 'GET', '/api/invoices/1200');
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'bola-ownership', result: 'succeeded', count: 1 });
    expect(incident.whatHappened).toContain(
      'Of 300 objects there 120 were read more than once, 100 % of them by one user only.',
    );
  });

  it('BOLA by provenance: ids that no answer gave out and that nobody had read before', () => {
    const world = afterLife();
    for (let i = 0; i < 6; i++) {
      world.send(customer(4), 'GET', `/api/orders/${50_000 + i * 7}`, { answer: { total: 3 } });
      world.pass(9 * SECOND);
    }
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'bola-provenance', result: 'succeeded' });
    expect(incident.count).toBe(6);
  });

  it('BOLA by number: many different objects, where too few are known to tell their owners', () => {
    const world = new World(5);
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 40; n++) {
        for (let i = 0; i < 3; i++) world.send(customer(n), 'GET', `/api/tickets/${n * 3 + i}`);
        world.pass(30 * SECOND);
      }
      world.pass(HOUR);
    }
    expect(world.titles()).toEqual([]);
    for (let i = 0; i < 90; i++) {
      world.send(customer(2), 'GET', `/api/tickets/${1 + i}`);
      world.pass(2 * SECOND);
    }
    const incident = only(world);
    expect(incident.detection).toBe('bola-unique-objects');
    expect(incident.whatHappened).toContain('read 90 different objects');
    expect(incident.whatHappened).toContain('their average is 3');
  });

  it('BFLA: a customer succeeds at a function of the support desk', () => {
    const world = afterLife();
    world.send(customer(8), 'GET', '/api/admin/notes', { sensitive: 1 });
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'bfla', severity: 'high', owasp: ['API5:2023'] });
    expect(incident.whatHappened).toContain('So far only role:support used it.');
  });

  it('a budget of sensitive values for each kind of caller, larger for who always took more', () => {
    const budgets = afterLife().analysis.valueBudgets();
    const customers = budgets?.peers.find(([peers]) => peers === 'subject role:customer')?.[1];
    expect(customers).toBeGreaterThanOrEqual(50);
    expect(customers).toBeLessThan(1_000);
    for (const [, valuesMax] of budgets!.exceptions) expect(valuesMax).toBeGreaterThan(50);
  });

  it('excessive data retrieval: a mass export by paging', () => {
    const world = afterLife();
    for (let page = 1; page <= 40; page++) {
      world.send(customer(5), 'GET', '/api/orders', { query: { page }, sensitive: 40 });
      world.pass(1.2 * SECOND);
    }
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'excessive-data-retrieval', module: 'data', result: 'succeeded' });
    expect(incident.whatHappened).toMatch(/received \d{3,4} sensitive values within one minute, last from GET/);
    expect(incident.whatHappened).toMatch(/too few to show 99.99 %; their average is \d/);
  });

  it('brute force: one password after the other', () => {
    const world = afterLife();
    for (let i = 0; i < 30; i++) {
      login(world, THIEF, 'customer7@example.com', false);
      world.pass(SECOND);
    }
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'brute-force', result: 'attempt', owasp: ['API2:2023'] });
    expect(incident.responseCodes).toEqual([[401, 26]]);
    login(world, THIEF, 'customer7@example.com', true);
    expect(only(world).result).toBe('succeeded');
  });

  it('brute force on one account from a hundred addresses', () => {
    const world = afterLife();
    for (let i = 0; i < 100; i++) {
      login(world, { address: `203.0.113.${i}` }, 'customer7@example.com', false);
      world.pass(4 * SECOND);
    }
    expect(only(world).detection).toBe('brute-force');
  });

  it('credential stuffing from one address', () => {
    const world = afterLife();
    for (let i = 0; i < 60; i++) {
      login(world, THIEF, `stranger${i}@mail.example`, i === 40);
      world.pass(3 * SECOND);
    }
    const incident = only(world);
    expect(incident).toMatchObject({
      detection: 'credential-stuffing',
      title: 'Credential stuffing',
      result: 'succeeded',
    });
    expect(incident.whatHappened).toContain('59 different accounts failed to log in');
    expect(incident.actors[0]).toMatchObject({ kind: 'ip', id: '89.208.58.114' });
  });

  it('credential stuffing from three hundred addresses, a few attempts each', () => {
    const world = afterLife();
    for (let i = 0; i < 600; i++) {
      login(world, { address: `203.0.${i % 100}.${i % 3}` }, `stranger${i}@mail.example`, false);
      world.pass(SECOND);
    }
    const incident = only(world);
    expect(incident.detection).toBe('credential-stuffing');
    expect(incident.whatHappened).toContain('addresses');
    expect(incident.actors.length).toBeGreaterThan(10);
  });

  it('enumeration: walking through coupon codes', () => {
    const world = afterLife();
    for (let i = 0; i < 150; i++) {
      world.send(customer(6), 'GET', '/api/coupons', { query: { code: 4_000 + i }, status: i % 50 === 0 ? 200 : 404 });
      world.pass(SECOND);
    }
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'enumeration', severity: 'medium' });
    expect(incident.whatHappened).toContain('different values of code');
    expect(incident.whatHappened).toContain('one after the other');
  });

  it('vulnerability scanning, named by its dominant attack', () => {
    const world = afterLife();
    const attacks = ['path-traversal', 'injection-sql', 'path-traversal', 'xss'];
    for (let i = 0; i < 40; i++) {
      world.send(THIEF, 'GET', `/api/place${i % 20}/file`, {
        action: 'block',
        findings: [finding(attacks[i % attacks.length]!)],
      });
      world.pass(SECOND);
    }
    const incident = only(world);
    expect(incident.title).toBe('Vulnerability Scanning - Path traversal');
    expect(incident).toMatchObject({
      detection: 'vulnerability-scanning',
      module: 'attack',
      result: 'attempt',
      count: 40,
    });
  });

  it('vulnerability scanning by guessing paths', () => {
    const world = afterLife();
    for (const path of [
      '/.env',
      '/.git/config',
      '/wp-admin',
      '/actuator',
      '/phpmyadmin',
      '/server-status',
      '/backup.zip',
      '/admin.php',
      '/config.json',
      '/debug',
      '/console',
      '/swagger',
      '/old',
      '/test',
    ]) {
      world.send(THIEF, 'GET', path, { status: 404 });
      world.pass(2 * SECOND);
    }
    expect(only(world).title).toBe('Vulnerability Scanning - Forced Browsing');
  });

  it('an unusual rate: one customer polls twenty times a second', () => {
    const world = afterLife();
    for (let i = 0; i < 1_500; i++) {
      world.send(customer(12), 'GET', '/api/products', { query: { page: 1 } });
      world.pass(50);
    }
    expect(only(world).detection).toBe('rate-anomaly');
  });

  it('errors, latency and size of an endpoint, hour against hours before', () => {
    for (const [detection, strange] of [
      ['error-anomaly', { status: 500 }],
      ['latency-anomaly', { upstreamMs: 900 }],
      ['size-anomaly', { answerBytes: 80_000 }],
    ] as const) {
      const world = new World(3);
      for (let hour = 0; hour < 30; hour++) {
        for (let i = 0; i < 150; i++) {
          const upstreamMs = world.between(15, 40);
          const answerBytes = world.between(4_000, 6_000);
          world.send(customer(i % 50), 'GET', '/api/products', {
            upstreamMs,
            answerBytes,
            status: i === 7 ? 500 : 200,
          });
          world.pass(HOUR / 150);
        }
      }
      expect(world.titles()).toEqual([]);
      for (let i = 0; i < 150; i++) {
        const usual = { upstreamMs: 25, answerBytes: 5_000 };
        world.send(customer(i % 50), 'GET', '/api/products', { ...usual, ...(i % 2 === 0 ? strange : {}) });
        world.pass(HOUR / 160);
      }
      const incident = only(world);
      expect(incident.detection).toBe(detection);
      expect(incident.whatHappened).toMatch(/robust z [\d.]+/);
    }
  });

  it('an unusual order of calls: checkouts without a cart', () => {
    const world = afterLife();
    for (let i = 0; i < 8; i++) {
      world.send(customer(20), 'POST', '/api/checkout', { body: { payment: 'card', quantity: 1 } });
      world.pass(5 * SECOND);
      world.send(customer(20), 'GET', '/api/orders', {});
      world.pass(5 * SECOND);
    }
    const incident = only(world);
    expect(incident.detection).toBe('sequence-anomaly');
    expect(incident.whatHappened).toContain('POST shop.example.com/api/checkout');
  });

  it('a stolen session: another country and another client at the same time', () => {
    const world = afterLife();
    const owner: Person = { ...customer(30), session: 'session:1111' };
    for (let i = 0; i < 60; i++) {
      readOrders(world, 30, 1, owner);
      world.pass(MINUTE);
    }
    expect(world.titles()).toEqual([]);
    for (let i = 0; i < 5; i++) {
      readOrders(world, 30, 1, owner);
      readOrders(world, 30, 1, { ...owner, ...THIEF });
      world.pass(20 * SECOND);
    }
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'stolen-credential', severity: 'critical' });
    expect(incident.whatHappened).toContain('two countries at once, a client it never used');
  });

  it('data tampering: a negative quantity', () => {
    const world = afterLife();
    world.send(customer(14), 'POST', '/api/cart', { body: { productId: '120', quantity: -3, shipping: 'standard' } });
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'data-tampering', family: 'data-tampering', result: 'succeeded' });
    expect(incident.whatHappened).toContain('sign at /quantity (negative); usual are numbers from 1 to 4');
  });

  it('data tampering: other types and content types, tried twice', () => {
    const world = afterLife();
    for (let i = 0; i < 2; i++) {
      world.send(customer(14), 'POST', '/api/cart', {
        body: { productId: '120', quantity: 'ten', shipping: 'standard' },
      });
      world.pass(SECOND);
    }
    expect(only(world).whatHappened).toContain('type at /quantity (string)');
  });

  it('privilege escalation: a role sent along, and accepted', () => {
    const world = afterLife();
    world.send(customer(15), 'POST', '/api/cart', {
      body: { productId: '120', quantity: 1, shipping: 'standard', role: 'admin' },
      answer: { id: '1', role: 'admin' },
    });
    const incident = only(world);
    expect(incident).toMatchObject({ detection: 'privilege-escalation', result: 'succeeded' });
    expect(incident.whatHappened).toContain('The answer gave the value back');
  });
});
