import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { checkRequestHead } from '../../src/decoding/framing.ts';

function check(
  lines: readonly string[],
  overrides: { method?: string; httpVersion?: string; target?: string } = {},
): string {
  const hasHost = lines.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  try {
    checkRequestHead(
      {
        method: overrides.method ?? 'POST',
        target: overrides.target ?? '/',
        httpVersion: overrides.httpVersion ?? '1.1',
        rawHeaders: hasHost ? lines : ['Host', 'a.example', ...lines],
      },
      DEFAULT_LIMITS,
    );
    return 'ok';
  } catch (error) {
    if (error instanceof Fault) return `${error.status} ${error.code}`;
    throw error;
  }
}

describe('checkRequestHead', () => {
  it.each([
    ['A2 Content-Length with a leading zero', ['Content-Length', '01'], '400 CONTENT_LENGTH_INVALID'],
    ['A2 Content-Length with a sign', ['Content-Length', '+1'], '400 CONTENT_LENGTH_INVALID'],
    ['A2 two Content-Length lines', ['Content-Length', '1', 'content-length', '1'], '400 HEADER_DUPLICATE'],
    ['A2 a list of lengths', ['Content-Length', '1, 1'], '400 CONTENT_LENGTH_INVALID'],
    ['A1 both framings', ['Content-Length', '1', 'Transfer-Encoding', 'chunked'], '400 FRAMING_AMBIGUOUS'],
    ['A4 gzip, chunked', ['Transfer-Encoding', 'gzip, chunked'], '501 TRANSFER_ENCODING_UNSUPPORTED'],
    ['A4 identity, chunked', ['Transfer-Encoding', 'identity, chunked'], '501 TRANSFER_ENCODING_UNSUPPORTED'],
    ['A4 chunked with a parameter', ['Transfer-Encoding', 'chunked;x'], '501 TRANSFER_ENCODING_UNSUPPORTED'],
    ['B1 an empty port', ['Host', 'a.example:'], '400 HOST_INVALID'],
    ['B1 a port out of range', ['Host', 'a.example:70000'], '400 HOST_INVALID'],
    ['B1 a list of hosts', ['Host', 'a, b'], '400 HOST_INVALID'],
    ['B1 userinfo', ['Host', 'a@b'], '400 HOST_INVALID'],
    ['B1 a path', ['Host', 'a/evil?x#'], '400 HOST_INVALID'],
    ['B1 an empty host', ['Host', ''], '400 HOST_INVALID'],
    ['B1 two hosts', ['Host', 'a', 'host', 'b'], '400 HOST_DUPLICATE'],
    ['B1 letters outside ASCII', ['Host', 'bücher.example'], '400 HOST_INVALID'],
    ['D1 Connection names Authorization', ['Connection', 'close, Authorization'], '400 CONNECTION_LISTS_END_TO_END'],
    ['D1 Connection names X-Forwarded-For', ['Connection', 'X-Forwarded-For'], '400 CONNECTION_LISTS_END_TO_END'],
    ['D1 Connection names Content-Length', ['Connection', 'content-length'], '400 CONNECTION_LISTS_END_TO_END'],
    ['D6 two content types', ['Content-Type', 'a/b', 'Content-Type', 'c/d'], '400 HEADER_DUPLICATE'],
    ['D6 two authorizations', ['Authorization', 'a', 'authorization', 'b'], '400 HEADER_DUPLICATE'],
    ['D10 another expectation', ['Expect', 'y 100-continue'], '417 EXPECTATION_FAILED'],
  ])('%s', (_, lines, expected) => {
    expect(check(lines)).toBe(expected);
  });

  it.each([
    [
      'A5 Transfer-Encoding on HTTP/1.0',
      { httpVersion: '1.0' },
      ['Transfer-Encoding', 'chunked'],
      '400 TRANSFER_ENCODING_NOT_ALLOWED',
    ],
    ['A6 a body on GET', { method: 'GET' }, ['Content-Length', '5'], '400 BODY_NOT_EXPECTED'],
    ['A6 a chunked body on HEAD', { method: 'HEAD' }, ['Transfer-Encoding', 'chunked'], '400 BODY_NOT_EXPECTED'],
    ['A14 another version', { httpVersion: '1.2' }, [], '505 HTTP_VERSION'],
    ['B6 CONNECT', { method: 'CONNECT' }, [], '405 METHOD_NOT_ALLOWED'],
    ['B6 TRACE', { method: 'TRACE' }, [], '405 METHOD_NOT_ALLOWED'],
    ['I3 a target that is too long', { target: `/${'a'.repeat(9_000)}` }, [], '414 TARGET_TOO_LONG'],
  ])('%s', (_, overrides, lines, expected) => expect(check(lines, overrides)).toBe(expected));

  it('A17 refuses more header lines than the limit', () => {
    expect(check(Array.from({ length: 202 }, (_, i) => (i % 2 === 0 ? `x-${i}` : '1')))).toBe('431 HEADERS_TOO_MANY');
  });

  it('I3 refuses more header bytes than the limit', () => {
    expect(check(['x-a', 'a'.repeat(17_000)])).toBe('431 HEADERS_TOO_LARGE');
  });

  it.each([
    [['Content-Length', '0'], {}],
    [['Content-Length', '12', 'Content-Type', 'application/json'], {}],
    [['Transfer-Encoding', 'chunked'], {}],
    [['Transfer-Encoding', 'Chunked'], {}],
    [['Host', '[2001:db8::1]:8080'], {}],
    [['Host', 'A.Example.:8080'], {}],
    [['Connection', 'keep-alive, Upgrade'], {}],
    [['Expect', '100-continue'], {}],
    [['Content-Length', '3'], { method: 'DELETE' }],
    [['Accept', 'a/b', 'Accept', 'c/d'], { method: 'GET' }],
    [[], { method: 'GET', httpVersion: '2.0' }],
  ])('accepts %j %j', (lines, overrides) => expect(check(lines, overrides)).toBe('ok'));
});
