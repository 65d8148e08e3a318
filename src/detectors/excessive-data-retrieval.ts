// One caller takes far more sensitive values in a minute than its peers ever did: seen before the answer that goes beyond leaves.
// The scenario of this name watches the same over all workers and nodes, and over a day.
import { z } from 'zod';
import type { BaselineDetector } from '../core/detector.ts';
import { learnedSettings, learnedVerdict } from './learned.ts';

const settings = z.strictObject({ ...learnedSettings, samplesMin: learnedSettings.samplesMin.default(200) });

export const excessiveDataRetrieval: BaselineDetector<z.output<typeof settings>> = {
  kind: 'baseline',
  id: 'excessive-data-retrieval',
  settings,
  load:
    (given) =>
    ({ baseline, spent }) => {
      if (spent === undefined || spent.values <= spent.valuesMax || baseline.samples < given.samplesMin) return [];
      return [
        {
          ...learnedVerdict(baseline, given),
          location: 'body',
          pointer: '',
          what: `${spent.values} sensitive values within this minute, where callers like this one have at most ${spent.valuesMax}`,
          count: spent.values,
          threshold: spent.valuesMax,
        },
      ];
    },
};
