import { describe, expect, it } from 'vitest';
import { prescan, YAML_DEPTH_MAX } from '../../src/yaml/prescan.ts';
import { readYaml } from '../../src/yaml/read.ts';

const faultOf = (text: string) => {
  const [fault] = readYaml(text, 'f.yaml').faults;
  return fault === undefined ? undefined : `${fault.line}:${fault.column} ${fault.message}`;
};

describe('a text that must not reach the composer', () => {
  const deep = 1_500;
  const hidden: readonly (readonly [string, string])[] = [
    ['brackets', '['.repeat(deep)],
    ['braces', '{a: '.repeat(deep)],
    ['dashes on one line', `${'- '.repeat(deep)}x`],
    ['dashes with tabs', `${'-\t'.repeat(deep)}x`],
    ['question marks', `${'? '.repeat(deep)}x`],
    ['indentation', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a bracket a line, each behind a comment', "[ 'a', 1 # x\n, ".repeat(deep)],
    ['a bracket a line, each behind what looks like a document start', '[\n---a, '.repeat(deep)],
    ['brackets behind a quoted bracket', '["]", '.repeat(deep)],
    ['brackets behind a commented bracket', '[ # ]\n'.repeat(deep)],
    ['brackets in a later document', `a: 1\n---\n${'['.repeat(deep)}`],
    ['dashes below a key', `a:\n  ${'- '.repeat(deep)}x`],
    ['flow inside block inside flow', `- - - - - - - - - - - - - - - - - ${'['.repeat(20)}`],
  ];

  it.each(hidden)('is refused when it nests by %s', (_, text) => {
    expect(faultOf(text)).toMatch(/^\d+:\d+ nested deeper than 32 levels$/);
  });

  it('is refused over a mebibyte, before it is looked at', () => {
    expect(faultOf(`a: ${'x'.repeat(1024 * 1024)}`)).toMatch(/^1:1 the file is larger than 1048576 bytes/);
    expect(faultOf('가'.repeat(400_000))).toMatch(/larger than/);
  });

  it('is refused with more than fifty aliases', () => {
    expect(faultOf(`a: &a x\nb: [${'*a, '.repeat(51)}]`)).toMatch(/more than 50 aliases/);
    expect(faultOf(`a: &a x\nb: [${'*a, '.repeat(49)}]`)).toBeUndefined();
  });

  it('is refused when few aliases multiply to very many values', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(5)}]`);
    expect(faultOf(`a0: &a0 x\n${levels.join('\n')}`)).toMatch(/aliases multiply/);
  });

  it('is refused with more than two thousand documents', () => {
    expect(faultOf('a: 1\n---\n'.repeat(2_001))).toMatch(/more than 2000 documents/);
  });

  it('is looked at in linear time', () => {
    const started = process.hrtime.bigint();
    prescan('- x\n'.repeat(200_000), 'f.yaml');
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(10_000);
  });
});

describe('a text that only looks deep', () => {
  const quiet: readonly (readonly [string, string])[] = [
    ['thirty levels', `${'['.repeat(30)}x${']'.repeat(30)}`],
    ['brackets in quotes', `a: "${'['.repeat(200)}"\nb: '${'{'.repeat(200)}'`],
    ['brackets in a pattern', `a: ${'x[['.repeat(100)}`],
    ['brackets in a comment', `a: 1 # ${'['.repeat(200)}`],
    ['brackets in a block of text', `a: |\n  ${'[{'.repeat(200)}\nb: 1`],
    ['a Markdown rule in a block of text', `a: |\n  ${'- '.repeat(60)}\nb: 1`],
    ['a long list', '- [a, b]\n'.repeat(500)],
    ['asterisks in text', `a: ${'x * y '.repeat(100)}`],
    [
      'an indented block of text',
      `a: |\n  x\n${Array.from({ length: 60 }, (_, i) => `${' '.repeat(2 + i)}x`).join('\n')}`,
    ],
  ];

  it.each(quiet)('is read: %s', (_, text) => {
    expect(readYaml(text, 'f.yaml').faults).toEqual([]);
  });

  it('allows exactly the stated depth', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(faultOf(nested(YAML_DEPTH_MAX))).toBeUndefined();
    expect(faultOf(nested(YAML_DEPTH_MAX + 2))).toMatch(/nested deeper/);
  });
});

describe('a fault of syntax', () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['a key twice', 'a: 1\nb: 2\na: 3', /^3:1 the key `a` stands here twice/],
    ['a tab as indentation', 'a:\n\tb: 1', /^2:\d+ indent with spaces/],
    ['wrong indentation', 'a:\n  b: 1\n c: 2', /^3:\d+ /],
    ['an open bracket', 'a: [1, 2\nb: 3', /^\d+:\d+ .*(missing|indent)/],
    ['an open quote', 'a: "x\nb: 3', /^\d+:\d+ .*missing/],
    ['a tag', 'a: !!js/function x', /^1:4 tags/],
    ['two colons', 'a: b: c', /^1:\d+ a `:` too many/],
    ['an alias of nothing', 'a: 1\n---\na: *b', /^2:\d+ an alias|^3:\d+ an alias/],
    ['an asterisk without quotes', 'a: */x', /^1:\d+ /],
    ['a pattern in double quotes', 'a: "\\d+"', /^1:\d+ no such escape/],
  ];

  it.each(rows)('is named with its place: %s', (_, text, message) => {
    expect(faultOf(text)).toMatch(message);
  });

  it('leaves the other documents of the file readable', () => {
    const read = readYaml('a: 1\n---\nb: [\n---\nc: 3', 'f.yaml');
    expect(read.documents.map((document) => document.value)).toEqual([{ a: 1 }, { c: 3 }]);
    expect(read.faults).toHaveLength(1);
  });
});

describe('what is read', () => {
  it('is YAML 1.2: `no` is text, `012` is twelve, dates are text, `<<` is a key', () => {
    const { documents } = readYaml('a: no\nb: 012\nc: 2027-06-30\nd: 0x1f\n<<: {x: 1}', 'f.yaml');
    expect(documents[0]?.value).toEqual({ a: 'no', b: 12, c: '2027-06-30', d: 31, '<<': { x: 1 } });
  });

  it('keeps `__proto__` as a key of its own', () => {
    const value = readYaml('__proto__: {isAdmin: true}', 'f.yaml').documents[0]?.value as object;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect((value as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('knows the place of every key and value', () => {
    const [document] = readYaml('a:\n  - x: 1\n  - y: {z: 2}\n', 'f.yaml').documents;
    expect(document?.at(['a', 1, 'y', 'z'])).toEqual({ line: 3, column: 12 });
    expect(document?.at(['a', 1, 'y'], 'key')).toEqual({ line: 3, column: 5 });
    expect(document?.at(['a', 7, 'nothing'])).toEqual({ line: 2, column: 3 });
  });

  it('has no document for an empty text', () => {
    expect(readYaml('', 'f.yaml')).toEqual({ documents: [], faults: [] });
    expect(readYaml('# only a comment\n---\n', 'f.yaml').documents).toEqual([]);
  });
});
