import { describe, expect, it } from 'vitest';
import { KeyFilter } from '../../../src/analysis/scenarios/metrics/key-filter.ts';
import { hashOf } from '../../../src/core/hash.ts';

const key = (i: number): number => hashOf(`object ${i}`);

function held(filter: KeyFilter, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (filter.has(key(i))) count += 1;
  return count;
}

describe('a filter before a table of hashes', () => {
  it('never denies what is there, and denies most of what is not', () => {
    const filter = new KeyFilter();
    for (let i = 0; i < 100_000; i++) filter.add(key(i));
    expect(held(filter, 0, 100_000)).toBe(100_000);
    expect(held(filter, 100_000, 200_000)).toBeLessThan(15_000);
  });

  it('forgets what was taken out, and keeps those that share a counter with it', () => {
    const filter = new KeyFilter();
    for (let i = 0; i < 300_000; i++) filter.add(key(i));
    for (let i = 0; i < 200_000; i++) filter.delete(key(i));
    expect(held(filter, 200_000, 300_000)).toBe(100_000);
    for (let i = 200_000; i < 300_000; i++) filter.delete(key(i));
    expect(held(filter, 0, 300_000)).toBe(0);
  });

  it('keeps a counter that was full once', () => {
    const filter = new KeyFilter();
    for (let i = 0; i < 1_000; i++) filter.add(7);
    for (let i = 0; i < 1_000; i++) filter.delete(7);
    expect(filter.has(7)).toBe(true);
  });
});
