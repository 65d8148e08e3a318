import { describe, expect, it } from 'vitest';
import { excessiveDataRetrieval } from '../../src/detectors/excessive-data-retrieval.ts';
import { answer } from '../support/baseline-view.ts';

const inspect = excessiveDataRetrieval.load(excessiveDataRetrieval.settings.parse({}));

describe('excessive-data-retrieval, before the answer leaves', () => {
  it('tags the answer that goes beyond what peers have, and holds it back at a promoted endpoint', () => {
    const spent = { values: 413, valuesMax: 120 };
    expect(inspect(answer({ spent }))).toMatchObject([{ confidence: 0.5, count: 413, threshold: 120 }]);
    expect(inspect(answer({ spent, baseline: { isPromoted: true } }))).toMatchObject([{ action: 'block' }]);
  });

  it('leaves alone who is within it, who has none, and what is new', () => {
    expect(inspect(answer({ spent: { values: 120, valuesMax: 120 } }))).toEqual([]);
    expect(inspect(answer({}))).toEqual([]);
    expect(inspect(answer({ spent: { values: 413, valuesMax: 120 }, baseline: { samples: 100 } }))).toEqual([]);
  });
});
