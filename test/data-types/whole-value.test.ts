// A value that is judged by its field's name is looked at byte by byte where the pattern is one class of characters; the pattern
// itself must say the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataTypeDocument } from '../../src/core/document.ts';
import { compileType } from '../../src/data-types/compiled-type.ts';
import { validatorNamed } from '../../src/data-types/validators.ts';
import { isWholeValue } from '../../src/data-types/whole-value.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const types = shippedPolicies('data-types')
  .documents.filter((document): document is DataTypeDocument => document.kind === 'data-type')
  .map(compileType);

describe('a whole value', () => {
  const runs = types.filter((type) => type.patterns.length > 0 && type.patterns.every(({ run }) => run !== undefined));

  it('is of one class of characters for names, addresses and secrets', () => {
    expect(runs.map((type) => type.document.id)).toEqual(
      expect.arrayContaining(['person-name', 'postal-address', 'password', 'passport-number', 'session-id']),
    );
  });

  it.each(runs.map((type) => [type.document.id, type] as const))('%s is what its pattern and check say', (_, type) => {
    const samples = type.document.matches.filter((sample) => typeof sample === 'string');
    const character = fc.constantFrom(...'aZ0 9_.-/+=~%:\t\n\x1f\x7fÿé'.split(''));
    const value = fc.oneof(
      fc.array(character, { maxLength: 60 }).map((all) => all.join('')),
      fc.stringMatching(/^[A-Za-z0-9]{0,60}$/),
      fc.constantFrom('', 'x'.repeat(600), ...samples),
    );
    fc.assert(
      fc.property(value, (text) => {
        const bytes = Buffer.from(`"${text}"`, 'latin1');
        const matches = type.patterns.some(({ endFrom }) => text.length > 0 && endFrom(text, 0) === text.length);
        const expected = matches && (type.validator === undefined || type.validator(text));
        expect(isWholeValue(type, bytes, 1, bytes.length - 1)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the check of an IBAN', () => {
  const iban = validatorNamed('iban');
  const remainder = (text: string): bigint =>
    BigInt([...(text.slice(4) + text.slice(0, 4))].map((c) => Number.parseInt(c, 36)).join('')) % 97n;

  it('is ISO 13616 for numbers of every remainder, however they are spaced', () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{18}$/), fc.boolean(), (digits, isRight) => {
        const head = `DE00${digits}`;
        const check = isRight ? String(98n - remainder(head)).padStart(2, '0') : digits.slice(0, 2);
        const text = `DE${check}${digits}`;
        const isValid = remainder(text) === 1n;
        valid += isValid ? 1 : 0;
        for (const written of [text, text.toLowerCase(), text.replace(/(.{4})/g, '$1 ')])
          expect(iban(written)).toBe(isValid);
        expect(iban(`${text}0`)).toBe(false);
      }),
    );
    expect(valid).toBeGreaterThan(20);
  });
});
