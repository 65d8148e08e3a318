import { describe, expect, it } from 'vitest';
import { tagsOfPath } from '../../../src/analysis/posture/nature.ts';
import { type RiskFacts, riskOf } from '../../../src/analysis/posture/risk.ts';

const QUIET: RiskFacts = {
  method: 'GET',
  isExposed: false,
  authenticatedShare: 1,
  tags: [],
  dataTypeTags: [],
  findings: [],
  incidents: [],
};
const SSN = { type: 'us-ssn', tags: ['pii', 'sensitive', 'forbidden'] };
const HIGH = { id: 'i', title: 'Something', severity: 'high' } as const;

describe('the risk of an endpoint', () => {
  it.each([
    ['nothing at all', {}, 0],
    ['the internet', { isExposed: true }, 1.5],
    ['no credentials', { authenticatedShare: 0 }, 2],
    ['some without credentials', { authenticatedShare: 0.6 }, 1],
    ['a login that asks nobody', { authenticatedShare: 0, tags: ['login'] }, 1],
    ['e-mail addresses', { dataTypeTags: [{ type: 'email', tags: ['pii', 'contact'] }] }, 1],
    ['the gravest data alone', { dataTypeTags: [SSN, { type: 'email', tags: ['pii'] }] }, 2],
    ['a change', { method: 'DELETE' }, 0.5],
    ['an administrators’ payment', { tags: ['payment', 'admin'] }, 1.5],
    ['a tag of the operator', { tags: ['pci-scope'] }, 0],
    ['one open finding', { findings: [HIGH] }, 1.5],
    ['many open findings', { findings: Array(9).fill(HIGH) }, 3],
    ['many open incidents', { incidents: Array(9).fill(HIGH) }, 2.5],
  ] as const)('adds up: %s', (_, facts, score) => {
    expect(riskOf({ ...QUIET, ...(facts as Partial<RiskFacts>) }).score).toBe(score);
  });

  it('is the sum of what it shows, and ten at most', () => {
    const risk = riskOf({
      method: 'POST',
      isExposed: true,
      authenticatedShare: 0,
      tags: ['admin'],
      dataTypeTags: [SSN],
      findings: [HIGH, HIGH, HIGH],
      incidents: [HIGH, HIGH],
    });
    expect(risk.addends.map(({ of }) => of)).toEqual([
      'exposure',
      'authentication',
      'data',
      'change',
      'function',
      'posture',
      'incidents',
    ]);
    expect(risk.addends.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThan(10);
    expect(risk.score).toBe(10);
    for (const { why } of risk.addends) expect(why).toMatch(/^[A-Z].*\.$/);
  });
});

describe('the kind of an endpoint', () => {
  it.each([
    ['POST', '/api/login', ['login']],
    ['POST', '/oauth/token', ['login']],
    ['POST', '/v1/sessions', ['login']],
    ['GET', '/v1/sessions', []],
    ['GET', '/users/{id}/login-history', []],
    ['GET', '/auth/users/{id}', []],
    ['GET', '/healthz', ['health']],
    ['GET', '/orders/{id}/status', []],
    ['GET', '/api/admin/users', ['admin']],
    ['POST', '/admin/login', ['admin']],
    ['GET', '/administration-guide', []],
    ['POST', '/api/payments', ['payment']],
    ['POST', '/api/checkout', ['payment']],
    ['GET', '/api/paypal-logo', []],
    ['POST', '/files/upload', ['file-upload']],
    ['GET', '/files/upload', []],
    ['GET', '/api/reports/export', ['export']],
    ['POST', '/password/forgot', ['password-reset']],
    ['GET', '/reset/{token}', ['password-reset']],
    ['GET', '/.well-known/openid-configuration', ['docs']],
    ['GET', '/assets/app.3f9a.js', ['static']],
    ['GET', '/api/assets/{id}', []],
    ['POST', '/graphql', ['graphql']],
    ['GET', '/api/users/{id}', []],
    ['GET', '/', []],
  ] as const)('%s %s is %j', (method, template, tags) => {
    expect([...tagsOfPath(method, template)].sort()).toEqual(tags);
  });
});
