import { describe, expect, it } from 'vitest';
import type { ObservedBody, ObservedField } from '../../src/core/observation.ts';
import type { TransactionRecord } from '../../src/core/record.ts';
import { Packing } from '../../src/records/packed-record.ts';
import { TEXT_CHARS_MAX } from '../../src/records/texts-of-frame.ts';
import { Unpacking } from '../../src/records/unpacked-record.ts';
import { simulatedTraffic } from '../support/traffic/simulated-api.ts';

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
  field({ type: 'number', number: -0 }),
  field({ type: 'number', number: 1.7976931348623157e308 }),
  field({ type: 'number', number: Number.POSITIVE_INFINITY }),
  field({ type: 'integer', number: -7, hash: '0123456789abcdef' }),
  field({ format: 'uuid', length: 36, hash: '00000000000000ff' }),
  field({ format: 'prefixed-id', length: 9, hash: 'ffffffffffffffff', word: 'red' }),
  field({ format: '', length: 3, hash: 'ffffffffffffffff', word: '"' }),
  field({ pointer: `/${'x'.repeat(TEXT_CHARS_MAX)}`, word: '' }),
];
const body = (fields: readonly ObservedField[]): ObservedBody => ({
  ...{ mediaType: 'application/json', fields, records: 2, isTruncated: true },
  dataTypes: [
    ['email', 2],
    ['2', 0],
  ],
});
const PLAIN: TransactionRecord = [...simulatedTraffic({ seed: 1, transactions: 1, days: 1, probes: 0 })][0]!;
const recordOf = (more: Partial<TransactionRecord>, observed?: object): TransactionRecord =>
  ({
    ...PLAIN,
    ...more,
    ...(observed === undefined ? {} : { observation: { ...PLAIN.observation, ...observed } }),
  }) as TransactionRecord;
const jsonOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
/** As they leave a worker, in one frame. */
const packedJson = (records: readonly TransactionRecord[]): unknown[] => {
  const packing = new Packing();
  packing.begin();
  return records.map((record) => jsonOf(packing.packed(record)));
};
const arrived = (lists: readonly unknown[]): TransactionRecord[] => {
  const unpacking = new Unpacking();
  return lists.map((list) => unpacking.next(list));
};

const FINDING = {
  ...{ detection: 'injection-sql', phase: 'request-body', location: 'body', pointer: '/a', severity: 'high' },
  ...{ confidence: 0.9, what: 'a quote, and "more"', action: 'block', owasp: ['API8'] },
  policy: { kind: 'detector', id: 'injection-sql', file: 'detectors/sql.yaml', line: 1 },
} as unknown as TransactionRecord['findings'][number];
const CASES: readonly (readonly [string, TransactionRecord])[] = [
  ['no observation', recordOf({ observation: undefined as never })],
  ['no body', recordOf({}, { request: undefined, response: undefined })],
  ['a request alone', recordOf({}, { request: body(FIELDS), response: undefined })],
  ['an answer alone', recordOf({}, { request: undefined, response: body([...FIELDS].reverse()) })],
  ['both', recordOf({}, { claims: [], request: body([]), response: body(FIELDS) })],
  [
    'nothing that need not be',
    recordOf({ actors: [], upstreamMs: undefined }, { headers: undefined, path: undefined }),
  ],
  [
    'everything that may be',
    recordOf(
      { findings: [FINDING, FINDING], uninspected: ['a', 'b', 'a'], fault: 'upstream-reset', rule: 'r', confidence: 1 },
      {
        ...{ country: 'KR', network: 4_200_000_000, upgrade: 'websocket', graphqlOperation: 'query a', account: '0f' },
        ...{ isCredentialInUrl: true, isEncrypted: false, query: FIELDS, headers: FIELDS, path: [] },
        claims: [
          { name: 'role', hash: '12', word: 'admin' },
          { name: 'role', hash: '12', word: undefined },
        ],
        responseHeaders: [
          ['set-cookie', ''],
          ['1', '1'],
        ],
      },
    ),
  ],
  [
    'characters of every kind',
    recordOf({
      ...{ id: '\ud800', path: '/\udfff/"\\\u0000\u2028', host: '\ud83d\ude00', endpoint: '\ud83d', rule: '' },
      actors: [{ kind: 'header', id: '한\udc00', isVerified: false }],
    }),
  ],
  ['texts that look like numbers', recordOf({ id: '0', path: '1', host: '2', endpoint: '3', policyVersion: '0' })],
  ['numbers that JSON has none for', recordOf({ durationMs: Number.NaN, confidence: -0, receivedAt: 2 ** 53 - 1 })],
  [
    '200 fields',
    recordOf({}, { response: body(Array.from({ length: 200 }, (_, i) => field({ pointer: `/items/*/${i % 150}` }))) }),
  ],
];

describe('a record on its way to the analyst', () => {
  it.each(CASES)('with %s arrives as it was', (_, record) => {
    // What JSON leaves out, and only that, may be missing.
    expect(jsonOf(arrived(packedJson([record]))[0])).toEqual(jsonOf(record));
  });

  it('arrives as it was after any others of its frame', () => {
    const records = [...CASES, ...[...CASES].reverse(), ...CASES].map(([, record]) => record);
    expect(jsonOf(arrived(packedJson(records)))).toEqual(jsonOf(records));
  });

  it('arrives as it was among a thousand others, frame after frame, of one packing', () => {
    const records = [...simulatedTraffic({ seed: 7, transactions: 1_000, days: 1 })];
    const packing = new Packing();
    for (let from = 0; from < records.length; from += 90) {
      packing.begin();
      const some = records.slice(from, from + 90);
      const lists = some.map((record) => jsonOf(packing.packed(record)));
      expect(jsonOf(arrived(lists))).toEqual(jsonOf(some));
    }
  });

  it('has one shape, whatever it holds', () => {
    const shapes = CASES.map(([, record]) => Object.keys(arrived(packedJson([record]))[0]!));
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
    expect(shapes[0]).toContain('fault');
  });

  it('takes a third of the room, and the same texts are one', () => {
    const records = [...simulatedTraffic({ seed: 1, transactions: 100, days: 1 })];
    const lists = packedJson(records);
    expect(JSON.stringify(lists).length).toBeLessThan(JSON.stringify(records).length / 3);
  });

  it('is refused when its list is none of a record', () => {
    const whole = packedJson([CASES[6]![1]])[0] as unknown[];
    const broken: unknown[] = [undefined, null, 7, {}, [], 'x', [...whole, 0], whole.slice(0, -1)];
    for (const junk of [null, -1, 1e9, 2 ** 31, 0.5, 'x', [], {}, true]) {
      for (let at = 0; at < whole.length; at++) broken.push(whole.with(at, junk));
    }
    for (const list of broken) {
      try {
        // What happens to be one all the same is one as a whole.
        expect(jsonOf(new Unpacking().next(list))).toHaveProperty('observation');
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    expect(() => new Unpacking().next(whole.slice(0, -1))).toThrow(RangeError);
    expect(() => new Unpacking().next([...whole, 0])).toThrow(RangeError);
  });
});
