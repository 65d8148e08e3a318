// One answer with far more sensitive values of a type than this endpoint's answers have.
import { z } from 'zod';
import type { BaselineDetector, BaselineView, PlacedRecognition } from '../core/detector.ts';
import { learnedSettings, learnedVerdict } from './learned.ts';

const settings = z.strictObject({
  ...learnedSettings,
  margin: z.number().min(1).default(3).describe('Times the learned p99.9 of values in one answer.'),
  tags: z.array(z.string()).min(1).default(['sensitive', 'pii', 'pci', 'phi', 'secret', 'credential']),
  valuesMin: z.number().int().min(1).default(20).describe('Fewer values are never too many.'),
});

export const excessiveDataInOneResponse: BaselineDetector<z.output<typeof settings>> = {
  kind: 'baseline',
  id: 'excessive-data-in-one-response',
  settings,
  load: (given) => (view) => inspect(view, given),
};

function inspect(view: BaselineView, given: z.output<typeof settings>): readonly PlacedRecognition[] {
  const { baseline, dataTypes } = view;
  if (dataTypes.length === 0 || baseline.samples < given.samplesMin) return [];
  const found: PlacedRecognition[] = [];
  for (const [type, count] of dataTypes) {
    if (count < given.valuesMin || !view.tagsOf(type).some((tag) => given.tags.includes(tag))) continue;
    const usual = baseline.dataTypes.find(([known]) => known === type)?.[1].p999;
    // A type that never was here is the business of another detector.
    if (usual === undefined || count <= usual * given.margin) continue;
    found.push({
      ...learnedVerdict(baseline, given),
      location: 'body',
      pointer: '',
      what: `${count} values of ${type}, where nearly all answers have at most ${Math.round(usual)}`,
      dataType: type,
      count,
      threshold: Math.round(usual * given.margin),
    });
  }
  return found;
}
