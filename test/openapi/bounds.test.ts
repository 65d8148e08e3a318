// Nothing a document or a message says makes checking it long: patterns, formats, circles, long lists.
import { describe, expect, it } from 'vitest';
import { TEXT_FORMATS } from '../../src/openapi/formats.ts';
import { compilePattern, patternFault } from '../../src/openapi/patterns.ts';
import { contractOf, held } from './held.ts';

/** Milliseconds of CPU: neighbours on the machine do not count. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('patterns', () => {
  const bombs = [
    '^(a+)+$',
    '(a|a)*$',
    '^(a|aa)+$',
    '(.*)*x',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '\\s+$',
    '^\\d+\\d+\\d+$',
    '(x+x+)+y',
    '^a{1,99}a{1,99}a{1,99}b$',
    '^(?:a?){40}a{40}$',
    '[\\w.]+@[\\w.]+\\.\\w+',
  ];
  it.each(bombs)('%s is matched in bounded time', (source) => {
    expect(patternFault(source)).toBeUndefined();
    const { test } = compilePattern(source);
    test('warm');
    for (const unit of ['a', 'aA', ' ', '1', 'x', 'a.']) {
      expect(cost(() => test(`${unit.repeat(16_000 / unit.length)}!`))).toBeLessThan(500);
    }
  });

  it.each([
    ['^[A-Z]{2}\\d{4}$', 'AB1234', 'AB123'],
    ['^\\u00e9+$', 'éé', 'ee'],
    ['^(?:foo|bar)-\\d{1,3}$', 'bar-7', 'baz-7'],
    ['[0-9a-f]{8}-[0-9a-f]{4}', 'x01234567-abcdx', '0123'],
    ['^[\\w\\-\\.]+@[\\w-]+$', 'a-b.c@d', 'a b@c'],
    ['^\\p{L}+$', 'Ünï', '7'],
    ['abc|xyz$', '1abc2', 'xyz1'],
  ])('%s means what it says', (source, yes, no) => {
    expect(compilePattern(source).test(yes)).toBe(true);
    expect(compilePattern(source).test(no)).toBe(false);
  });

  it('with look-around and back-references are left out with a note, and the rest of the schema counts', () => {
    expect(patternFault('^(?=.*\\d).+$')).toMatch(/look-around/);
    expect(patternFault('(a)\\1')).toMatch(/back-references/);
    const document = `openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { type: string, minLength: 2, pattern: "^(?!x).*$" } } } } } } }`;
    expect(contractOf(document).notes).toMatchObject([{ pointer: expect.stringMatching(/\/schema\/pattern$/) }]);
  });
});

describe('formats', () => {
  it.each(Object.entries(TEXT_FORMATS))('%s looks at any text in bounded time', (_, check) => {
    for (const unit of ['a', 'a-', 'a.', '1', '/', '%41', ':', '{a', '::', 'a@']) {
      expect(cost(() => check(unit.repeat(200_000)))).toBeLessThan(200);
      expect(cost(() => check(unit.repeat(2_700)))).toBeLessThan(200);
      expect(cost(() => check(unit.repeat(100)))).toBeLessThan(200);
    }
  });
});

describe('schemas', () => {
  it('that refer to themselves in alternatives take a bounded number of steps', () => {
    const contract = held(`openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/E" } } } } } } }
components:
  schemas:
    E:
      anyOf:
        - { type: object, required: [k], properties: { c: { $ref: "#/components/schemas/E" }, k: { const: 1 } } }
        - { type: object, required: [k], properties: { c: { $ref: "#/components/schemas/E" }, k: { const: 2 } } }
        - { type: object, required: [k], properties: { c: { $ref: "#/components/schemas/E" }, k: { const: 3 } } }`);
    let value: unknown = { k: 9 };
    for (let i = 0; i < 50; i++) value = { c: value };
    let found: string[] = [];
    expect(cost(() => (found = contract.post('/a', value)))).toBeLessThan(2_000);
    expect(found).toContain('body  complexity');
  });

  it('with distinct elements are checked in linear time', () => {
    const contract = held(`openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { type: array, uniqueItems: true } } } } } } }`);
    const items = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    let found: string[] = [];
    expect(cost(() => (found = contract.post('/a', items)))).toBeLessThan(2_000);
    expect(found).toEqual([]);
    expect(contract.post('/a', [...items, { i: 7 }])).toEqual(['body  uniqueItems']);
  });

  it('name at most twenty problems, and only the first one of a large body', () => {
    const contract = held(`openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { type: array, items: { type: integer } } } } } } } }`);
    expect(
      contract.post(
        '/a',
        Array.from({ length: 100 }, () => 'x'),
      ),
    ).toHaveLength(20);
    expect(
      contract.post(
        '/a',
        Array.from({ length: 50_000 }, () => 'x'),
      ),
    ).toHaveLength(1);
  });

  it('do not take what every object inherits for a field', () => {
    const contract = held(`openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { type: object, required: [toString], properties: { constructor: { type: string } } } } } } } } }`);
    expect(contract.post('/a', {})).toEqual(['body /toString required']);
    expect(contract.post('/a', { toString: 1, constructor: 'x' })).toEqual(['body /toString unknown-field']);
  });

  it('larger than what is checked are a violation, never passed over', () => {
    const contract = held(`openapi: 3.1.0
paths: { /a: { post: { requestBody: { content: { application/json: { schema: { type: string } } } } } } }`);
    expect(contract.post('/a', JSON.stringify([`${'x'.repeat(1_100_000)}`]))).toEqual(['body  size']);
  });
});
