import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeCookies } from '../../src/decoding/cookies.ts';
import { checkRequestHead } from '../../src/decoding/framing.ts';
import { decodePairs, decodeTarget } from '../../src/decoding/target.ts';

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) return `${error.status} ${error.code}`;
    throw error;
  }
}

function head(rawHeaders: string[], method = 'POST', httpVersion = '1.1', target = '/'): unknown {
  return outcome(() => checkRequestHead({ method, target, httpVersion, rawHeaders }, DEFAULT_LIMITS));
}

function target(text: string, method = 'GET'): unknown {
  return outcome(() => {
    const { path, forward } = decodeTarget(text, method, 'a.example', DEFAULT_LIMITS);
    return [path, forward];
  });
}

const HOST = ['Host', 'a.example'];

describe('checkRequestHead', () => {
  it.each<[string, unknown, unknown]>([
    [
      'A1 both framings',
      head([...HOST, 'Content-Length', '3', 'Transfer-Encoding', 'chunked']),
      '400 FRAMING_AMBIGUOUS',
    ],
    ['A2 two lengths', head([...HOST, 'Content-Length', '3', 'Content-Length', '3']), '400 HEADER_DUPLICATE'],
    ['A2 a list of lengths', head([...HOST, 'Content-Length', '1, 1']), '400 CONTENT_LENGTH_INVALID'],
    ['A2 a signed length', head([...HOST, 'Content-Length', '+1']), '400 CONTENT_LENGTH_INVALID'],
    ['A2 a hexadecimal length', head([...HOST, 'Content-Length', '0x1']), '400 CONTENT_LENGTH_INVALID'],
    ['A2 a leading zero', head([...HOST, 'Content-Length', '01']), '400 CONTENT_LENGTH_INVALID'],
    ['A2 an empty length', head([...HOST, 'Content-Length', '']), '400 CONTENT_LENGTH_INVALID'],
    ['A2 a length of 2^64', head([...HOST, 'Content-Length', '18446744073709551616']), '400 CONTENT_LENGTH_INVALID'],
    ['A4 gzip, chunked', head([...HOST, 'Transfer-Encoding', 'gzip, chunked']), '501 TRANSFER_ENCODING_UNSUPPORTED'],
    ['A4 identity', head([...HOST, 'Transfer-Encoding', 'identity']), '501 TRANSFER_ENCODING_UNSUPPORTED'],
    ['A4 a chunked parameter', head([...HOST, 'Transfer-Encoding', 'chunked;x']), '501 TRANSFER_ENCODING_UNSUPPORTED'],
    [
      'A5 chunked on 1.0',
      head([...HOST, 'Transfer-Encoding', 'chunked'], 'POST', '1.0'),
      '400 TRANSFER_ENCODING_NOT_ALLOWED',
    ],
    ['A6 a GET with content', head([...HOST, 'Content-Length', '3'], 'GET'), '400 BODY_NOT_EXPECTED'],
    ['A6 a chunked HEAD', head([...HOST, 'Transfer-Encoding', 'chunked'], 'HEAD'), '400 BODY_NOT_EXPECTED'],
    ['A14 another version', head(HOST, 'GET', '1.2'), '505 HTTP_VERSION'],
    ['A17 too many headers', head([...HOST, ...Array<string>(200).fill('x')]), '431 HEADERS_TOO_MANY'],
    ['I3 large headers', head([...HOST, 'X', 'y'.repeat(17_000)]), '431 HEADERS_TOO_LARGE'],
    ['I3 a long target', head(HOST, 'GET', '1.1', `/${'a'.repeat(9_000)}`), '414 TARGET_TOO_LONG'],
    ['B1 no Host', head([]), '400 HOST_MISSING'],
    ['B1 an empty Host', head(['Host', '']), '400 HOST_INVALID'],
    ['B1 two Hosts', head([...HOST, 'host', 'a.example']), '400 HOST_DUPLICATE'],
    ['B1 a list', head(['Host', 'a, b']), '400 HOST_INVALID'],
    ['B1 userinfo', head(['Host', 'a@b']), '400 HOST_INVALID'],
    ['B1 a path', head(['Host', 'a/evil?x#']), '400 HOST_INVALID'],
    ['B1 a port out of range', head(['Host', 'a:65536']), '400 HOST_INVALID'],
    ['B1 an empty label', head(['Host', 'a..b']), '400 HOST_INVALID'],
    ['B6 CONNECT', head(HOST, 'CONNECT'), '405 METHOD_NOT_ALLOWED'],
    ['B6 TRACE', head(HOST, 'TRACE'), '405 METHOD_NOT_ALLOWED'],
    [
      'D1 Connection: Authorization',
      head([...HOST, 'Connection', 'close, Authorization']),
      '400 CONNECTION_LISTS_END_TO_END',
    ],
    [
      'D1 Connection: X-Forwarded-For',
      head([...HOST, 'Connection', 'X-Forwarded-For']),
      '400 CONNECTION_LISTS_END_TO_END',
    ],
    [
      'D1 Connection: Content-Length',
      head([...HOST, 'Connection', 'content-length']),
      '400 CONNECTION_LISTS_END_TO_END',
    ],
    ['D6 two Content-Types', head([...HOST, 'Content-Type', 'a/b', 'content-type', 'a/b']), '400 HEADER_DUPLICATE'],
    ['D6 two Authorizations', head([...HOST, 'Authorization', 'a', 'Authorization', 'b']), '400 HEADER_DUPLICATE'],
    ['D10 another expectation', head([...HOST, 'Expect', '200-ok']), '417 EXPECTATION_FAILED'],
  ])('refuses %s', (_, got, expected) => expect(got).toBe(expected));

  it.each<[string, unknown, unknown]>([
    [
      'a plain GET',
      head(HOST, 'GET'),
      { host: 'a.example', authority: 'a.example', contentLength: undefined, hasBody: false },
    ],
    ['a chunked POST', head([...HOST, 'Transfer-Encoding', 'Chunked']), expect.objectContaining({ hasBody: true })],
    [
      'a length',
      head([...HOST, 'Content-Length', '12']),
      expect.objectContaining({ contentLength: 12, hasBody: true }),
    ],
    [
      'a DELETE with a body',
      head([...HOST, 'Content-Length', '2'], 'DELETE'),
      expect.objectContaining({ hasBody: true }),
    ],
    ['a GET of length 0', head([...HOST, 'Content-Length', '0'], 'GET'), expect.objectContaining({ hasBody: false })],
    [
      'case, dot and port',
      head(['Host', 'A.Example.:8080']),
      expect.objectContaining({ host: 'a.example', authority: 'a.example:8080' }),
    ],
    ['an IPv6 Host', head(['Host', '[::1]:80']), expect.objectContaining({ host: '[::1]' })],
    [
      'keep-alive',
      head([...HOST, 'Connection', 'keep-alive, Upgrade']),
      expect.objectContaining({ host: 'a.example' }),
    ],
    ['1.0 without Host', head([], 'GET', '1.0'), expect.objectContaining({ host: '' })],
    ['100-continue', head([...HOST, 'Expect', '100-continue']), expect.objectContaining({ host: 'a.example' })],
    [
      'a header named __proto__ (D7)',
      head([...HOST, '__proto__', 'x']),
      expect.objectContaining({ host: 'a.example' }),
    ],
  ])('accepts %s', (_, got, expected) => expect(got).toEqual(expected));
});

describe('decodeTarget', () => {
  it.each<[string, string, string]>([
    ['B2 another authority', 'http://evil.example/x', '400 TARGET_HOST_MISMATCH'],
    ['B2 userinfo in the authority', 'http://a.example@evil.example/', '400 TARGET_HOST_MISMATCH'],
    ['B2 another scheme', 'ftp://a.example/x', '400 TARGET_INVALID'],
    ['B3 two leading slashes', '//evil.example/x', '400 TARGET_INVALID'],
    ['B3 two leading slashes behind a dot segment', '/.//evil.example/x', '400 TARGET_INVALID'],
    ['B3 two leading slashes behind a parent segment', '/a/..//evil.example/x', '400 TARGET_INVALID'],
    ['B3 an authority', 'evil:80', '400 TARGET_INVALID'],
    ['B3 a star', '*', '400 TARGET_INVALID'],
    ['C1 above the root', '/../etc/passwd', '400 PATH_ABOVE_ROOT'],
    ['C1 above the root, encoded', '/a/%2e%2e/.%2e/x', '400 PATH_ABOVE_ROOT'],
    ['C3 a backslash', '/a\\..\\b', '400 PATH_INVALID'],
    ['C3 an encoded backslash', '/a%5c..%5cb', '400 PATH_INVALID'],
    ['C3 dot segments behind an encoded slash', '/a%2f..%2fb', '400 PATH_AMBIGUOUS'],
    ['C4 a parent with parameters', '/a/..;/admin', '400 PATH_AMBIGUOUS'],
    ['C4 a parent with parameters, encoded', '/a/%2e%2e%3bx/admin', '400 PATH_AMBIGUOUS'],
    ['C4 a parent with parameters behind an encoded slash', '/a%2f..;/admin', '400 PATH_AMBIGUOUS'],
    ['C5 NUL', '/a%00.png', '400 PATH_INVALID'],
    ['C5 CR LF', '/a%0d%0ax', '400 PATH_INVALID'],
    ['C5 a lone percent sign', '/100%', '400 PATH_INVALID'],
    ['C5 no hexadecimal digits', '/%zz', '400 PATH_INVALID'],
    ['C5 %u', '/%u0041', '400 PATH_INVALID'],
    ['C6 an overlong dot', '/%c0%ae%c0%ae/x', '400 PATH_INVALID'],
    ['C6 an encoded surrogate', '/%ed%a0%80', '400 PATH_INVALID'],
    ['C7 a fragment', '/a#b', '400 TARGET_INVALID'],
    ['C8 a parent of an empty segment', '/a//../b', '400 PATH_AMBIGUOUS'],
    ['C9 too many parameters', `/?${'a&'.repeat(1_001)}`, '400 PARAMETERS_TOO_MANY'],
  ])('refuses %s', (_, text, expected) => expect(target(text)).toBe(expected));

  it.each<[string, string, [string, string]]>([
    ['C1 dot segments', '/a/./b/../c?x=1', ['/a/c', '/a/c?x=1']],
    ['C1 encoded dot segments', '/a/%2e%2e/b', ['/b', '/b']],
    ['C2 double encoding, once', '/a/b%252ec', ['/a/b%2ec', '/a/b%252ec']],
    ['C3 an encoded slash in a package name', '/@scope%2fname', ['/@scope/name', '/@scope%2fname']],
    ['B2 its own authority', 'http://A.example/x?y', ['/x', '/x?y']],
    ['B2 its own authority without a path', 'http://a.example?y', ['/', '/?y']],
    ['Korean', '/%ED%95%9C', ['/한', '/%ED%95%9C']],
    ['parameters', '/a;v=1/b', ['/a;v=1/b', '/a;v=1/b']],
    ['a trailing slash', '/a/', ['/a/', '/a/']],
    ['a lone percent sign in the query', '/?q=100%', ['/', '/?q=100%']],
    ['a backslash in the query, as browsers send it', '/?q=a\\b', ['/', '/?q=a\\b']],
  ])('reads %s', (_, text, expected) => expect(target(text)).toEqual(expected));

  it('takes a star for OPTIONS only', () => expect(target('*', 'OPTIONS')).toEqual(['*', '*']));

  it('resolves dot segments as URL does', () => {
    const segment = fc.constantFrom('a', 'b', '.', '..', '%2e', '%2E.', 'x%20y', '%ED%95%9C');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (segments) => {
        const text = `/${segments.join('/')}`;
        const got = target(text);
        if (typeof got === 'string') expect(got).toBe('400 PATH_ABOVE_ROOT');
        else expect((got as string[])[1]).toBe(new URL(`http://a.example${text}`).pathname);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws anything but a Fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        target(`/${text}`);
        target(text);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('decodePairs', () => {
  it('reads valid forms as URLSearchParams does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string()), { maxLength: 8 }), (pairs) => {
        const text = new URLSearchParams(pairs).toString();
        expect(decodePairs(text, 100)).toEqual([...new URLSearchParams(text)]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('C9 keeps repeated names, brackets and broken escapes', () => {
    expect(decodePairs('a=1&a=2&b[]=x&c[__proto__]=y&q=100%&e&=f', 10)).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b[]', 'x'],
      ['c[__proto__]', 'y'],
      ['q', '100%'],
      ['e', ''],
      ['', 'f'],
    ]);
  });
});

describe('decodeCookies', () => {
  it('reads pairs, quoted values and values without a name', () => {
    expect(decodeCookies(['Cookie', 'a=1; b="x y"; <b>;; c=%27', 'X', 'd=1', 'cookie', 'e=2'], DEFAULT_LIMITS)).toEqual(
      [
        ['a', '1'],
        ['b', 'x y'],
        ['', '<b>'],
        ['c', "'"],
        ['e', '2'],
      ],
    );
  });

  it('I3 refuses a flood', () => {
    expect(outcome(() => decodeCookies(['Cookie', 'a=1;'.repeat(300)], DEFAULT_LIMITS))).toBe('431 COOKIES_TOO_MANY');
  });
});
