// What a detector finds in answers, as a state of the endpoint: found again and again until it is mended.
import type { FindingsCheck } from '../../../core/posture.ts';
import type { Judge } from './judge.ts';

export function findings(check: FindingsCheck): Judge {
  const detections = new Set(check.detections);
  return ({ record, observation }) => {
    const found = record.findings.find(
      ({ detection, phase, action }) => detections.has(detection) && phase.startsWith('response') && action !== 'allow',
    );
    if (found !== undefined) return { figures: { what: found.what } };
    return observation.response === undefined ? undefined : 'quiet';
  };
}
