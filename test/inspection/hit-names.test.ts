import { describe, expect, it } from 'vitest';
import { placesAt } from '../../src/decoding/json-pointers.ts';
import { namesBefore } from '../../src/inspection/hit-names.ts';
import { randomOf } from '../support/traffic/simulated-api.ts';

const POSITIONS = /\/\d+(?=\/|$)/g;
const HIT = /7777|a@b/g;

/** Whatever has a hit directly under a name is known by it, unless the names are not known at all. */
function check(text: string): 'told' | 'not told' {
  const json = Buffer.from(text);
  const latin1 = json.toString('latin1');
  const hits = [...latin1.matchAll(HIT)].map(({ index }) => ({ start: index }));
  const names = namesBefore(json, hits);
  if (names === undefined) return 'not told';
  const starts = hits.map(({ start }) => start);
  for (const { pointer } of placesAt(json, starts)) {
    const name = pointer.replace(POSITIONS, '/*').split('/').at(-1)!;
    if (name !== '*') expect(names, `${text} ${pointer}`).toContain(name);
  }
  return 'told';
}

describe('names of the members that hold sensitive values', () => {
  it.each([
    ['{"mail":"a@b"}', 'told'],
    ['{ "mail" :\n"to a@b, please" }', 'told'],
    ['{"작은":-7777.5,"x":"a@b"}', 'told'],
    ['{"say":"he said \\"a@b\\""}', 'told'],
    ['{"say":"it is \\":7777"}', 'told'],
    ['{"say":"it\\\\","mail":"x: 7777"}', 'told'],
    ['["a@b"]', 'not told'],
    ['{"a@b":1}', 'not told'],
    ['{"a":1,"a@b":1}', 'not told'],
    ['{"a/b":"a@b"}', 'not told'],
    ['{"a\\u0041":"a@b"}', 'not told'],
    ['{"list":[1,7777]}', 'not told'],
  ])('%s: %s', (text, expected) => {
    expect(check(text)).toBe(expected);
  });

  it('misses none in made-up texts', () => {
    const random = randomOf(20_261_126);
    const below = (count: number): number => Math.floor(random() * count);
    const bits = ['"', '\\', ':', ',', '{', '[', ' ', 'x', '7777', 'a@b', '-', 'e', ''];
    const word = (): string => Array.from({ length: below(5) }, () => bits[below(bits.length)]).join('');
    const value = (depth: number): unknown => {
      const kind = below(depth > 3 ? 3 : 5);
      if (kind === 0) return [7777, -7777.25, 17777, 1][below(4)];
      if (kind <= 2) return word();
      const values = Array.from({ length: below(4) }, () => value(depth + 1));
      return kind === 3 ? values : Object.fromEntries(values.map((one) => [word(), one]));
    };
    let told = 0;
    for (let i = 0; i < 20_000; i += 1) {
      if (check(JSON.stringify(value(0), undefined, below(2))) === 'told') told += 1;
    }
    expect(told).toBeGreaterThan(5_000);
  });
});
