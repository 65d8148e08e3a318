import { describe, expect, it } from 'vitest';
import type { ObservedBody, ObservedField } from '../../src/core/observation.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { packed, unpacked } from '../../src/records/packed-record.ts';

const field = (more: Partial<ObservedField>): ObservedField => ({
  ...{ pointer: '/작은~1a/*', type: 'string', format: undefined, length: undefined },
  ...{ number: undefined, hash: undefined, word: undefined },
  ...more,
});
const FIELDS: ObservedField[] = [
  field({}),
  field({ pointer: '', type: 'array', length: 0 }),
  field({ type: 'object' }),
  field({ type: 'null' }),
  field({ type: 'boolean' }),
  field({ type: 'number', number: 0 }),
  field({ type: 'number', number: Number.POSITIVE_INFINITY }),
  field({ type: 'integer', number: -7, hash: '0123456789abcdef' }),
  field({ format: 'uuid', length: 36, hash: '00000000000000ff' }),
  field({ format: 'prefixed-id', length: 9, hash: 'ffffffffffffffff', word: 'red' }),
  field({ length: 3, word: '"' }),
];
const body = (fields: readonly ObservedField[]): ObservedBody => ({
  ...{ mediaType: 'application/json', fields, records: 2, isTruncated: true },
  dataTypes: [['email', 2]],
});
const recordOf = (observation: unknown): TransactionRecord =>
  ({ id: 't', findings: [], fault: undefined, observation }) as unknown as TransactionRecord;
const crossed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a record on its way to the analyst', () => {
  it.each([
    ['no observation', recordOf(undefined)],
    ['no body', recordOf({ userAgent: 'x', request: undefined, response: undefined })],
    ['a request alone', recordOf({ userAgent: 'x', request: body(FIELDS), response: undefined })],
    ['an answer alone', recordOf({ userAgent: 'x', request: undefined, response: body([...FIELDS].reverse()) })],
    ['both', recordOf({ claims: [], request: body([]), response: body(FIELDS) })],
  ])('with %s arrives as it was', (_, record) => {
    const arrived = unpacked(crossed(packed(record)) as Parameters<typeof unpacked>[0]);
    // What JSON leaves out, and only that, may be missing.
    expect(crossed(arrived)).toEqual(crossed(record));
  });

  it('has one shape, whatever it holds', () => {
    const shapes = [recordOf(undefined), recordOf({ request: body(FIELDS) }), recordOf({ country: 'KR' })].map(
      (record) => Object.keys(unpacked(crossed(packed(record)) as Parameters<typeof unpacked>[0])),
    );
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
    expect(shapes[0]).toContain('fault');
  });

  it('takes half the room', () => {
    const record = recordOf({ request: body(FIELDS), response: body(FIELDS) });
    expect(JSON.stringify(packed(record)).length).toBeLessThan(JSON.stringify(record).length * 0.6);
  });
});
