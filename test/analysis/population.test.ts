import { describe, expect, it } from 'vitest';
import { type Measured, populationOf } from '../../src/analysis/actors/population.ts';

const one = (requests: number): Measured => ({ requests, failures: 0, endpoints: 1, sensitiveValues: 0 });

describe('where an actor stands among the others', () => {
  it('counts in buckets that double, without gaps', () => {
    const { actors, measures } = populationOf(one(9), [0, 1, 2, 3, 4, 9].map(one));
    expect(actors).toBe(6);
    expect(measures[0]).toEqual({
      of: 'requests',
      value: 9,
      belowShare: 1,
      buckets: [
        [0, 1],
        [1, 1],
        [2, 2],
        [4, 1],
        [8, 1],
      ],
    });
  });

  it('says the share of the others that have less, itself not counted', () => {
    const share = (own: number): number => populationOf(one(own), [5, 5, 6, 7].map(one)).measures[0]!.belowShare;
    expect(share(5)).toBe(0);
    expect(share(7)).toBe(1);
    expect(populationOf(one(1), [one(1)]).measures[0]!.belowShare).toBe(0);
  });
});
