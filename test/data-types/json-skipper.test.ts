// The module may be fast and nothing else: with it and without it the scanner finds the same, in whatever bytes.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataTypeDocument } from '../../src/core/document.ts';
import { EMAIL_PATTERN } from '../../src/data-types/json-tables.ts';
import { Scanner } from '../../src/data-types/scanner.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const types = shippedPolicies('data-types').documents.filter(
  (document): document is DataTypeDocument => document.kind === 'data-type',
);
const scanner = Scanner.of(types);

function seen(bytes: Buffer, skips: boolean): string[] {
  const { hits, uncounted } = scanner.scanAll(bytes, 'json', skips);
  return [`${uncounted} uncounted`, ...hits.map((hit) => `${hit.type.document.id} ${hit.start}-${hit.end}`)];
}

function expectSame(bytes: Buffer): number {
  const all = seen(bytes, false);
  expect(seen(bytes, true)).toEqual(all);
  return all.length - 1;
}

const samples = types.flatMap((type) => [...type.matches, ...type.ignores]);
const texts = samples.filter((sample) => typeof sample === 'string');
const names = [
  ...[
    'id',
    'name',
    'type',
    'value',
    'data',
    'label',
    'number',
    'reference',
    'note',
    'x',
    '',
    'sample_id',
    '값',
    'a b',
    '$',
  ],
  ...types.flatMap((type) => type.context.keys),
  ...types.flatMap((type) => type.context.notKeys),
];

/** Texts of the forms that the module checks itself, right and nearly right. */
const digits = (count: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^\\d{${count}}$`));
const number = (max: number): fc.Arbitrary<string> => fc.nat(max).map(String);
const joined = (mark: string, ...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((list) => list.join(mark));
const card = fc.tuple(fc.constantFrom('4', '51', '2221', '2720', '34', '36', '6011', '62', '3528', '97'), digits(18));
const shaped = fc.oneof(
  fc
    .tuple(card, fc.integer({ min: 12, max: 19 }))
    .map(([[head, tail], length]) => withLuhn(`${head}${tail}`.slice(0, length))),
  joined(
    '-',
    fc.constantFrom('000', '078', '219', '536', '666', '900'),
    fc.constantFrom('00', '05', '09', '22', '99'),
    fc.constantFrom('0000', '1120', '9999', '8754'),
  ),
  joined('-', fc.constantFrom('912', '987', '899'), number(99), digits(4)),
  fc.tuple(fc.constantFrom('+1 415 ', '+1111', '+2026-11-', '+82-10-'), digits(9)).map(([head, tail]) => head + tail),
  joined(
    '-',
    fc.tuple(fc.constantFrom('000229', '010229', '900131', '850230', '201231'), digits(0)).map(([date]) => date),
    digits(7),
  ),
  joined('.', number(260), number(260), number(260), number(260)),
  fc.constantFrom(
    '010.1.1.1',
    '8.8.8.8',
    '10.1.2.3',
    '172.16.0.1',
    '172.32.0.1',
    '192.168.1.1',
    '169.254.0.1',
    '224.0.0.1',
  ),
  fc
    .tuple(
      fc.constantFrom('ann', 'a.b', 'a..b', '_x', '-q', '%', 'a+b', 'x'.repeat(70), ''),
      fc.constantFrom('example', 'a-b', '-a', 'a-', 'a_b', '2x', 'l'.repeat(63), 'l'.repeat(64), 'a@b'),
      fc.constantFrom(
        'com',
        'c',
        'png',
        'PNG',
        'co.uk',
        'jsonx',
        ...['jpg', 'jpeg', 'gif', 'svg', 'webp', 'css', 'js', 'ts', 'htm', 'html', 'map'],
        'json',
        'a.b.c.dd',
        'a.b.c.d.ee',
        'com-x',
        'com.',
        'com1',
        't'.repeat(24),
        't'.repeat(25),
      ),
    )
    .map(([local, domain, top]) => `${local}@${domain}.${top}`),
  fc
    .tuple(
      fc.constantFrom('ref', 'page', 'ssn', 'a', "it'", 'e mail ', '값'),
      fc.constantFrom('536-22-8754', 'list', 'ann@example.com'),
    )
    .map(([name, of]) => `?${name}=${of}&x=1`),
);

function withLuhn(text: string): string {
  let sum = 0;
  for (let i = 1; i < text.length; i++) {
    const one = Number(text.at(-1 - i));
    sum += i % 2 === 0 ? one : one > 4 ? one * 2 - 9 : one * 2;
  }
  return `${text.slice(0, -1)}${(10 - (sum % 10)) % 10}`;
}

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(...texts),
    shaped,
    joined(' ', shaped, fc.constantFrom('', 'card', 'x', '-'), shaped),
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(
      true,
      false,
      null,
      4111111111111111,
      5361228754,
      '4111 1111 1111 1111',
      'us ssn',
      'ann@example.com',
    ),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 6 }),
  ),
})).any;

describe('skipping', () => {
  it('changes nothing for the samples of all data types, as values, under names and inside objects', () => {
    let hits = 0;
    for (const sample of samples) {
      hits += expectSame(Buffer.from(JSON.stringify(sample).padEnd(200)));
      hits += expectSame(
        Buffer.from(JSON.stringify({ id: 7, items: [{ note: sample, id: 'a-b' }, sample], n: 1.5 }).padEnd(200)),
      );
      hits += expectSame(
        Buffer.from(JSON.stringify({ type: 'text', name: 'ssn', value: sample, number: sample }).padEnd(200)),
      );
    }
    expect(hits).toBeGreaterThan(samples.length);
  });

  it('changes nothing for texts that are nearly right, bare, in prose and under a name that announces them', () => {
    let hits = 0;
    const under = fc.constantFrom('x y', 'note', 'card', 'ssn', 'phone', 'ip', 'email', 'rrn', 'contact');
    fc.assert(
      fc.property(shaped, under, (text, name) => {
        const list = [text, `see ${text}, please`, { [name]: text, id: 1 }, { [name]: [text, { [name]: text }] }];
        hits += expectSame(Buffer.from(JSON.stringify([list, list]).padEnd(200)));
      }),
      { numRuns: 3_000 },
    );
    expect(hits).toBeGreaterThan(3_000);
  });

  it('changes nothing for any JSON, however it is spaced', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(undefined, 1, '\t'),
        (any, space) => {
          expectSame(Buffer.from(JSON.stringify(any, undefined, space).padEnd(200)));
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('changes nothing for JSON with bytes that are cut out, put in and exchanged', () => {
    const byte = fc.constantFrom(...Buffer.from('{}[]",:\\=@ 0a-\n').values());
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(3), byte), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), edits, (any, changes) => {
        const bytes = [...Buffer.from(JSON.stringify(any).padEnd(160))];
        for (const [at, cut, put] of changes) bytes.splice(at % bytes.length, cut, put);
        expectSame(Buffer.from(bytes));
      }),
      { numRuns: 1_500 },
    );
  });

  it('changes nothing where a text is longer than the window, wherever its border falls', () => {
    const record = {
      id: 77,
      note: 'leave it at the door',
      name: 'Ann',
      contact: 'ann@example.com',
      ssn: '536-22-8754',
    };
    for (const shift of [0, 1, 7, 60, 61, 200]) {
      const list = Array.from({ length: 9_000 }, (_, i) => ({
        ...record,
        id: i,
        card: i % 500 === 0 ? '4111111111111111' : '',
      }));
      const bytes = Buffer.from(`${' '.repeat(shift)}${JSON.stringify(list)}`);
      expect(bytes.length).toBeGreaterThan(1_000_000);
      expect(expectSame(bytes)).toBeGreaterThan(9_000);
    }
    const long = Buffer.from(JSON.stringify([{ note: 'word '.repeat(300_000) }, { ssn: '536-22-8754' }]));
    expect(expectSame(long)).toBe(1);
  });

  it('reads what it needs to read twice: the scanner is as it was afterwards', () => {
    const outer = Buffer.from(
      JSON.stringify({
        note: JSON.stringify({ ssn: '536-22-8754', id: 1, text: 'x'.repeat(200) }),
        email: 'a@example.com',
      }),
    );
    const first = seen(outer, true);
    expect(first.length).toBeGreaterThan(1);
    expect(seen(outer, true)).toEqual(first);
    expectSame(outer);
  });
});

describe('the module', () => {
  it('knows the shipped type of e-mail addresses', () => {
    expect(types.find((type) => type.id === 'email')?.patterns).toEqual([EMAIL_PATTERN]);
  });

  it('is what its source compiles to', () => {
    const root = resolve(import.meta.dirname, '../..');
    expect(() =>
      execFileSync(process.execPath, ['wasm/build.mjs', '--check'], { cwd: root, stdio: 'pipe' }),
    ).not.toThrow();
  });
});
