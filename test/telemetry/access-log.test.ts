import { describe, expect, it } from 'vitest';
import type { TransactionRecord } from '../../src/core/record.ts';
import { accessLine } from '../../src/telemetry/access-log.ts';

const plain: TransactionRecord = {
  id: 't1',
  receivedAt: 1,
  durationMs: 12,
  upstreamMs: 9,
  clientAddress: '203.0.113.7',
  method: 'GET',
  host: 'shop.example.com',
  path: '/orders/17',
  endpoint: 'GET shop.example.com/orders/{id}',
  route: 'shop',
  mode: 'enforce',
  status: 200,
  requestBodyBytes: 0,
  responseBodyBytes: 1_000,
  actors: [{ kind: 'ip', id: '203.0.113.7', isVerified: true }],
  action: 'allow',
  enforced: 'allow',
  rule: 'nothing-found',
  confidence: 0,
  findings: [],
  coverage: 'inspected',
  uninspected: [],
  fault: undefined,
  policyVersion: 'v1',
};

describe('a line of the access log', () => {
  it('says who, what, how long and which verdict', () => {
    expect(JSON.parse(accessLine(plain, 5))).toEqual({
      level: 30,
      time: 5,
      id: 't1',
      client: '203.0.113.7',
      method: 'GET',
      host: 'shop.example.com',
      path: '/orders/17',
      endpoint: 'GET shop.example.com/orders/{id}',
      route: 'shop',
      mode: 'enforce',
      status: 200,
      ms: 12,
      bytesIn: 0,
      bytesOut: 1_000,
      action: 'allow',
      rule: 'nothing-found',
      coverage: 'inspected',
      actors: ['ip:203.0.113.7'],
      policy: 'v1',
      msg: 'transaction',
    });
  });

  it.each(['/"},"action":"block', '/a\\', '/작은/노트북', '/\u0000\n\u2028\u007f', '/\ud800', '/[]\\"'])(
    'stays one line that says %j and nothing else, whatever a client writes',
    (text) => {
      const line = accessLine(
        {
          ...plain,
          path: text,
          endpoint: text,
          host: text,
          method: text,
          clientAddress: text,
          actors: [
            { kind: 'header', id: text, isVerified: false },
            { kind: 'subject', id: text, isVerified: true },
          ],
        },
        5,
      );
      expect(line.indexOf('\n')).toBe(line.length - 1);
      const { path, endpoint, host, method, client, actors, action } = JSON.parse(line);
      expect([path, endpoint, host, method, client]).toEqual([text, text, text, text, text]);
      expect([actors, action]).toEqual([[`header:${text}`, `subject:${text}`], 'allow']);
    },
  );

  it('names findings, faults and what was not inspected', () => {
    const line = accessLine(
      {
        ...plain,
        action: 'tag',
        enforced: 'block',
        uninspected: ['request-binary'],
        fault: 'UPSTREAM_RESET',
        findings: [
          { detection: 'sql-injection', location: 'query', pointer: '/"q"', confidence: 0.9, action: 'block' },
        ] as unknown as TransactionRecord['findings'],
      },
      5,
    );
    expect(JSON.parse(line)).toMatchObject({
      enforced: 'block',
      uninspected: ['request-binary'],
      fault: 'UPSTREAM_RESET',
      findings: [{ detection: 'sql-injection', at: 'query/"q"', confidence: 0.9 }],
    });
  });
});
