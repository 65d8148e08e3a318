import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeTarget } from '../../src/decoding/target.ts';

function decode(target: string, method = 'GET') {
  return decodeTarget(target, method, 'a.example', DEFAULT_LIMITS);
}

function codeOf(target: string, method = 'GET'): string {
  try {
    decode(target, method);
    return 'ok';
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

describe('decodeTarget', () => {
  it.each([
    ['C1 dot segments', '/a/../b/./c', '/b/c', '/b/c'],
    ['C1 encoded dot segments', '/a/%2e%2e/b', '/b', '/b'],
    ['C1 half encoded dot segments', '/a/.%2E/b', '/b', '/b'],
    ['C1 a final dot segment', '/a/b/..', '/a/', '/a/'],
    ['C2 a double encoding stays encoded once', '/a/b%252ec', '/a/b%2ec', '/a/b%252ec'],
    ['C3 an escaped slash stays in its segment', '/@scope%2fname', '/@scope/name', '/@scope%2fname'],
    ['B2 an absolute form of this host', 'http://a.example/x?y=1', '/x', '/x?y=1'],
    ['Korean', '/%ED%95%9C%EA%B8%80', '/한글', '/%ED%95%9C%EA%B8%80'],
    ['the root', '/', '/', '/'],
  ])('%s', (_, target, path, forward) => {
    expect(decode(target)).toMatchObject({ path, forward });
  });

  it.each([
    ['C1 above the root', '/../etc/passwd', 'PATH_ABOVE_ROOT'],
    ['C1 above the root, encoded', '/%2e%2e/x', 'PATH_ABOVE_ROOT'],
    ['C3 a backslash', '/a\\b', 'PATH_INVALID'],
    ['C3 an escaped backslash', '/a%5cb', 'PATH_INVALID'],
    ['C3 dot segments behind an escaped slash', '/a/x%2f..%2fb', 'PATH_AMBIGUOUS'],
    ['C4 a parent with a parameter', '/a/..;/b', 'PATH_AMBIGUOUS'],
    ['C5 a null byte', '/a%00b', 'PATH_INVALID'],
    ['C5 a lone percent', '/100%', 'PATH_INVALID'],
    ['C5 no hexadecimal digits', '/%zz', 'PATH_INVALID'],
    ['C6 overlong UTF-8', '/%c0%ae%c0%ae/x', 'PATH_INVALID'],
    ['C6 invalid UTF-8', '/%ff', 'PATH_INVALID'],
    ['C7 a fragment', '/a#b', 'TARGET_INVALID'],
    ['B2 another host', 'http://evil.example/x', 'TARGET_HOST_MISMATCH'],
    ['B2 another scheme', 'ftp://a.example/x', 'TARGET_INVALID'],
    ['B3 an authority in front', '//evil.example/x', 'TARGET_INVALID'],
    ['B3 a star', '*', 'TARGET_INVALID'],
    ['B3 an authority form', 'evil.example:80', 'TARGET_INVALID'],
  ])('refuses %s', (_, target, code) => expect(codeOf(target)).toBe(code));

  it('takes a star for OPTIONS', () => expect(codeOf('*', 'OPTIONS')).toBe('ok'));

  it('C9 keeps repeated names, empty values and brackets of a query in order', () => {
    expect(decode('/a?x=1&x=2&y&z=&a[b]=c+d%20e').query).toEqual([
      ['x', '1'],
      ['x', '2'],
      ['y', ''],
      ['z', ''],
      ['a[b]', 'c d e'],
    ]);
  });

  it('leaves a lone percent in a query as people mean it', () => {
    expect(decode('/a?q=100%&b=50%25').query).toEqual([
      ['q', '100%'],
      ['b', '50%'],
    ]);
  });

  it('C9 refuses more parameters than the limit', () => {
    expect(codeOf(`/a?${'x=1&'.repeat(1_001)}`)).toBe('PARAMETERS_TOO_MANY');
  });
});
