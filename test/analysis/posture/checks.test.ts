import { describe, expect, it } from 'vitest';
import { shippedPolicies } from '../../support/shipped-policies.ts';
import { answerFinding, type Told, Traffic } from './traffic.ts';

const NONE = { authentication: [] } as const;
const SSN = { data: { 'us-ssn': 1 } } as const;
const CARD = { data: { 'credit-card': 1 } } as const;
const PAGE = { mediaType: 'text/html' } as const;
const TOKEN = 'c2VjcmV0LXRva2VuLTAxMjM0NTY3ODk';

type Row = readonly [what: string, ...steps: (Told & { readonly times?: number })[]];
interface Rows {
  readonly loud: readonly Row[];
  readonly quiet: readonly Row[];
}

/** What each check says of traffic as it is. Ten transactions a step, where nothing else is said. */
const CHECKS: Readonly<Record<string, Rows>> = {
  'missing-authentication': {
    loud: [
      ['sensitive data for anybody', { ...NONE, ...SSN, path: '/api/users/#' }],
      ['a list of people for anybody', { ...NONE, data: { email: 50 }, path: '/api/users' }],
      ['a function of administrators for anybody', { ...NONE, path: '/api/admin/jobs' }],
      ['deleting without a credential', { ...NONE, method: 'DELETE', path: '/api/articles/#' }],
      ['changing without a credential', { ...NONE, method: 'PUT', path: '/api/articles/#' }],
    ],
    quiet: [
      ['a catalogue', { ...NONE, path: '/api/products/#' }],
      ['a login that gives out a token', { ...NONE, method: 'POST', path: '/api/login', data: { 'session-id': 1 } }],
      ['a health check', { ...NONE, path: '/healthz' }],
      ['an OpenAPI document with examples', { ...NONE, path: '/openapi.json', data: { email: 30 } }],
      [
        'a registration',
        { ...NONE, method: 'POST', path: '/api/people', requestFields: ['name', 'password'], data: { email: 1 } },
      ],
      ['a password reset', { ...NONE, method: 'PUT', path: '/api/password/reset' }],
      ['sensitive data for a token', { ...SSN, path: '/api/users/#' }],
      ['sensitive data for a session', { ...SSN, authentication: ['cookie'], path: '/api/users/#' }],
      ['sensitive data for a credential of another kind', { ...SSN, authentication: ['other'], path: '/api/users/#' }],
      ['callers without credentials who are refused', { ...NONE, status: 401, path: '/api/users/#' }],
      ['the e-mail address of a contact page', { ...NONE, path: '/api/contact', data: { email: 2 } }],
      ['a search by POST', { ...NONE, method: 'POST', path: '/api/products/search' }],
      ['a preflight', { ...NONE, method: 'OPTIONS', path: '/api/admin/jobs', status: 204 }],
      ['two answers only', { ...NONE, ...SSN, path: '/api/users/#', times: 2 }],
      ['what the gateway itself blocked', { ...NONE, ...SSN, path: '/api/users/#', action: 'block' }],
      ['a payment provider that calls back', { ...NONE, method: 'PUT', path: '/webhooks/payments' }],
      ['the pictures of a page', { ...NONE, path: '/static/logo.png', mediaType: 'image/png' }],
    ],
  },
  'mixed-authentication': {
    loud: [
      [
        'most with, some without',
        { ...SSN, path: '/api/users/#', times: 40 },
        { ...NONE, ...SSN, path: '/api/users/#' },
      ],
      [
        'a change without a credential',
        { method: 'PATCH', path: '/api/users/#', times: 40 },
        { ...NONE, method: 'PATCH', path: '/api/users/#' },
      ],
    ],
    quiet: [
      [
        'a catalogue that signed-in people read as well',
        { path: '/api/products/#', times: 40 },
        { ...NONE, path: '/api/products/#' },
      ],
      [
        'those without are refused',
        { ...SSN, path: '/api/users/#', times: 40 },
        { ...NONE, status: 401, path: '/api/users/#' },
      ],
      ['nobody without', { ...SSN, path: '/api/users/#', times: 40 }],
      [
        'a login with a leftover token',
        { method: 'POST', path: '/login', times: 40 },
        { ...NONE, method: 'POST', path: '/login' },
      ],
    ],
  },
  'weak-authentication': {
    loud: [['Basic in clear text from the internet', { authentication: ['basic'], isEncrypted: false }]],
    quiet: [
      ['Basic over TLS', { authentication: ['basic'] }],
      ['Basic in clear text inside a network', { authentication: ['basic'], isEncrypted: false, client: '10.0.0.7' }],
      ['Basic in clear text that is refused', { authentication: ['basic'], isEncrypted: false, status: 401 }],
    ],
  },
  'weak-authentication-url': {
    loud: [
      ['an access token in the query', { query: { access_token: TOKEN } }],
      ['an API key in the query', { query: { 'api-key': TOKEN }, authentication: ['api-key'] }],
    ],
    quiet: [
      ['a page mark called token', { query: { pageToken: TOKEN } }],
      ['a short value', { query: { key: 'colour' } }],
      ['a link that was mailed', { ...NONE, query: { token: TOKEN }, path: '/account/verify' }],
      ['a code of a sign-on', { ...NONE, query: { token: TOKEN }, path: '/oauth/callback' }],
      ['a search', { query: { q: 'access_token in the url' } }],
      ['one that is refused', { query: { access_token: TOKEN }, status: 401 }],
    ],
  },
  'forbidden-data-types': {
    loud: [
      ['social security numbers', SSN],
      ['password hashes', { data: { 'password-hash': 3 } }],
    ],
    quiet: [
      ['e-mail addresses', { data: { email: 3 } }],
      ['nothing at all', {}],
      ['a token of a login', { ...NONE, method: 'POST', path: '/auth/token', data: { 'github-token': 1 } }],
      ['in an answer that is refused', { ...SSN, status: 403 }],
    ],
  },
  'predictable-ids': {
    loud: [['counters', { ...CARD, path: '/api/cards/#' }]],
    quiet: [
      ['random ids', { ...CARD, path: '/api/cards/0f8fad5b-d9cb-469f-a165-70867728950e' }],
      ['counters of a catalogue', { path: '/api/products/#' }],
      ['long numbers', { ...CARD, path: '/api/cards/98765432101234567#' }],
      ['one id only', { ...CARD, path: '/api/cards/7' }],
      ['no id', { ...CARD, path: '/api/cards' }],
    ],
  },
  'missing-rate-limit': {
    loud: [
      [
        'forty wrong passwords',
        { ...NONE, method: 'POST', path: '/login', account: 'ann' },
        { ...NONE, method: 'POST', path: '/login', account: 'ann', status: 401, client: '203.0.113.7', times: 40 },
      ],
      ['three hundred exports', { path: '/api/export', client: '203.0.113.7', times: 320 }],
    ],
    quiet: [
      ['forty right passwords of many', { ...NONE, method: 'POST', path: '/login', account: 'ann', times: 40 }],
      [
        'a limit that is announced',
        { path: '/api/export', client: '203.0.113.7', headers: { 'ratelimit-policy': '"a";q=100;w=60' }, times: 320 },
      ],
      [
        'a limit that is met',
        { path: '/api/export', client: '203.0.113.7', times: 100 },
        { path: '/api/export', client: '203.0.113.7', status: 429 },
        { path: '/api/export', client: '203.0.113.7', times: 220 },
      ],
      ['a place that costs nothing', { path: '/api/things', client: '203.0.113.7', times: 320 }],
      ['many callers', { path: '/api/export', times: 320 }],
    ],
  },
  'permissive-cors': {
    loud: [
      [
        'the origin null',
        { headers: { 'access-control-allow-origin': 'null', 'access-control-allow-credentials': 'true' } },
      ],
      [
        'whoever asks',
        ...['a.example', 'b.test', 'c.com', 'd.net', 'e.org', 'evil.io'].map((site) => ({
          headers: { 'access-control-allow-origin': `https://www.${site}`, 'access-control-allow-credentials': 'true' },
        })),
      ],
    ],
    quiet: [
      ['a star without credentials', { headers: { 'access-control-allow-origin': '*' } }],
      [
        'a star with credentials, which browsers refuse',
        { headers: { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' } },
      ],
      [
        'its own pages',
        {
          headers: {
            'access-control-allow-origin': 'https://www.example.com',
            'access-control-allow-credentials': 'true',
          },
        },
      ],
      [
        'many of one owner',
        ...['app', 'shop', 'admin', 'm', 'beta', 'de'].map((name) => ({
          headers: {
            'access-control-allow-origin': `https://${name}.example.com`,
            'access-control-allow-credentials': 'true',
          },
        })),
      ],
      ['no cross-origin reading at all', {}],
    ],
  },
  'missing-security-headers': {
    loud: [
      ['a page without a policy', { ...PAGE, headers: { 'content-security-policy': undefined }, times: 30 }],
      ['a page in anybody’s frame', { ...PAGE, headers: { 'x-frame-options': undefined }, times: 30 }],
      ['an encrypted host without HSTS', { headers: { 'strict-transport-security': undefined }, times: 30 }],
      ['HSTS that ends at once', { headers: { 'strict-transport-security': 'max-age=0' }, times: 30 }],
      ['answers without nosniff', { headers: { 'x-content-type-options': undefined }, times: 30 }],
    ],
    quiet: [
      [
        'an API without a policy for pages',
        { headers: { 'content-security-policy': undefined, 'x-frame-options': undefined }, times: 30 },
      ],
      [
        'a page whose policy speaks of frames',
        {
          ...PAGE,
          headers: { 'content-security-policy': "frame-ancestors 'none'", 'x-frame-options': undefined },
          times: 30,
        },
      ],
      [
        'no HSTS where nothing is encrypted',
        { client: '10.1.1.1', isEncrypted: false, headers: { 'strict-transport-security': undefined }, times: 30 },
      ],
      ['no HSTS of an address', { host: '192.0.2.1', headers: { 'strict-transport-security': undefined }, times: 30 }],
      ['errors without headers', { status: 500, headers: { 'x-content-type-options': undefined }, times: 30 }],
      ['one odd answer of many', { times: 30 }, { headers: { 'x-content-type-options': undefined }, times: 2 }],
    ],
  },
  'cookies-without-flags': {
    loud: [
      ['scripts may read a session', { cookies: ['sid=…; Path=/; Secure'] }],
      ['a token goes over clear text', { cookies: ['auth_token=…; Path=/; HttpOnly'] }],
      ['no flag at all', { cookies: ['PHPSESSID=…'] }],
    ],
    quiet: [
      ['all flags', { cookies: ['sid=…; Path=/; HttpOnly; Secure; SameSite=Lax'] }],
      ['one that scripts read by design', { cookies: ['XSRF-TOKEN=…; Path=/; Secure'] }],
      ['a preference', { cookies: ['theme=…; Path=/'] }],
      ['one that is taken away', { cookies: ['sid=…; Max-Age=0'] }],
      [
        'one of a connection without encryption',
        { client: '10.1.1.1', isEncrypted: false, cookies: ['sid=…; HttpOnly'] },
      ],
      ['no cookie', {}],
    ],
  },
  'debug-endpoint': {
    loud: [
      ['variables of a process', { ...NONE, path: '/debug/vars' }],
      [
        'settings of Spring',
        { ...NONE, path: '/actuator/env', mediaType: 'application/vnd.spring-boot.actuator.v3+json' },
      ],
      ['a heap', { ...NONE, path: '/actuator/heapdump', mediaType: 'application/octet-stream' }],
      ['metrics for anybody', { ...NONE, path: '/metrics', mediaType: 'text/plain' }],
    ],
    quiet: [
      ['an application that answers everything with its page', { ...NONE, ...PAGE, path: '/actuator/env' }],
      ['asked with a token', { path: '/debug/vars' }],
      ['refused', { ...NONE, path: '/debug/vars', status: 403 }],
      ['not there', { ...NONE, path: '/actuator/env', status: 404 }],
      ['metrics of a business', { ...NONE, path: '/api/sales/metrics' }],
      ['an empty answer', { ...NONE, path: '/actuator/env', bytes: 0 }],
    ],
  },
  'directory-listing': {
    loud: [['a list of files', { ...PAGE, findings: [answerFinding('directory-listing')] }]],
    quiet: [
      ['a page', PAGE],
      ['another finding', { ...PAGE, findings: [answerFinding('web-shell-response')] }],
    ],
  },
  'verbose-errors': {
    loud: [['stack traces', {}, { status: 500, findings: [answerFinding('error-disclosure')] }]],
    quiet: [
      ['errors that say nothing', { status: 500 }],
      ['one stack trace', { status: 500, findings: [answerFinding('error-disclosure')], times: 1 }],
    ],
  },
  'method-surprise': {
    loud: [
      ['TRACE', { method: 'TRACE' }],
      ['WebDAV', { method: 'PROPFIND', status: 207 }],
    ],
    quiet: [
      ['TRACE that is refused', { method: 'TRACE', status: 405 }],
      ['ordinary methods', { method: 'DELETE' }],
    ],
  },
  'clear-text-transport': {
    loud: [['the internet in clear text', { isEncrypted: false }]],
    quiet: [
      ['the internet encrypted', {}],
      ['a private network in clear text', { isEncrypted: false, client: '192.168.1.4' }],
      ['a redirect to the encrypted host', { isEncrypted: false, status: 301 }],
    ],
  },
  'cacheable-sensitive-responses': {
    loud: [
      ['public', { ...SSN, headers: { 'cache-control': 'public, max-age=60' } }],
      ['kept by shared caches', { ...SSN, headers: { 'cache-control': 's-maxage=60' } }],
      ['a while, for a cookie', { ...SSN, authentication: ['cookie'], headers: { 'cache-control': 'max-age=600' } }],
      ['cards, and no word', { ...CARD, headers: { 'cache-control': undefined } }],
    ],
    quiet: [
      ['no-store', { ...SSN, headers: { 'cache-control': 'no-store' } }],
      ['private', { ...SSN, headers: { 'cache-control': 'private, max-age=60' } }],
      ['a while, for a token', { ...SSN, headers: { 'cache-control': 'max-age=600' } }],
      ['a public catalogue', { headers: { 'cache-control': 'public, max-age=60' } }],
      ['max-age=0', { ...SSN, authentication: ['cookie'], headers: { 'cache-control': 'max-age=0' } }],
      ['a change', { ...SSN, method: 'POST', headers: { 'cache-control': 'public, max-age=60' } }],
    ],
  },
};

/** Found by comparing with documents, and tried where that is. */
const DRIFT = ['shadow-api', 'stale-api', 'undocumented-parameter', 'unmanaged-api', 'zombie-api'];

function named(rows: readonly Row[]): [string, Row][] {
  return rows.map((row) => [row[0], row]);
}

function foundAfter([, ...told]: Row): string[] {
  const traffic = new Traffic();
  for (const { times = 10, ...one } of told) traffic.send(times, one);
  return traffic.ids();
}

describe.each(Object.entries(CHECKS))('%s', (check, { loud, quiet }) => {
  it('has at least as many quiet rows as loud ones', () => {
    expect(loud.length).toBeGreaterThan(0);
    expect(quiet.length).toBeGreaterThanOrEqual(loud.length);
  });

  it.each(named(loud))('says it: %s', (_, row) => {
    expect(foundAfter(row)).toContain(check);
  });

  it.each(named(quiet))('is quiet: %s', (_, row) => {
    expect(foundAfter(row)).not.toContain(check);
  });
});

describe('the shipped checks', () => {
  it('are all tried here', () => {
    const ids = shippedPolicies('posture').documents.map(({ id }) => id);
    expect(ids.sort()).toEqual([...Object.keys(CHECKS), ...DRIFT].sort());
  });

  it('say nothing of a careful API', () => {
    const traffic = new Traffic();
    traffic.send(100, { ...SSN, path: '/api/users/0f8fad5b-d9cb-469f-a165-70867728950e', data: { email: 1 } });
    traffic.send(100, { ...NONE, path: '/api/products/#' });
    traffic.send(100, { ...NONE, ...PAGE, path: '/' });
    expect(traffic.ids()).toEqual([]);
  });
});
