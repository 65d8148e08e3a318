import { describe, expect, it } from 'vitest';
import { sensitiveDataExposure } from '../../src/detectors/sensitive-data-exposure.ts';
import { type Answer, answer, range } from '../support/baseline-view.ts';

const inspect = sensitiveDataExposure.load(sensitiveDataExposure.settings.parse({}));
const found = (one: Answer) => inspect(answer(one));

describe('sensitive-data-exposure', () => {
  it('finds a type that no answer before carried', () => {
    expect(found({ dataTypes: [['us-ssn', 1]], baseline: { dataTypes: [['email', range(1)]] } })).toMatchObject([
      { dataType: 'us-ssn', count: 1, threshold: 0, confidence: 0.5 },
    ]);
  });

  it.each<[string, Answer]>([
    ['a type that is always there', { dataTypes: [['email', 3]], baseline: { dataTypes: [['email', range(1)]] } }],
    ['a type that is not sensitive', { dataTypes: [['uuid', 3]] }],
    ['an answer without any', {}],
    ['what was learned from few transactions', { dataTypes: [['us-ssn', 1]], baseline: { samples: 200 } }],
    ['what was learned from one caller', { dataTypes: [['us-ssn', 1]], baseline: { principals: 1 } }],
  ])('leaves %s alone', (_, one) => expect(found(one)).toEqual([]));
});
