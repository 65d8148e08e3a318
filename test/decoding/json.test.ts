import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUSPECT } from '../../src/core/characters.ts';
import { Fault } from '../../src/core/fault.ts';
import type { Field } from '../../src/core/field.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { scanJson } from '../../src/decoding/json.ts';
import { placesAt } from '../../src/decoding/json-pointers.ts';

function fieldsOf(text: string | Buffer, wanted = -1): Field[] {
  const fields: Field[] = [];
  scanJson(Buffer.from(text as string), DEFAULT_LIMITS, { wanted, add: (f) => fields.push(f), skip: () => {} });
  return fields;
}

function faultOf(text: string | Buffer): string | undefined {
  try {
    fieldsOf(text);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

describe('scanJson', () => {
  it('finds every string and key with its pointer', () => {
    const fields = fieldsOf('{"a":{"b/c":["x",{"d":"y\\u0041"}]},"e":1.5e3,"f":[true,false,null]}');
    expect(fields.map((f) => [f.of, f.pointer, f.name, f.text])).toEqual([
      ['key', '/a', 'a', 'a'],
      ['key', '/a/b~1c', 'b/c', 'b/c'],
      ['value', '/a/b~1c/0', 'b/c', 'x'],
      ['key', '/a/b~1c/1/d', 'd', 'd'],
      ['value', '/a/b~1c/1/d', 'd', 'yA'],
      ['key', '/e', 'e', 'e'],
      ['key', '/f', 'f', 'f'],
    ]);
  });

  it('materialises only what is suspect, and prototype keys', () => {
    const fields = fieldsOf('{"name":"Ann","__proto__":{"x":"<b>"},"note":"it\'s"}', SUSPECT);
    expect(fields.map((f) => f.text)).toEqual(['__proto__', '<b>', "it's"]);
  });

  const refused: [string, string | Buffer, string][] = [
    ['F1 a duplicate key', '{"a":1,"a":2}', 'JSON_DUPLICATE_KEY'],
    ['F1 a duplicate key behind an escape', '{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_KEY'],
    ['F1 a duplicate key at depth', '{"x":[{"a":1,"b":2,"a":2}]}', 'JSON_DUPLICATE_KEY'],
    ['F2 a comment', '{"a":1/*x*/}', 'JSON_INVALID'],
    ['F2 a trailing comma in an object', '{"a":1,}', 'JSON_INVALID'],
    ['F2 a trailing comma in an array', '[1,]', 'JSON_INVALID'],
    ['F2 NaN', '[NaN]', 'JSON_INVALID'],
    ['F2 single quotes', "{'a':1}", 'JSON_INVALID'],
    ['F2 a leading zero', '[01]', 'JSON_INVALID'],
    ['F2 a bad escape', '["\\x41"]', 'JSON_INVALID'],
    ['F2 a raw control character', '["a\nb"]', 'JSON_INVALID'],
    ['F2 two documents', '{}{}', 'JSON_INVALID'],
    ['F2 a byte order mark', '﻿{}', 'JSON_INVALID'],
    ['F4 depth', '['.repeat(100) + ']'.repeat(100), 'JSON_TOO_DEEP'],
    ['F5 nodes', `[${'1,'.repeat(100_001)}1]`, 'JSON_TOO_LARGE'],
    ['F7 a lone surrogate', '["\\ud800"]', 'JSON_INVALID'],
    ['F7 a lone low surrogate', '["\\udc00x"]', 'JSON_INVALID'],
    ['E4 invalid UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), 'JSON_NOT_UTF8'],
    ['nothing', '', 'JSON_INVALID'],
    ['an open string', '["abc', 'JSON_INVALID'],
    ['an open object', '{"a":', 'JSON_INVALID'],
    ['a stray end', ']', 'JSON_INVALID'],
    ['a key without value', '{"a"}', 'JSON_INVALID'],
    ['a value after the end', '1 2', 'JSON_INVALID'],
  ];
  it.each(refused)('refuses %s', (_, text, code) => expect(faultOf(text)).toBe(code));

  it('flags numbers that parsers read differently', () => {
    const sink = { wanted: 0, add: () => {}, skip: () => {} };
    const facts = (text: string) => scanJson(Buffer.from(text), DEFAULT_LIMITS, sink).hasImpreciseNumber;
    expect(facts('[12345678901234567890]')).toBe(true);
    expect(facts('[123456789012345]')).toBe(false);
    expect(facts('[1700000000000]')).toBe(false);
  });

  it('accepts ten million levels in no time by refusing them', () => {
    expect(faultOf(Buffer.alloc(10_000_000, '['))).toBe('JSON_TOO_DEEP');
  });

  it('says the same as JSON.parse about values, and accepts nothing that it refuses', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const strings: string[] = [];
        const walk = (value: unknown): void => {
          if (typeof value === 'string') strings.push(value);
          else if (typeof value === 'object' && value !== null) {
            for (const [key, inner] of Object.entries(value)) {
              if (!Array.isArray(value)) strings.push(key);
              walk(inner);
            }
          }
        };
        walk(JSON.parse(text));
        if (faultOf(text) === 'JSON_INVALID') throw new Error(`refused ${text}`);
        if (faultOf(text) === undefined)
          expect(
            fieldsOf(text)
              .map((f) => f.text)
              .sort(),
          ).toEqual(strings.filter((s) => s !== '').sort());
      }),
      { numRuns: 1_500 },
    );
  });

  it('never throws anything but a Fault, and never accepts what JSON.parse refuses', () => {
    const mutated = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, insert]) => {
      const i = at % (text.length + 1);
      return text.slice(0, i) + insert + text.slice(i + (at % 3));
    });
    fc.assert(
      fc.property(mutated, (text) => {
        if (faultOf(text) === undefined) JSON.parse(Buffer.from(text).toString());
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('placesAt', () => {
  it('resolves offsets to pointers, names and kinds', () => {
    const text = '{"users":[{"ssn":"536-22-8754","age":44},{"x/y":{"4111":"k"}}]}';
    const bytes = Buffer.from(text);
    const offsets = ['536', '44', '4111'].map((needle) => text.indexOf(needle));
    expect(placesAt(bytes, offsets).map((p) => [p.pointer, p.name, p.kind, text.slice(p.start, p.end)])).toEqual([
      ['/users/0/ssn', 'ssn', 'string', '536-22-8754'],
      ['/users/0/age', 'age', 'number', '44'],
      ['/users/1/x~1y/4111', '4111', 'key', '4111'],
    ]);
  });
});
