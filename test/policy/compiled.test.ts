import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExceptionDocument, ListDocument } from '../../src/core/document.ts';
import type { Finding } from '../../src/core/finding.ts';
import { AddressRanges, parseRange } from '../../src/policy/address-ranges.ts';
import { compileEndpointPattern } from '../../src/policy/endpoint-pattern.ts';
import { Exceptions } from '../../src/policy/exceptions.ts';
import { Lists } from '../../src/policy/lists.ts';
import { compileMatch, type Facts } from '../../src/policy/match.ts';
import { compilePointers } from '../../src/policy/pointer-pattern.ts';

const factsOf = (method: string, path: string, more: Partial<Facts> = {}): Facts => ({
  method,
  host: 'shop.example.com',
  segments: path.split('/').slice(1),
  templateSegments: path.split('/').slice(1),
  actors: [],
  token: undefined,
  areClaimsTrusted: true,
  clientAddress: '203.0.113.7',
  ...more,
});

describe('an endpoint pattern', () => {
  const rows: readonly (readonly [string, string, string, boolean])[] = [
    ['GET /api/**', 'GET', '/api/users/7', true],
    ['GET /api/**', 'GET', '/api', true],
    ['GET /api/**', 'POST', '/api/users', false],
    ['GET /api/**', 'GET', '/apix', false],
    ['/api/**', 'DELETE', '/api/x', true],
    ['* /x/*', 'PATCH', '/x/1', true],
    ['* /x/*', 'PATCH', '/x', false],
    ['* /x/*', 'PATCH', '/x/1/2', false],
    ['POST,PUT shop.example.com/users/{id}', 'PUT', '/users/7', true],
    ['POST,PUT shop.example.com/users/{id}', 'GET', '/users/7', false],
    ['POST other.example.com/users/{id}', 'POST', '/users/7', false],
    ['*.example.com/users', 'GET', '/users', true],
    ['*.ample.com/users', 'GET', '/users', false],
    ['SHOP.example.com/users', 'GET', '/users', true],
    ['/**/export', 'GET', '/a/b/c/export', true],
    ['/**/export', 'GET', '/export', true],
    ['/**/a/**/b', 'GET', '/x/a/a/y/b', true],
    ['/**/a/**/b', 'GET', '/x/b/y/a', false],
    ['/users/{id}', 'GET', '/users/{id}', true],
    ['/Users', 'GET', '/users', false],
  ];

  it.each(rows)('%s takes %s %s: %s', (pattern, method, path, expected) => {
    expect(compileMatch({ endpoint: [pattern], actor: undefined })(factsOf(method, path))).toBe(expected);
  });

  it.each(['GET', '/a b c', 'get /x', 'GET /a*', '/v{n}x', '/x?y=1', '/{a}{b}', ''])('is refused: `%s`', (pattern) => {
    expect(() => compileEndpointPattern(pattern)).toThrow(SyntaxError);
  });

  it('with many `**` takes time proportional to pattern and path', () => {
    const pattern = compileEndpointPattern(`/${'**/a/'.repeat(50)}b`);
    const segments = Array.from({ length: 4_000 }, () => 'a');
    const started = process.hrtime.bigint();
    expect(pattern.matches('GET', '', segments)).toBe(false);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(500);
  });
});

describe('address ranges', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['10.0.0.0/8', '0:0:0:0:0:FFFF:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/32', '2001:DB8::1%eth0', true],
    ['::/0', '192.0.2.7', false],
    ['0.0.0.0/0', '192.0.2.7', true],
    ['0.0.0.0/0', 'not an address', false],
    ['0.0.0.0/0', '010.0.0.1', false],
    ['0.0.0.0/0', '1.2.3', false],
    ['0.0.0.0/0', '', false],
  ];

  it.each(rows)('%s has %s: %s', (range, address, expected) => {
    expect(new AddressRanges([[range, true]]).find(address) === true).toBe(expected);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '256.0.0.1',
    '::1/129',
    ':::',
    '10.0.0.1/',
    '10.0.0.1/-1',
    'example.com',
    '1::2::3',
  ])('refuse `%s`', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it('give the most specific of nested ranges', () => {
    const ranges = new AddressRanges([
      ['10.1.0.0/16', 'b'],
      ['10.0.0.0/8', 'a'],
      ['10.1.2.0/24', 'c'],
      ['10.1.2.3', 'd'],
    ]);
    const found = ['10.0.0.1', '10.1.0.1', '10.1.2.1', '10.1.2.3', '10.1.2.4', '10.1.3.0', '10.2.0.0', '11.0.0.0'];
    expect(found.map((address) => ranges.find(address))).toEqual(['a', 'b', 'c', 'd', 'c', 'b', 'a', undefined]);
  });

  it('agree with looking at every range', () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const range = fc
      .tuple(octet, octet, fc.integer({ min: 6, max: 32 }))
      .map(([a, b, bits]) => `${a}.${b}.0.0/${bits}`);
    const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), fc.tuple(octet, octet, octet), (ranges, [a, b, c]) => {
        const address = `${a}.${b}.${c}.0`;
        const isIn = ranges.some((text) => {
          const { first, last } = parseRange(text)!;
          return first <= BigInt(number(address)) && BigInt(number(address)) <= last;
        });
        expect(new AddressRanges(ranges.map((text) => [text, true] as const)).find(address) === true).toBe(isIn);
      }),
    );
  });

  it('find one of a hundred thousand in far less than a microsecond each', () => {
    const entries = Array.from(
      { length: 100_000 },
      (_, i) => [`${11 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/25`, i] as const,
    );
    const ranges = new AddressRanges(entries);
    expect(ranges.find('11.3.7.1')).toBe(3 * 256 + 7);
    expect(ranges.find('11.3.7.200')).toBeUndefined();
    const started = process.hrtime.bigint();
    for (let i = 0; i < 100_000; i++) ranges.find('11.200.7.1');
    expect(Number(process.hrtime.bigint() - started) / 100_000).toBeLessThan(20_000);
  });
});

describe('an actor condition', () => {
  const token = (claims: Record<string, unknown>) => ({ claims }) as unknown as NonNullable<Facts['token']>;
  const match = (claim: Record<string, string[]>) =>
    compileMatch({ endpoint: [], actor: { kind: undefined, id: [], claim, ip: [] } });

  it('looks into nested claims and lists', () => {
    const isAdmin = match({ 'realm_access.roles': ['admin'] });
    expect(isAdmin(factsOf('GET', '/', { token: token({ realm_access: { roles: ['user', 'admin'] } }) }))).toBe(true);
    expect(isAdmin(factsOf('GET', '/', { token: token({ realm_access: { roles: ['user'] } }) }))).toBe(false);
    expect(isAdmin(factsOf('GET', '/', { token: token({ realm_access: 'admin' }) }))).toBe(false);
    expect(isAdmin(factsOf('GET', '/'))).toBe(false);
  });

  it('does not believe a claim that nobody vouches for, nor one of the prototype', () => {
    const facts = factsOf('GET', '/', { token: token({ role: 'hr' }), areClaimsTrusted: false });
    expect(match({ role: ['hr'] })(facts)).toBe(false);
    expect(match({ 'constructor.name': ['Object'] })(factsOf('GET', '/', { token: token({}) }))).toBe(false);
  });

  it('takes kind, id and address together', () => {
    const condition = compileMatch({
      endpoint: [],
      actor: { kind: 'subject', id: ['ann'], claim: {}, ip: ['203.0.113.0/24'] },
    });
    const ann = [{ kind: 'subject', id: 'ann' }] as unknown as Facts['actors'];
    expect(condition(factsOf('GET', '/', { actors: ann }))).toBe(true);
    expect(condition(factsOf('GET', '/', { actors: ann, clientAddress: '198.51.100.1' }))).toBe(false);
    expect(condition(factsOf('GET', '/'))).toBe(false);
  });
});

describe('an exception', () => {
  const finding = { detection: 'injection-sql', location: 'body', pointer: '/query' } as unknown as Finding;
  const exception = (over: Partial<ExceptionDocument> = {}): ExceptionDocument => ({
    kind: 'exception',
    id: 'x',
    description: '',
    enabled: true,
    source: { file: '', line: 1, column: 1 },
    detector: 'injection-sql',
    match: { endpoint: ['POST /api/search'], actor: undefined, pointer: ['/query'], location: [], dataTypes: [] },
    reason: 'r',
    expires: '2027-06-30',
    ...over,
  });
  const find = (document: ExceptionDocument, now: string, one = finding, facts = factsOf('POST', '/api/search')) =>
    new Exceptions([document]).find(one, facts, Date.parse(now))?.id;

  it('holds at its place until the end of its last day', () => {
    expect(find(exception(), '2027-06-30T23:59:59Z')).toBe('x');
    expect(find(exception(), '2027-07-01T00:00:00Z')).toBeUndefined();
    expect(find(exception({ expires: undefined }), '2099-01-01T00:00:00Z')).toBe('x');
    expect(find(exception({ expires: '2027-06-30T12:00' }), '2027-06-30T11:59:59Z')).toBe('x');
    expect(find(exception({ expires: '2027-06-30T12:00' }), '2027-06-30T12:00:00Z')).toBeUndefined();
    expect(find(exception({ expires: '2027-06-30T12:00+09:00' }), '2027-06-30T04:00:00Z')).toBeUndefined();
  });

  it('with an end that is no date does not hold', () => {
    expect(find(exception({ expires: '2027-13-01' }), '2026-01-01T00:00:00Z')).toBeUndefined();
  });

  it('covers neither other findings nor other places', () => {
    const now = '2026-12-01T00:00:00Z';
    expect(find(exception(), now, { ...finding, detection: 'xss' })).toBeUndefined();
    expect(find(exception(), now, { ...finding, pointer: '/other' })).toBeUndefined();
    expect(find(exception(), now, finding, factsOf('POST', '/api/other'))).toBeUndefined();
    expect(find(exception({ detector: '*' }), now, { ...finding, detection: 'xss' })).toBe('x');
  });
});

describe('lists', () => {
  const list = (
    action: 'allow' | 'deny',
    entries: Partial<ListDocument['entries']>,
    endpoint: string[] = [],
  ): ListDocument => ({
    kind: 'list',
    id: action,
    description: '',
    enabled: true,
    source: { file: '', line: 1, column: 1 },
    action,
    match: { endpoint, actor: undefined },
    entries: { ips: [], actors: [], countries: [], ...entries },
  });

  it('know addresses, actors and countries, each at their endpoints', () => {
    const lists = new Lists([
      list('deny', { ips: ['198.51.100.0/24'], countries: ['KP'], actors: [{ kind: 'subject', id: 'eve' } as never] }),
      list('allow', { ips: ['203.0.113.7'] }, ['/internal/**']),
    ]);
    const eve = [{ kind: 'subject', id: 'eve' }] as unknown as Facts['actors'];
    expect(lists.denying(factsOf('GET', '/', { clientAddress: '198.51.100.9' }), undefined)?.id).toBe('deny');
    expect(lists.denying(factsOf('GET', '/'), 'KP')?.id).toBe('deny');
    expect(lists.denying(factsOf('GET', '/', { actors: eve }), 'KR')?.id).toBe('deny');
    expect(lists.denying(factsOf('GET', '/'), 'KR')).toBeUndefined();
    expect(lists.allowing(factsOf('GET', '/internal/x'), undefined)?.id).toBe('allow');
    expect(lists.allowing(factsOf('GET', '/public'), undefined)).toBeUndefined();
  });
});

describe('pointer patterns', () => {
  const rows: readonly (readonly [string[], string, boolean])[] = [
    [[], '/anything', true],
    [['/a/b'], '/a/b', true],
    [['/a/b'], '/a/b/c', false],
    [['/items/*/name'], '/items/17/name', true],
    [['/items/*/name'], '/items/17/other', false],
    [['/a/**'], '/a/b/c', true],
    [['/a/**'], '/ab', false],
  ];
  it.each(rows)('%j take %s: %s', (patterns, pointer, expected) => {
    expect(compilePointers(patterns)(pointer)).toBe(expected);
  });
});
