// Sensitive data at an endpoint whose answers never carried it: a new field that nobody meant to give away.
import { z } from 'zod';
import type { BaselineDetector, BaselineView, PlacedRecognition } from '../core/detector.ts';
import { learnedSettings, learnedVerdict } from './learned.ts';

const settings = z.strictObject({
  ...learnedSettings,
  tags: z.array(z.string()).min(1).default(['sensitive']),
  principalsMin: z.number().int().min(1).default(3).describe('Different callers among those it was learned from.'),
});

export const sensitiveDataExposure: BaselineDetector<z.output<typeof settings>> = {
  kind: 'baseline',
  id: 'sensitive-data-exposure',
  settings,
  load: (given) => (view) => inspect(view, given),
};

function inspect(view: BaselineView, given: z.output<typeof settings>): readonly PlacedRecognition[] {
  const { baseline, dataTypes } = view;
  if (dataTypes.length === 0 || baseline.samples < given.samplesMin || baseline.principals < given.principalsMin)
    return [];
  return dataTypes
    .filter(
      ([type]) =>
        view.tagsOf(type).some((tag) => given.tags.includes(tag)) &&
        !baseline.dataTypes.some(([known]) => known === type),
    )
    .map(([type, count]) => ({
      ...learnedVerdict(baseline, given),
      location: 'body',
      pointer: '',
      what: `${type} in an answer, where none of ${baseline.samples} before had it`,
      dataType: type,
      count,
      threshold: 0,
    }));
}
