import { describe, expect, it } from 'vitest';
import { excessiveDataInOneResponse } from '../../src/detectors/excessive-data-in-one-response.ts';
import { type Answer, answer, range } from '../support/baseline-view.ts';

const inspect = excessiveDataInOneResponse.load(excessiveDataInOneResponse.settings.parse({}));
const found = (one: Answer) => inspect(answer(one));

describe('excessive-data-in-one-response', () => {
  it('finds far more values than usual, and says how many and from how many on', () => {
    const one: Answer = { dataTypes: [['email', 413]], baseline: { dataTypes: [['email', range(10)]] } };
    expect(found(one)).toMatchObject([{ dataType: 'email', count: 413, threshold: 30, confidence: 0.5 }]);
    expect(found({ ...one, baseline: { ...one.baseline, isPromoted: true } })).toMatchObject([{ action: 'block' }]);
  });

  it.each<[string, Answer]>([
    ['a few more', { dataTypes: [['email', 25]], baseline: { dataTypes: [['email', range(10)]] } }],
    [
      'few values, however rare they are',
      { dataTypes: [['email', 19]], baseline: { dataTypes: [['email', range(1)]] } },
    ],
    [
      'long lists where they always are',
      { dataTypes: [['email', 400]], baseline: { dataTypes: [['email', range(500)]] } },
    ],
    ['types that are not sensitive', { dataTypes: [['uuid', 400]], baseline: { dataTypes: [['uuid', range(1)]] } }],
    ['a type that is new here, which another detector names', { dataTypes: [['email', 400]] }],
    [
      'what was learned from few transactions',
      { dataTypes: [['email', 400]], baseline: { samples: 200, dataTypes: [['email', range(1)]] } },
    ],
  ])('leaves %s alone', (_, one) => expect(found(one)).toEqual([]));
});
