// The table may say that a word is too short for anything; the automaton itself must then agree, whatever follows the word.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataTypeDocument } from '../../src/core/document.ts';
import { type Automaton, automatonSteps } from '../../src/data-types/automaton.ts';
import { compileType } from '../../src/data-types/compiled-type.ts';
import { readPattern } from '../../src/data-types/pattern-tree.ts';
import { WORD_CODES, wordBytesMin } from '../../src/data-types/word-bytes.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const OUTSIDE = [...WORD_CODES.keys()].filter((byte) => WORD_CODES[byte] === 0);
const NEVER = 0xffff;

function automatonOf(patterns: readonly string[]): Automaton<never> {
  const entries = patterns.map((source) => ({ node: readPattern(source, 'latin1').root, what: source as never }));
  const steps = automatonSteps(entries);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function leastOf(table: Uint16Array, word: string): number {
  return table[WORD_CODES[word.charCodeAt(0)]! * 64 + (word.length === 1 ? 0 : WORD_CODES[word.charCodeAt(1)]!)]!;
}

/** True when the automaton has something to say inside the word, or still lives behind it. */
function begins({ first, next, classOf }: Automaton<never>, word: string): boolean {
  let state = first[word.charCodeAt(0)]!;
  for (let i = 1; i < word.length && state > 0; i++) state = next[state + classOf[word.charCodeAt(i)]!]!;
  return state < 0 || (state > 0 && OUTSIDE.some((byte) => next[state + classOf[byte]!] !== 0));
}

function expectSound(automaton: Automaton<never>, word: fc.Arbitrary<string>): void {
  const table = wordBytesMin(automaton);
  fc.assert(
    fc.property(word, (one) => {
      if (one.length < leastOf(table, one)) expect([one, begins(automaton, one)]).toEqual([one, false]);
    }),
    { numRuns: 5_000, seed: 7 },
  );
}

const word = fc.stringMatching(/^[A-Za-z0-9_]{1,30}$/);

describe('bytes a word needs', () => {
  const automaton = automatonOf(['[A-Za-z0-9]{14}\\.atlas\\.x', 'ab', 'hv[sb]\\.[a-z]{3}', 'q-7', 'Z[0-9]{4}']);
  const table = wordBytesMin(automaton);

  it.each([
    ['please', 14],
    ['ab', 0],
    ['hvac', 3],
    ['q', 1],
    ['quiet', 14],
    ['Z1', 5],
    ['_x', NEVER],
  ])('of a word that begins like %s are %d', (text, bytes) => {
    expect(leastOf(table, text)).toBe(bytes);
  });

  it('of a single letter that nothing begins with are never enough', () => {
    expect(leastOf(table, 'p')).toBe(NEVER);
  });

  it('never dismiss a word in which something begins', () => expectSound(automaton, word));

  it('never dismiss one of the shipped types', () => {
    const types = shippedPolicies('data-types').documents.filter(
      (document): document is DataTypeDocument => document.kind === 'data-type',
    );
    const samples = types
      .flatMap((type) => type.matches)
      .filter((sample) => typeof sample === 'string')
      .flatMap((sample) => sample.match(/\w+/g) ?? []);
    const anywhere = types.filter((type) => {
      const { trigger, isContextRequired } = compileType(type);
      return trigger === 'anywhere' && !isContextRequired;
    });
    const shipped = automatonOf(anywhere.flatMap((type) => type.patterns));
    expectSound(shipped, fc.oneof(word, fc.constantFrom(...samples)));
    // Most words of prose are dismissed: else the table would be of no use.
    const prose = 'the ferry left at noon and nobody asked why she waited for another hour before walking home'.split(
      ' ',
    );
    const shippedTable = wordBytesMin(shipped);
    const dismissed = prose.filter((one) => one.length < leastOf(shippedTable, one)).length;
    expect(dismissed).toBeGreaterThan(prose.length / 2);
  });
});
