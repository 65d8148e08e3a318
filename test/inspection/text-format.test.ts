import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/core/text-format.ts';

/** What two formats are, as patterns. */
const NUMERIC = /^\d{1,20}$/;
const PREFIXED = /^[a-z]{1,12}[_-](?=[A-Za-z0-9]*\d)[A-Za-z0-9]{3,64}$/i;

describe('the format of a text', () => {
  it('is that of its pattern, for digits and ids with a prefix', () => {
    const piece = fc.oneof(
      fc.constantFrom('ord', 'a', 'Z', '-', '_', '0', '9', 'x1', ' ', 'ſ', 'K', '[', '`'),
      fc.string({ maxLength: 2 }),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const prefixed = fc.stringMatching(/^[A-Za-z]{0,14}[_-][A-Za-z0-9]{0,66}$/);
    fc.assert(
      fc.property(fc.oneof(text, prefixed, fc.stringMatching(/^\d{1,22}$/)), (one) => {
        const format = formatOf(one);
        expect(format === 'numeric').toBe(NUMERIC.test(one));
        // A shorter one has no format, and one that is also a ULID or a hash is called that.
        if (PREFIXED.test(one)) expect(format).toBe(one.length < 5 ? undefined : 'prefixed-id');
        else expect(format).not.toBe('prefixed-id');
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });
});
