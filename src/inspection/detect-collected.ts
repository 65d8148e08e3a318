// The field detectors of a policy over what was collected from a message, with the encodings inside each value undone.
import type { Field } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';
import type { Phase } from '../core/transaction.ts';
import { unfold } from '../decoding/nested.ts';
import { type CompiledPolicy, quietValuesOf } from './compiled-policy.ts';
import { type Detection, detectInFields } from './detect.ts';

export function detectInCollected(
  policy: CompiledPolicy,
  fields: readonly Field[],
  limits: Limits,
  phase: Phase,
): Detection {
  const detection: Detection = { findings: [], noticed: 0, failed: [] };
  if (fields.length > 0) {
    const unfolded = (field: Field): readonly Field[] => unfold(field, limits);
    detectInFields(policy.fieldDetectors, fields, unfolded, quietValuesOf(policy, limits), phase, detection);
  }
  return detection;
}
