// I8, F8: keys that are made to fall into one place of a hash table. V8 hashes strings that look like numbers by their value, so keys
// that differ by multiples of 2^24 are the ones to try (CVE-2026-21717); they must cost what any others cost.
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { decodeBody } from '../../src/decoding/body.ts';
import { parseContentType } from '../../src/decoding/content-type.ts';

const KEYS = 9_000;
const ROUNDS = 5;
/** Collisions of this many keys would cost thousands of times as much. */
const TIMES_MAX = 8;

const keysOf = (key: (i: number) => string): readonly string[] => Array.from({ length: KEYS }, (_, i) => key(i));
const ORDINARY = keysOf((i) => `k${(i * 2_654_435_761) % 2 ** 32}`);
const MADE: Readonly<Record<string, readonly string[]>> = {
  'multiples of 2^24': keysOf((i) => String(i * 2 ** 24)),
  'multiples of 2^24 with one length': keysOf((i) => String(10 ** 14 + i * 2 ** 24)),
  'multiples of 2^32': keysOf((i) => String(i * 2 ** 32)),
  'neighbours at the end of the indexes': keysOf((i) => String(2 ** 32 - 2 - i)),
  'names of one length that differ at their end': keysOf((i) => `${'a'.repeat(40)}${String(i).padStart(6, '0')}`),
};

const BODIES: Readonly<Record<string, readonly [type: string, of: (keys: readonly string[]) => string]>> = {
  JSON: ['application/json', (keys) => `{${keys.map((key) => `"${key}":1`).join()}}`],
  'a form': [
    'application/x-www-form-urlencoded',
    (keys) =>
      keys
        .slice(0, 900)
        .map((key) => `${key}=1`)
        .join('&'),
  ],
  XML: ['application/xml', (keys) => `<r>${keys.map((key) => `<k${key}/>`).join('')}</r>`],
};

/** Best of some, in milliseconds. */
function costOf(type: string, text: string): number {
  const bytes = Buffer.from(text);
  const sink = { wanted: -1, add: () => {}, skip: () => {} };
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    decodeBody(bytes, parseContentType(type), DEFAULT_LIMITS, sink).json();
    return performance.now() - begun;
  });
  return Math.min(...times);
}

describe('I8: keys that are made to collide', () => {
  it.each(Object.entries(BODIES))('cost no more than others in %s', (_, [type, of]) => {
    const ordinary = Math.max(costOf(type, of(ORDINARY)), 1);
    for (const [name, keys] of Object.entries(MADE))
      expect(costOf(type, of(keys)) / ordinary, name).toBeLessThan(TIMES_MAX);
  });
});
