import { describe, expect, it } from 'vitest';
import { byTurns, jsonPieces, Listed, listed } from '../../src/analysis/json-pieces.ts';

const joined = (value: unknown): string => [...jsonPieces(value)].join('');

describe('JSON in pieces', () => {
  it.each([
    ['nothing', null],
    ['scalars', ['a"\u2028', 0, -0, true, Number.NaN]],
    ['empty things', { a: {}, b: [], c: '' }],
    ['what JSON leaves out', { a: undefined, b: [undefined], c: { d: undefined } }],
    ['things in things', { a: [{ b: [1, { c: null }] }], 'd"': { e: { f: [[]] } } }],
  ])('is what JSON.stringify makes of %s', (_, value) => {
    expect(joined(value)).toBe(JSON.stringify(value));
  });

  it('makes each entry of a list when it is its turn, and the same text', () => {
    const made: number[] = [];
    const dump = (): unknown => ({
      few: listed(new Map([[1, { a: undefined }]]), (entry) => entry),
      none: listed([], (entry) => entry),
      many: listed(
        ['x', 'y'],
        (name) => [
          name,
          new Listed(function* () {
            for (let i = 0; i < 3; i++) {
              made.push(i);
              yield { i };
            }
          }),
        ],
        true,
      ),
    });
    expect(joined(dump())).toBe(JSON.stringify(dump()));
    made.length = 0;
    const pieces = jsonPieces(dump());
    while (made.length < 2) pieces.next();
    expect(made).toEqual([0, 1]);
  });

  it('gives others their turn by time, whatever the pieces', async () => {
    const pieces = function* (): Generator<string> {
      for (let i = 0; i < 60; i++) {
        const until = performance.now() + 2;
        while (performance.now() < until);
        yield 'ab';
      }
    };
    let turns = 0;
    const others = setInterval(() => {
      turns += 1;
    }, 0);
    const texts: string[] = [];
    for await (const text of byTurns(pieces(), 100)) texts.push(text);
    clearInterval(others);
    expect(texts.join('')).toBe('ab'.repeat(60));
    expect(texts.map(({ length }) => length)).toEqual([100, 20]);
    // 120 ms of work.
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
