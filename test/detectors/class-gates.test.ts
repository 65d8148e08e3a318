// Detectors look at a value's character classes before they look at the value. With all classes stated they look at
// everything: both ways must say the same.
import { describe, expect, it } from 'vitest';
import { classesOf } from '../../src/core/characters.ts';
import type { Field } from '../../src/core/field.ts';
import { compilePolicy } from '../../src/inspection/compiled-policy.ts';
import { bundleOf } from '../../src/policy/bundle.ts';
import { attackCases } from '../corpora/attacks/index.ts';
import { benignCases } from '../corpora/benign/index.ts';
import { Random } from '../corpora/random.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const ATTACKS = { seed: 3, payloads: 60, placements: 2 };
const BENIGN = 300;
const PIECES_MAX = 6;
const JOINED = 4_000;
const VALUE_CHARS_MAX = 400;

const policy = compilePolicy(bundleOf(shippedPolicies().documents, []).bundle);

describe('the classes of a value', () => {
  it('keep no detector from what it would find', { timeout: 120_000 }, () => {
    const values = texts();
    let found = 0;
    for (const text of values) {
      for (const of of ['value', 'key'] as const) {
        const field: Field = {
          location: 'body',
          pointer: '/a',
          name: 'a',
          of,
          text,
          classes: classesOf(text),
          decodings: [],
        };
        for (const { detector, inspect } of policy.fieldDetectors) {
          if ((detector.classes & field.classes) === 0) continue;
          const gated = inspect(field);
          expect(gated, `${detector.id}: ${JSON.stringify(text)}`).toEqual(inspect({ ...field, classes: -1 }));
          if (gated !== undefined) found += 1;
        }
      }
    }
    expect(found).toBeGreaterThan(50);
  });
});

/** Values of the corpora, and pieces of them put together anew. */
function texts(): readonly string[] {
  const values = new Set<string>();
  for (const { request } of [
    ...attackCases(ATTACKS.seed, ATTACKS.payloads, ATTACKS.placements),
    ...benignCases(5, BENIGN),
  ]) {
    const text = `${decoded(request.url)}\n${request.body.toString('utf8')}`;
    for (const part of text.split(/[\n"&?{}]/)) values.add(part.slice(0, VALUE_CHARS_MAX));
    for (const part of text.split(/"(?:[,:]|[\]}])/)) values.add(part.slice(0, VALUE_CHARS_MAX));
  }
  const pieces = [...values].flatMap((value) => value.split(/(?<=[\s;|&(=,.:/'])|(?=[;|&)$<>'"])/)).filter(Boolean);
  const random = new Random(11);
  for (let i = 0; i < JOINED; i += 1) {
    values.add(
      Array.from({ length: random.integer(1, PIECES_MAX) }, () => random.pick(pieces)).join(random.pick(['', '', ' '])),
    );
  }
  return [...values];
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
