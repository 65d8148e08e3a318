// Objects of others, seen before the answer leaves: a field that always names the caller names somebody else, the object that the
// path names belongs to somebody else where every object has one reader, or its id was never given to the caller. The same is watched over time by the scenarios of
// these names; here it is held against what they have learned, at the first request.
import { z } from 'zod';
import type { BaselineDetector, BaselineView, PlacedRecognition } from '../core/detector.ts';
import { claimWords, roleOfWords } from '../core/role.ts';
import { learnedSettings, learnedVerdict } from './learned.ts';

const settings = z.strictObject({ ...learnedSettings, samplesMin: learnedSettings.samplesMin.default(200) });
/** Values of one field that are compared, of a list of objects. */
const VALUES_MAX = 1_000;

export const bolaOwnerFieldInline: BaselineDetector<z.output<typeof settings>> = {
  kind: 'baseline',
  id: 'bola-owner-field',
  settings,
  load: (given) => (view) => inspectFields(view, given),
};

export const bolaOwnershipInline: BaselineDetector<z.output<typeof settings>> = {
  kind: 'baseline',
  id: 'bola-ownership',
  settings,
  load: (given) => (view) => inspectOwner(view, given),
};

const provenanceSettings = z.strictObject({
  ...settings.shape,
  // What another worker or node gave out is known here a moment later, and a client that asks at once must not be refused.
  whenPromoted: learnedSettings.whenPromoted.default('tag'),
});

export const bolaProvenanceInline: BaselineDetector<z.output<typeof provenanceSettings>> = {
  kind: 'baseline',
  id: 'bola-provenance',
  settings: provenanceSettings,
  load: (given) => (view) => inspectProvenance(view, given),
};

function inspectFields(view: BaselineView, given: z.output<typeof settings>): readonly PlacedRecognition[] {
  const { baseline, request } = view;
  const { token } = request;
  if (baseline.ownerFields.length === 0 || token === undefined || baseline.samples < given.samplesMin) return [];
  const role = roleOfWords(claimWords(token.claims), true);
  for (const field of baseline.ownerFields) {
    if (field.role !== role) continue;
    const claim = Object.hasOwn(token.claims, field.claim) ? token.claims[field.claim] : undefined;
    if (typeof claim !== 'string' && typeof claim !== 'number') continue;
    const strange = valuesAt(view.json(), field.pointer).some((value) => isOther(value, claim));
    if (!strange) continue;
    return [
      {
        ...learnedVerdict(baseline, given),
        location: 'body',
        pointer: field.pointer,
        what: `the field is not the caller's ${field.claim}, which it always was before`,
      },
    ];
  }
  return [];
}

function inspectOwner(view: BaselineView, given: z.output<typeof settings>): readonly PlacedRecognition[] {
  const { baseline } = view;
  if (baseline.privateExcept === undefined || view.owner() !== 'somebody else') return [];
  return [
    {
      ...learnedVerdict(baseline, given),
      location: 'path',
      pointer: '',
      what: 'the object belongs to another caller, at an endpoint whose objects have one reader each',
    },
  ];
}

function inspectProvenance(
  view: BaselineView,
  given: z.output<typeof provenanceSettings>,
): readonly PlacedRecognition[] {
  const { baseline } = view;
  if (baseline.issuedOnlyFor.length === 0 || baseline.samples < given.samplesMin) return [];
  if (view.isIssued() !== false || view.owner() === 'caller') return [];
  return [
    {
      ...learnedVerdict(baseline, given),
      location: 'path',
      pointer: '',
      what: 'no answer has given the caller this id, where callers of its role only ask for ids they were given',
    },
  ];
}

function isOther(value: unknown, claim: string | number): boolean {
  return (typeof value === 'string' || typeof value === 'number') && String(value) !== String(claim);
}

/** `*` stands for every position of an array. */
function valuesAt(root: unknown, pointer: string): unknown[] {
  let values: unknown[] = [root];
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const next: unknown[] = [];
    for (const value of values) {
      if (key === '*' && Array.isArray(value)) for (const one of value.slice(0, VALUES_MAX)) next.push(one);
      else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key)) {
        next.push((value as Record<string, unknown>)[key]);
      }
      if (next.length >= VALUES_MAX) break;
    }
    values = next;
  }
  return values;
}
