// The pass over the bytes may be fast and nothing else: it finds what the walk of the parsed value finds, in whatever bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsJson } from '../../src/cli/bench/payloads.ts';
import { viewBody } from '../../src/decoding/body.ts';
import { parseContentType } from '../../src/decoding/content-type.ts';
import { observeBody, observeDecoded } from '../../src/inspection/observe-body.ts';
import { NO_DATA, type SeenData } from '../../src/inspection/observe-bounds.ts';
import { readBody } from '../../src/inspection/observe-bytes.ts';
import { KeyedHash } from '../../src/inspection/observe-hash.ts';
import { ObservedPlace } from '../../src/inspection/observed-place.ts';

const TYPE = parseContentType('application/json');
const HASH = new KeyedHash(Buffer.from('0123456789abcdef'));
const SENSITIVE: SeenData = { holds: (pointer) => pointer.endsWith('no'), counts: [['card', 1]] };

function expectSame(text: string | Buffer, data: SeenData = NO_DATA): void {
  const bytes = Buffer.from(text);
  for (const whole of [false, true]) {
    const parsed = observeDecoded(viewBody(bytes, TYPE), data, HASH, whole);
    expect(observeBody(viewBody(bytes, TYPE), data, HASH, whole)).toStrictEqual(parsed);
  }
}

/** Read off the bytes, and not left to the parser. */
function isRead(text: string, whole = false): boolean {
  return readBody(viewBody(Buffer.from(text), TYPE), new ObservedPlace(), NO_DATA, HASH, whole) !== undefined;
}

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('id', 'no', 'userId', 'items', 'owner', 'note', 'a', 'order_id', 'ref') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', '값', 'a"b', 'a\\b', 'a/b~c', '__proto__', '7', '01', '4294967295', '*'),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 80, unit: 'binary' }) },
);
const id = fc.oneof(
  fc.uuid(),
  fc.ulid(),
  fc.stringMatching(/^[0-9a-f]{16,40}$/),
  fc.stringMatching(/^[a-z]{1,6}[_-][A-Za-z0-9]{2,12}$/),
  fc.stringMatching(/^[0-9]{1,22}$/),
  fc.constantFrom(
    'abcdefab-abcd-abcd-abcd-abcdefabcdef',
    'red',
    'IN_TRANSIT',
    'x'.repeat(33),
    '2026-11-27',
    'a@b.se',
    'ord-1',
    '',
    '12\n',
    'a b-123',
    'ä-1234',
  ),
  fc.string({ maxLength: 90, unit: 'binary' }),
  fc.string({ maxLength: 300 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 2 ** 53, -(2 ** 53) + 1),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    id,
    number,
    fc.constantFrom(true, false, null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 6 }),
  object: fc.array(fc.tuple(name, tie('value')), { maxLength: 7 }).map((members) => ({ members })),
}));

/** Written as a sender may write it: with white space, escapes and numbers of any form, names twice. */
function written(one: unknown, style: number): string {
  const space = ['', ' ', '\n\t', ' \r\n'][style & 3]!;
  if (typeof one === 'string') {
    const plain = JSON.stringify(one);
    return (style & 4) === 0 ? plain : plain.replace(/[a-f](?=[0-9])/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  }
  if (typeof one === 'number') {
    if (Object.is(one, -0)) return '-0';
    const forms = [
      String(one),
      one.toExponential(),
      Number.isInteger(one) && Math.abs(one) < 1e20 ? `${one}.0` : `${one}`,
    ];
    return forms[style % 3]!.replace('e+', ['e+', 'E+', 'e'][style % 3]!);
  }
  if (Array.isArray(one)) return `[${space}${one.map((each) => written(each, style)).join(`${space},`)}${space}]`;
  if (typeof one !== 'object' || one === null) return String(one);
  const { members } = one as { members: readonly (readonly [string, unknown])[] };
  const parts = members.map(([key, each]) => `${written(key, style)}${space}:${space}${written(each, style)}`);
  return `{${space}${parts.join(`,${space}`)}${space}}`;
}

const text = fc.tuple(value, fc.nat(63)).map(([one, style]) => written(one, style));
const broken = fc
  .tuple(
    text,
    fc.nat(400),
    fc.constantFrom(
      '',
      '"',
      '\\',
      '\\u12',
      '\\x',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '\u0001',
      '-',
      '0',
      'e',
      '.',
      'nul',
      'x',
      '\ufeff',
      '/',
    ),
  )
  .map(
    ([whole, at, put]) =>
      `${whole.slice(0, at % (whole.length + 1))}${put}${whole.slice((at % (whole.length + 1)) + 1)}`,
  );

describe('what is read off the bytes of a body', () => {
  it('are those of the parsed value, in generated bodies', () => {
    let read = 0;
    fc.assert(
      fc.property(text, (one) => {
        expectSame(one);
        if (isRead(one) && isRead(one, true)) read += 1;
      }),
      { numRuns: 1_200, seed: 7 },
    );
    expect(read).toBeGreaterThan(750);
  });

  it('are those of the parsed value where sensitive values stand', () => {
    fc.assert(
      fc.property(text, (one) => expectSame(one, SENSITIVE)),
      { numRuns: 300, seed: 8 },
    );
  });

  it('are those of the parsed value, or none, in broken bodies', () => {
    fc.assert(
      fc.property(broken, (one) => expectSame(one)),
      { numRuns: 2_000, seed: 9 },
    );
  });

  it('are those of the parsed value in bytes that are no UTF-8', () => {
    fc.assert(
      fc.property(text, fc.nat(400), fc.integer({ min: 0x80, max: 0xff }), (one, at, byte) => {
        const bytes = Buffer.from(one);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        expectSame(bytes);
      }),
      { numRuns: 1_000, seed: 10 },
    );
  });

  it.each([
    ['lists of records', recordsJson(16 * 1024)],
    ['lists of ids past the bound of an array', JSON.stringify(Array.from({ length: 150 }, (_, i) => `ord-${i}22`))],
    [
      'records past the bound of fields',
      JSON.stringify(Array.from({ length: 99 }, (_, i) => ({ id: i, a: { id: i }, b: [{ no: i }], ref: 'x' }))),
    ],
    [
      'a longer list behind the bound of fields',
      `{"first":[${Array.from({ length: 99 }, (_, i) => `{"id":${i},"no":1,"ref":2}`).join()}],"then":{"deep":[${'{},'.repeat(400)}{}]}}`,
    ],
    [
      'a longer list before it, further out',
      `{"then":[${'{},'.repeat(400)}{}],"first":[${'{"id":1,"no":2},'.repeat(120)}{}]}`,
    ],
    [
      'a list at the very bound',
      `[${'{"id":1,"no":2},'.repeat(98)}{"id":3,"a":[{},{}]},{"id":1,"no":2,"b":${JSON.stringify(new Array(300).fill([]))}}]`,
    ],
    ['levels at the bound of depth', `${'{"id":1,"a":'.repeat(15)}[{"id":9},"ord-123",["ord-124"]]${'}'.repeat(15)}`],
    ['levels past it', `${'[{"id":1,"a":'.repeat(40)}[{"id":9}]${'}]'.repeat(40)}`],
    [
      'very long pointers',
      `{"${'a'.repeat(60)}":{"${'b'.repeat(64)}":{"${'c'.repeat(64)}":{"${'d'.repeat(64)}":{"id":5,"e":{"id":6}}}}}}`,
    ],
    ['one number', '12'],
    ['one id', '"ord-1234"'],
    ['spaces around', ' \r\n\t[ { "id" : 1 } ] \n'],
    ['nothing but empties', '[{},[],{"a":{}},{"b":[]}]'],
    ['members in another order', '[{"a":1,"id":2},{"id":3,"a":4},{"b":1,"id":5,"a":6,"no":7},{"no":1,"id":2}]'],
  ])('%s are read', (_, one) => {
    expect(isRead(one)).toBe(true);
    expectSame(one);
  });

  it('are the same when more names were met than are remembered', () => {
    let names = 0;
    for (let body = 0; body < 60; body++) {
      const members = Array.from({ length: 90 }, () => `"name${names++}":{"id":${names},"ref":"x"}`);
      expectSame(`[{"id":1,"userId":"ord-12"},{${members.join()}},{"userId":2,"id":"ord-13"}]`);
    }
  });

  it.each([
    ['names that stand twice', '{"id":1,"a":2,"id":3}'],
    ['the same name, once with an escape', '{"id":1,"\\u0069d":{"id":4}}'],
    ['names that look like numbers', '{"id":1,"2":{"id":5},"1":{"id":6}}'],
    ['very long names', `{"${'n'.repeat(65)}":{"id":1}}`],
    ['very many members', `{${Array.from({ length: 250 }, (_, i) => `"k${i}":{"id":${i}}`).join()}}`],
    ['very deep bodies', `${'['.repeat(600)}${']'.repeat(600)}`],
    ['a byte order mark', '\ufeff{"id":1}'],
    ['two values', '{"id":1}{"id":2}'],
    ['a comma too many', '[{"id":1},]'],
    ['a comma too many in an object', '{"id":1,}'],
    ['raw control characters', '{"id":"a\u0001b"}'],
    ['numbers with a leading zero', '{"id":012}'],
    ['a number without digits', '{"id":-}'],
    ['nothing', ''],
    ['a string without an end', '{"id":"abc'],
    ['an escape without an end', '{"id":"abc\\'],
    ['a broken escape', '{"a":"\\u12g4"}'],
  ])('%s are left to the parser', (_, one) => {
    expect(isRead(one)).toBe(false);
    expectSame(one);
  });
});
