// What is masked is the hit and nothing else, whichever way it is written; most hits are masked where they stand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyFormat } from '../../src/core/detector.ts';
import type { DataTypeDocument } from '../../src/core/document.ts';
import { maskBody, maskValue } from '../../src/data-types/mask.ts';
import { type Hit, Scanner } from '../../src/data-types/scanner.ts';
import { placesAt } from '../../src/decoding/json-pointers.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';

const types = shippedPolicies('data-types').documents.filter(
  (document): document is DataTypeDocument => document.kind === 'data-type',
);
const scanner = Scanner.of(types);
const marked = Scanner.of(types.map((type) => ({ ...type, mask: { ...type.mask, with: '"' } })));

const sensitive = fc.constantFrom(
  'ann.lee@example.com',
  '536-22-8754',
  '4111 1111 1111 1111',
  '4111111111111111',
  '+14155552671',
  '900101-1234568',
  ...types.flatMap((type) => type.matches).filter((sample) => typeof sample === 'string'),
);
const text = fc
  .array(fc.oneof(sensitive, fc.constantFrom(' ', ', ', ': ', '-', '"', '\\', '\n', '값 ', 'é', '&lt;', '12 ')), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const number = fc.constantFrom(4111111111111111, 5361228754, -3.25, 17, 9001011234568);

/** The list as it must be, value by value. */
function expected(body: Buffer, list: readonly (string | number)[], hits: readonly Hit[]): unknown[] {
  const values: unknown[] = [...list];
  const places = placesAt(
    body,
    hits.map((hit) => hit.start),
  );
  const meant = (raw: string): string => JSON.parse(`"${raw}"`) as string;
  for (let i = 0; i < list.length; i++) {
    const inside = hits.filter((_, k) => places[k]?.pointer === `/${i}`);
    const place = places[hits.indexOf(inside[0]!)];
    if (place === undefined) continue;
    let value = '';
    let at = place.start;
    for (const { start, end, type } of inside) {
      value += meant(body.toString('utf8', at, start)) + maskValue(meant(body.toString('utf8', start, end)), type);
      at = end;
    }
    values[i] = value + meant(body.toString('utf8', at, place.end));
  }
  return values;
}

describe.each([
  ['the shipped masks', scanner],
  ['a mask that JSON has to escape', marked],
])('with %s', (_, scans) => {
  it('a JSON text has each hit masked, numbers as strings, and everything else as it was', () => {
    let masked = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text, text, number), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(0, 2),
        (list, space) => {
          const body = Buffer.from(JSON.stringify(list, undefined, space));
          const hits = scans.scan(body, 'json').filter((hit) => body[hit.start] !== 0x5b);
          const before = Buffer.from(body);
          const result = JSON.parse(maskBody(body, 'json', hits).toString()) as unknown[];
          expect(result).toEqual(expected(body, list, hits));
          expect(body.equals(before)).toBe(true);
          masked += hits.length;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(masked).toBeGreaterThan(1_000);
  });
});

it.each<[BodyFormat, string, string]>([
  ['text', 'mail ann.lee@example.com or 536-22-8754', 'mail a**.***@example.com or ***-**-8754'],
  ['xml', '<ssn>536-22-8754</ssn><a>a&amp;b</a>', '<ssn>***-**-8754</ssn><a>a&amp;b</a>'],
  ['form', 'ssn=536-22-8754&card=4111+1111+1111+1111', 'ssn=***-**-8754&card=****+****+****+1111'],
  ['form', 'card=4111%201111%201111%201111', 'card=****%20****%20****%201111'],
  ['json', '{"card": 4111111111111111,"ssn":"536-22-8754"}', '{"card": "************1111","ssn":"***-**-8754"}'],
  ['ndjson', '{"ssn":"536-22-8754"}\n4111111111111111\n', '{"ssn":"***-**-8754"}\n"************1111"\n'],
])('%s %s is masked as %s', (format, body, result) => {
  const bytes = Buffer.from(body);
  expect(maskBody(bytes, format, scanner.scan(bytes, format)).toString()).toBe(result);
});
