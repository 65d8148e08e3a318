import { describe, expect, it } from 'vitest';
import { oversizedResponse } from '../../src/detectors/oversized-response.ts';
import { type Answer, answer, range } from '../support/baseline-view.ts';

const inspect = oversizedResponse.load(oversizedResponse.settings.parse({}));
const customers = (n: number) => ({
  items: Array.from({ length: n }, (_, id) => ({ id, name: `customer number ${id}` })),
});
const found = (one: Answer) => inspect(answer(one));

describe('oversized-response', () => {
  it.each<[string, Answer, number]>([
    ['thousands of records where there are twenty', { json: customers(3_000) }, 60],
    ['one text of a megabyte', { json: { text: 'x'.repeat(1_000_000) } }, 12_000],
    ['a list that is the answer itself', { json: customers(3_000).items }, 60],
  ])('finds %s', (_, one, threshold) => {
    expect(found(one)).toMatchObject([{ threshold, confidence: 0.5 }]);
    expect(found({ ...one, baseline: { isPromoted: true } })).toMatchObject([{ action: 'block', confidence: 0.9 }]);
  });

  it.each<[string, Answer]>([
    ['a usual answer', { json: customers(20) }],
    ['an answer that is larger but not large', { json: customers(500) }],
    [
      'large answers where they always are',
      { json: customers(3_000), baseline: { responseBytes: range(200_000), records: range(5_000) } },
    ],
    ['what was learned from few transactions', { json: customers(3_000), baseline: { samples: 200 } }],
  ])('leaves %s alone', (_, one) => expect(found(one)).toEqual([]));
});
