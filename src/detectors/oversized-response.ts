// An answer far larger than this endpoint's answers are: more bytes or more records than nearly all before, by a margin.
import { z } from 'zod';
import type { BaselineDetector, BaselineView, PlacedRecognition } from '../core/detector.ts';
import { learnedSettings, learnedVerdict } from './learned.ts';

const settings = z.strictObject({
  ...learnedSettings,
  margin: z.number().min(1).default(3).describe('Times the learned p99.9.'),
  bytesMin: z.number().int().min(0).default(65_536).describe('Smaller answers are never too large.'),
  recordsMin: z.number().int().min(1).default(100),
});

export const oversizedResponse: BaselineDetector<z.output<typeof settings>> = {
  kind: 'baseline',
  id: 'oversized-response',
  settings,
  load: (given) => (view) => inspect(view, given),
};

function inspect(view: BaselineView, given: z.output<typeof settings>): readonly PlacedRecognition[] {
  const { baseline, body } = view;
  if (baseline.samples < given.samplesMin || body.bytes.length < given.bytesMin) return [];
  const bytes = body.bytes.length;
  const isLarge = baseline.responseBytes.count > 0 && bytes > baseline.responseBytes.p999 * given.margin;
  // Records are counted only where the bytes already are unusual: counting means reading the whole answer again.
  if (!isLarge && bytes <= baseline.responseBytes.p999) return [];
  const records = recordsIn(view.json());
  const isLong = records >= given.recordsMin && records > baseline.records.p999 * given.margin;
  if (!isLarge && !isLong) return [];
  return [
    {
      ...learnedVerdict(baseline, given),
      location: 'body',
      pointer: '',
      what: isLong
        ? `${records} records, where nearly all answers have at most ${Math.round(baseline.records.p999)}`
        : `${bytes} bytes, where nearly all answers have at most ${Math.round(baseline.responseBytes.p999)}`,
      count: isLong ? records : bytes,
      threshold: Math.round((isLong ? baseline.records.p999 : baseline.responseBytes.p999) * given.margin),
    },
  ];
}

/** Elements of the largest array of objects that is the answer, or stands right in it. */
function recordsIn(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let most = 0;
  for (const one of Object.values(value)) if (Array.isArray(one)) most = Math.max(most, one.length);
  return most;
}
