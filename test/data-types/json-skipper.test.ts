// Skipping may be fast and nothing else: with it and without it the scanner finds the same, in whatever bytes.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataTypeDocument } from '../../src/core/document.ts';
import { Scanner } from '../../src/data-types/scanner.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const types = shippedPolicies('data-types').documents.filter(
  (document): document is DataTypeDocument => document.kind === 'data-type',
);
const scanner = Scanner.of(types);

const seen = (bytes: Buffer, skips: boolean): string[] =>
  scanner.scanAll(bytes, 'json', skips).hits.map((hit) => `${hit.type.document.id} ${hit.start}-${hit.end}`);

function expectSame(bytes: Buffer): number {
  const all = seen(bytes, false);
  expect(seen(bytes, true)).toEqual(all);
  return all.length;
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

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(...texts),
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
  it('is what its source compiles to', () => {
    const root = resolve(import.meta.dirname, '../..');
    expect(() =>
      execFileSync(process.execPath, ['wasm/build.mjs', '--check'], { cwd: root, stdio: 'pipe' }),
    ).not.toThrow();
  });
});
