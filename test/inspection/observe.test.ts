import { describe, expect, it } from 'vitest';
import { compileRoutes } from '../../src/configuration/match-route.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import type { Observation } from '../../src/core/observation.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import type { RecordedTransaction } from '../../src/core/recorded-transaction.ts';
import { defaultRoute } from '../../src/inspection/default-engine.ts';
import { defaultActorSources } from '../../src/inspection/default-identity.ts';
import { createEngine } from '../../src/inspection/engine.ts';
import { Identifier } from '../../src/inspection/identify.ts';
import { Observer } from '../../src/inspection/observe.ts';
import { KeyedHash } from '../../src/inspection/observe-hash.ts';
import { runRecorded } from '../../src/inspection/run-recorded.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const SECRET = Buffer.from('0123456789abcdef');
const snapshot = compileSnapshot({ version: '1', documents: shippedPolicies().documents }, []);

const observer = new Observer(SECRET);

function observed(parts: {
  method?: string;
  url?: string;
  headers?: readonly string[];
  body?: unknown;
  status?: number;
  responseHeaders?: readonly string[];
  answer?: unknown;
}): Observation {
  let record: TransactionRecord | undefined;
  const engine = createEngine(
    {
      matchRoute: compileRoutes([defaultRoute('monitor')]),
      limits: DEFAULT_LIMITS,
      trustedProxies: [],
      identifier: new Identifier(defaultActorSources()),
      verifiesTokens: false,
      countryOf: () => 'SE',
      isAnalystThere: () => true,
      onRecord: (made) => {
        record = made;
      },
      observer: () => observer,
      onDetectorError: () => {},
    },
    snapshot,
  );
  const message = (
    headers: readonly string[],
    body: unknown,
  ): { rawHeaders: string[]; body: Buffer; isDecoded: boolean } => ({
    rawHeaders: [...headers, ...(body === undefined ? [] : ['content-type', 'application/json'])],
    body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    isDecoded: true,
  });
  const { rawHeaders, ...request } = message(['host', 'shop.test', ...(parts.headers ?? [])], parts.body);
  if (parts.body !== undefined) rawHeaders.push('content-length', String(request.body.length));
  const transaction: RecordedTransaction = {
    at: 1_700_000_000_000,
    clientAddress: '203.0.113.9',
    request: { ...request, rawHeaders, method: parts.method ?? 'GET', url: parts.url ?? '/users/42' },
    response: { ...message(parts.responseHeaders ?? [], parts.answer), status: parts.status ?? 200 },
  };
  runRecorded(engine, 't-1', transaction);
  return record!.observation!;
}

const jwt = (claims: object): string =>
  `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('what a worker hands over for learning', () => {
  it.each([
    ['numbers', '17,18,19', ['17', '18', '19']],
    ['UUIDs', Array.from({ length: 3 }, (_, i) => `3f2504e0-4f89-41d3-9a0c-0305e82c330${i}`).join(','), 3],
    ['two numbers, as of a range', '10,20', 1],
    ['words', 'id,name,price', 1],
    ['coordinates', '12.5,41.9,12.6,42.0', 1],
    ['ids and a word', '17,18,all', 1],
    ['prose', 'red, green, and 3 blue ones', 1],
  ])('counts a list of %s in the query by what it names', (_name, list, wanted) => {
    const { query } = observed({ url: `/users?ids=${encodeURIComponent(list)}` });
    if (typeof wanted === 'number') expect(query).toHaveLength(wanted);
    else {
      const one = (id: string) => observed({ url: `/users?ids=${id}` }).query[0]!.hash;
      expect(query.map(({ hash }) => hash)).toEqual(wanted.map(one));
    }
    expect(query.every(({ pointer }) => pointer === '/ids')).toBe(true);
  });

  it('knows an identifier of an answer again in a path and in a claim', () => {
    const { response, path, claims } = observed({
      headers: ['authorization', `Bearer ${jwt({ sub: '42', role: 'customer' })}`],
      answer: { id: 42, kind: 'account', items: [{ sku: 'a-1', price: 9.5 }, { sku: 'b-2' }] },
    });
    const id = response?.fields.find((field) => field.pointer === '/id');
    expect(id).toMatchObject({ type: 'integer', number: 42 });
    expect(id?.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(path?.[1]?.hash).toBe(id?.hash);
    expect(claims.find((claim) => claim.name === 'sub')).toEqual({ name: 'sub', hash: id?.hash, word: undefined });
    expect(claims.find((claim) => claim.name === 'role')?.word).toBe('customer');
    expect(response?.records).toBe(2);
    expect(response?.fields.filter((field) => field.pointer === '/items/*/sku')).toHaveLength(2);
    expect(response?.fields.find((field) => field.pointer === '/kind')?.word).toBe('account');
  });

  it('never hands over a word or number of a place where sensitive data or a name was', () => {
    const { response } = observed({ answer: { name: 'Ann', card: '4111111111111111', email: 'ann@example.com' } });
    expect(JSON.stringify(response)).not.toMatch(/Ann|4111|example/);
    expect(response?.dataTypes.length).toBeGreaterThan(0);
  });

  it('names the account of a login, and authentication by scheme', () => {
    const one = observed({ method: 'POST', url: '/login', body: { username: 'ann', password: 'correct horse' } });
    const two = observed({ method: 'POST', url: '/login', body: { username: 'ann', password: 'battery staple' } });
    expect(one.account).toBe(two.account);
    expect(one.account).toBeDefined();
    expect(one.authentication).toEqual([]);
    expect(observed({ headers: ['x-api-key', 'k-123456'] }).authentication).toEqual(['api-key']);
    expect(observed({ url: '/a?access_token=abc123' }).isCredentialInUrl).toBe(true);
    expect(observed({ url: '/a?q=token' }).isCredentialInUrl).toBe(false);
  });

  it('keeps the flags of cookies and not their values', () => {
    const { responseHeaders } = observed({
      responseHeaders: ['Set-Cookie', 'sid=verysecret; HttpOnly; Path=/'],
      answer: {},
    });
    expect(responseHeaders).toEqual([['set-cookie', 'sid=…; HttpOnly; Path=/']]);
  });

  it('names GraphQL operations', () => {
    const query = 'query listOrders { orders { id } }';
    expect(observed({ method: 'POST', url: '/graphql', body: { query } }).graphqlOperation).toBe('query listOrders');
    const anonymous = observed({ method: 'POST', url: '/graphql', body: { query: '{ me { id } }' } });
    expect(anonymous.graphqlOperation).toBe('query me');
  });

  it('bounds what hostile bodies make of it', () => {
    const wide = observed({ answer: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i])) });
    expect(wide.response?.fields.length).toBeLessThanOrEqual(200);
    expect(wide.response?.isTruncated).toBe(true);
    let deep: unknown = 1;
    for (let i = 0; i < 60; i++) deep = { a: deep };
    expect(observed({ answer: deep }).response?.isTruncated).toBe(true);
  });
});

describe('keyed hashes', () => {
  it('depend on the secret and on every character', () => {
    const hash = new KeyedHash(SECRET);
    const other = new KeyedHash(Buffer.from('fedcba9876543210'));
    const texts = ['', 'a', 'b', 'ab', 'ba', 'abc', 'abcd', 'a\u0000', '1', '11', '111'];
    expect(new Set(texts.map((text) => hash.of(text))).size).toBe(texts.length);
    for (const text of texts) expect(hash.of(text)).not.toBe(other.of(text));
    expect(new Set(Array.from({ length: 100_000 }, (_, i) => hash.of(String(i)))).size).toBe(100_000);
  });

  it('refuses a secret that is too short', () => {
    expect(() => new KeyedHash(Buffer.from('short'))).toThrow(RangeError);
  });
});
