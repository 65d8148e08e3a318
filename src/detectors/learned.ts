// What detectors that compare with a baseline have in common: from how much learning on they speak, and when they block.
import { z } from 'zod';
import type { Baseline } from '../core/baseline.ts';
import type { Recognition } from '../core/detector.ts';

export const learnedSettings = {
  samplesMin: z.number().int().min(1).default(1_000).describe('Transactions learned from before it says anything.'),
  whenPromoted: z
    .enum(['tag', 'block'])
    .default('block')
    .describe('What happens at endpoints that an operator promoted to enforce.'),
};

export interface LearnedSettings {
  readonly samplesMin: number;
  readonly whenPromoted: 'tag' | 'block';
}

/** Surely unusual; whether it is wrong is the operator's to say, endpoint by endpoint. */
export function learnedVerdict(
  baseline: Baseline,
  settings: LearnedSettings,
): Pick<Recognition, 'confidence' | 'action'> {
  return baseline.isPromoted ? { confidence: 0.9, action: settings.whenPromoted } : { confidence: 0.5 };
}
