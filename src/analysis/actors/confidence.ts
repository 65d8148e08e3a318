// How suspect an actor is: noisy-OR, 1 − Π(1 − weight · quality · decay), over its incidents.
// weight = the detection's precision; quality = result, repetition and how easily the identity is forged; halves every 24 h.
import type { Actor } from '../../core/actor.ts';
import type { ConfidenceAddend } from '../../core/actor-profile.ts';
import type { Result } from '../../core/incident.ts';

const HALF_LIFE_MS = 24 * 3_600_000;
/** One sighting is worth this much of many. */
const SINGLE = 0.6;
const REPETITION_STEP = 0.1;
const ATTEMPT = 0.85;

/** Plain JSON; one per incident of the actor. */
export interface Addend {
  readonly incident: string;
  detection: string;
  title: string;
  result: Result;
  /** Transactions of the incident. */
  count: number;
  at: number;
}

/** What is merely asserted can name an innocent: an unchecked subject or header, less an address, which other people share. */
export function trustIn(actor: Actor): number {
  switch (actor.kind) {
    case 'subject':
      return actor.isVerified ? 1 : 0.6;
    case 'api-key':
      return 0.97;
    case 'session':
      return 0.95;
    case 'ip':
      return 0.9;
    case 'header':
      return actor.isVerified ? 0.9 : 0.4;
    default:
      return actor.kind satisfies never;
  }
}

export function confidenceOf(
  actor: Actor,
  addends: readonly Addend[],
  precisionOf: (detection: string) => number,
  now: number,
): { readonly percent: number; readonly addends: ConfidenceAddend[] } {
  let miss = 1;
  const shown = addends.map((addend) => {
    const weight = precisionOf(addend.detection);
    const repetition = Math.min(1, SINGLE + REPETITION_STEP * (addend.count - 1));
    const quality = (addend.result === 'succeeded' ? 1 : ATTEMPT) * repetition * trustIn(actor);
    const decay = 0.5 ** (Math.max(0, now - addend.at) / HALF_LIFE_MS);
    const share = weight * quality * decay;
    miss *= 1 - share;
    const { detection, title, incident, result, at } = addend;
    return { detection, title, incident, result, weight, quality, decay, percent: Math.round(share * 100), at };
  });
  shown.sort((a, b) => b.percent - a.percent);
  return { percent: Math.round((1 - miss) * 100), addends: shown };
}
