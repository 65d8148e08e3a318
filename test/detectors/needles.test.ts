import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Needles } from '../../src/detectors/needles.ts';

describe('a search for many words at once', () => {
  it('finds every word wherever it stands, and no other', () => {
    const words = ['.js:', 'SQLSTATE', 'Traceback (most', 'uid=', 'ab'.repeat(20), 'aaa', 'aaab'];
    const needles = new Needles(words);
    const letters = fc.constantFrom('a', 'b', '.js:', 'uid', '=', 'SQL', 'STATE', 'Traceback', ' (most', 'abab');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const present = words.flatMap((word, i) => (text.includes(word) ? [i] : []));
        expect(needles.in(Buffer.from(text, 'latin1'))).toEqual(present);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a word at either end of the text, and nothing in a text shorter than any word', () => {
    const needles = new Needles(['ORA-', 'PG::']);
    expect(needles.in(Buffer.from('ORA-'))).toEqual([0]);
    expect(needles.in(Buffer.from('xPG::'))).toEqual([1]);
    expect(needles.in(Buffer.from('PG:'))).toEqual([]);
    expect(needles.in(Buffer.alloc(0))).toEqual([]);
  });

  it('finds a word across the borders of a text that is longer than the window', () => {
    const needles = new Needles(['-----BORDER-----']);
    for (const at of [262_128, 262_136, 262_143, 262_144, 524_250]) {
      const text = Buffer.alloc(600_000, 'a');
      text.write('-----BORDER-----', at);
      expect(needles.in(text)).toEqual([0]);
      text.write('x', at + 8);
      expect(needles.in(Buffer.from(text))).toEqual([]);
    }
  });

  it('refuses words too short to skip by', () => {
    expect(() => new Needles(['ab'])).toThrow(RangeError);
  });
});
