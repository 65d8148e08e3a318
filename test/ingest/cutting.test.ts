// Elements of an array and lines, cut out of bytes wherever chunks end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonElements } from '../../src/ingest/json-elements.ts';
import { LineReader } from '../../src/ingest/lines.ts';

describe('cutting', () => {
  const value = fc.jsonValue({ maxDepth: 3 });

  it('finds the elements of an array wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        value,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (list, other, size, isPretty) => {
          const document = { other, log: { x: other, entries: list, y: { entries: [1] } }, entries: [2] };
          const bytes = Buffer.from(JSON.stringify(document, null, isPretty ? 2 : 0));
          const elements = new JsonElements(['log', 'entries'], 1 << 20);
          const found: unknown[] = [];
          for (let at = 0; at < bytes.length; at += size)
            for (const one of elements.take(bytes.subarray(at, at + size))) found.push(JSON.parse(one.text));
          expect(found).toEqual(JSON.parse(JSON.stringify(list)));
          expect(elements.hasFound).toBe(true);
          expect(elements.isMidway).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('skips an element and a line over the bound, and takes the next', () => {
    const elements = new JsonElements([], 20);
    const long = { a: 'x'.repeat(50) };
    const found = [...elements.take(Buffer.from(JSON.stringify([1, long, { b: 2 }])))];
    expect(found.map(({ text, isTooLong }) => (isTooLong ? 'too long' : text))).toEqual(['1', 'too long', '{"b":2}']);
    const lines = new LineReader(5);
    const read = [...lines.take(Buffer.from('ab\n1234567')), ...lines.take(Buffer.from('89\ncd')), ...lines.rest()];
    expect(read.map((line) => [line.bytes.toString(), line.number, line.end, line.isTooLong])).toEqual([
      ['ab', 1, 3, false],
      ['', 2, 13, true],
      ['cd', 3, 15, false],
    ]);
  });
});
