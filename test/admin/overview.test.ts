import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataFlows } from '../../src/admin/data-flows.ts';
import { TrafficHistory } from '../../src/admin/traffic-history.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { finding } from '../analysis/world.ts';
import { type AdminPort, adminPort, Browser, TOKEN } from './admin-port.ts';

const NOW = Date.parse('2026-05-05T12:00:00Z');

function record(change: Partial<TransactionRecord>): TransactionRecord {
  return {
    receivedAt: NOW,
    endpoint: 'GET shop.test/api/users/{id}',
    action: 'allow',
    enforced: 'allow',
    status: 200,
    responseBodyBytes: 100,
    durationMs: 5,
    upstreamMs: 3,
    findings: [],
    ...change,
  } as TransactionRecord;
}

const withData = (dataTypes: readonly (readonly [string, number])[], change: Partial<TransactionRecord> = {}) =>
  record({ observation: { response: { dataTypes } } as never, ...change });

describe('the history of traffic', () => {
  it('counts each transaction in every span, by what was done', () => {
    const history = new TrafficHistory();
    history.take(record({ action: 'block', enforced: 'block', status: 403 }));
    history.take(record({ action: 'mask', enforced: 'mask' }));
    history.take(record({ action: 'allow', enforced: 'block', status: 502 }));
    for (const span of ['hour', 'day', 'week'] as const) {
      const buckets = history.over(span, NOW);
      expect(buckets.at(-1)).toMatchObject({
        received: 3,
        blocked: 1,
        masked: 1,
        wouldAct: 1,
        clientErrors: 1,
        serverErrors: 1,
      });
      expect(buckets.slice(0, -1).every(({ received }) => received === 0)).toBe(true);
    }
  });

  it('has a bucket for every moment of the span, and none more', () => {
    const history = new TrafficHistory();
    for (let minute = 0; minute < 3 * 60; minute++) history.take(record({ receivedAt: NOW + minute * 60_000 }));
    const buckets = history.over('hour', NOW + 180 * 60_000);
    expect(buckets).toHaveLength(360);
    expect(buckets.reduce((sum, { received }) => sum + received, 0)).toBe(59);
    expect((history.dump() as { hour: unknown[] }).hour.length).toBeLessThanOrEqual(360);
  });

  it('takes records that come late, and survives being kept', () => {
    const history = new TrafficHistory();
    history.take(record({ receivedAt: NOW }));
    history.take(record({ receivedAt: NOW - 30_000 }));
    const again = new TrafficHistory(JSON.parse(JSON.stringify(history.dump())));
    const buckets = again.over('hour', NOW);
    expect([buckets.at(-1)!.received, buckets.at(-4)!.received]).toEqual([1, 1]);
  });
});

describe('flows of data', () => {
  it('count values by type, endpoint and direction, and what was withheld', () => {
    const flows = new DataFlows();
    flows.take(
      withData([
        ['us-ssn', 2],
        ['email', 1],
      ]),
    );
    flows.take(withData([['us-ssn', 3]], { action: 'mask' }));
    flows.take(record({ observation: { request: { dataTypes: [['email', 4]] } } as never }));
    expect(flows.list()).toMatchObject([
      { dataType: 'us-ssn', out: 5, in: 0, withheld: 3, transactions: 2 },
      { dataType: 'email', out: 1, in: 4, withheld: 0 },
    ]);
  });

  it('have a bound: the pair that was quiet longest makes room', () => {
    const flows = new DataFlows();
    for (let i = 0; i <= 20_000; i++) flows.take(withData([['email', 1]], { endpoint: `GET a.test/${i}` }));
    const endpoints = flows.list().map(({ endpoint }) => endpoint);
    expect(endpoints).toHaveLength(20_000);
    expect(endpoints).not.toContain('GET a.test/0');
  });
});

describe('the overview', () => {
  let port: AdminPort;
  let browser: Browser;

  beforeEach(async () => {
    port = await adminPort();
    for (let i = 0; i < 3; i++)
      port.world.send({ address: '203.0.113.9' }, 'GET', '/api/search', {
        action: 'block',
        findings: [finding('injection-sql')],
      });
    vi.useFakeTimers({ toFake: ['Date'], now: port.world.now });
    port.history.take(record({ receivedAt: port.world.now, action: 'block' }));
    port.flows.take(withData([['us-ssn', 2]]));
    browser = new Browser(port.app);
    await browser.signIn({ token: TOKEN });
  });

  afterEach(async () => {
    vi.useRealTimers();
    await port.close();
  });

  it('says how things stand in one answer', async () => {
    const { body } = await browser.send('GET', '/overview?span=day');
    expect(body).toMatchObject({
      span: 'day',
      bucketSeconds: 300,
      received: 1,
      incidents: { latest: [{ title: expect.any(String), count: 3 }] },
      actors: [{ key: 'ip:203.0.113.9', incidents: 1 }],
      data: [{ dataType: 'us-ssn', out: 2 }],
      gateway: { mode: 'enforce', port: 8080 },
      health: { workers: { serving: 1, wanted: 1 }, store: { kind: 'embedded', state: 'up' } },
    });
    expect(Object.values(body.incidents.open).reduce((a: number, b) => a + (b as number), 0)).toBe(1);
    expect((await browser.send('GET', '/overview?span=year')).status).toBe(400);
  });

  it('exports incidents for a spreadsheet without letting an attacker write formulas', async () => {
    const { id } = port.world.incidents()[0]!;
    await browser.send('PATCH', `/incidents/${id}`, { assignee: '=HYPERLINK("http://evil.example","me")' });
    const csv = await browser.send('GET', '/incidents/export?format=csv');
    expect(csv.headers['content-disposition']).toBe('attachment; filename="incidents.csv"');
    expect(csv.text).toContain(`"'=HYPERLINK(""http://evil.example"",""me"")"`);
    expect(csv.text).not.toMatch(/(?:^|,)"?[=+@-]/m);
    expect(JSON.parse((await browser.send('GET', '/incidents/export?severity=low')).text)).toEqual([]);
  });
});
