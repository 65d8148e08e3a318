// One strict pass over a JSON text (RFC 8259): grammar, bounds, duplicate names, and the strings a detector wants to see.
// JSON.parse hides duplicate names, takes any depth and builds a tree nobody asked for; this scanner does none of it.
// Invariants: no recursion, no allocation per value; a text is accepted only if JSON.parse accepts it and no name occurs
// twice in one object; strings and names are materialised only when their character classes are wanted.
import { isUtf8 } from 'node:buffer';
import { CLASS_OF_BYTE, CONTROL, NON_ASCII, withDerivedClasses } from '../core/characters.ts';
import { Fault } from '../core/fault.ts';
import type { FieldSink, Location } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';
import { JsonStack } from './json-stack.ts';
import { JsonTexts } from './json-texts.ts';

export type JsonLimits = Pick<Limits, 'jsonDepthMax' | 'jsonNodesMax' | 'jsonKeysPerObjectMax' | 'jsonKeyBytesMax'>;

export interface JsonFacts {
  readonly nodes: number;
  /** A number has more than 15 significant digits or an exponent beyond 308: parsers will read it differently. */
  readonly hasImpreciseNumber: boolean;
  /** Some object may have a member called `query`. */
  readonly mayHaveQuery: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const NOT_DECODED: readonly string[] = [];

const EXPECT_VALUE = 0;
const EXPECT_VALUE_OR_END = 1;
const EXPECT_KEY = 2;
const EXPECT_KEY_OR_END = 3;
const EXPECT_COMMA_OR_END = 4;

/** Keys that reach into an object's prototype are shown to detectors although their characters are harmless. */
const REVEALING_KEY = /^(?:__[a-z]+__|constructor|prototype)$/i;

/**
 * Scans `bytes` as one JSON text. Fields get `location` and a pointer below `basePointer`.
 * @throws Fault 400 `JSON_INVALID`, `JSON_DUPLICATE_KEY`, `JSON_TOO_DEEP`, `JSON_TOO_LARGE` or `JSON_NOT_UTF8`
 */
export function scanJson(
  bytes: Buffer,
  limits: JsonLimits,
  sink: FieldSink,
  location: Location = 'body',
  basePointer = '',
): JsonFacts {
  if (!isUtf8(bytes)) refuse('JSON_NOT_UTF8');
  const texts = new JsonTexts(bytes);
  const stack = new JsonStack(bytes, texts, limits);
  const wanted = sink.wanted;
  const end = bytes.length;
  let nodes = 0;
  let hasImpreciseNumber = false;
  let mayHaveQuery = false;
  let state = EXPECT_VALUE;
  let i = 0;

  while (true) {
    let c = i < end ? bytes[i]! : -1;
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = ++i < end ? bytes[i]! : -1;
    if (c === -1) break;

    if (state === EXPECT_COMMA_OR_END) {
      if (stack.depth === 0) refuse('JSON_INVALID');
      if (c === 0x2c) {
        i += 1;
        state = stack.isObject ? EXPECT_KEY : EXPECT_VALUE;
        if (!stack.isObject) stack.nextIndex();
      } else if (c === (stack.isObject ? 0x7d : 0x5d)) {
        i += 1;
        stack.pop();
      } else refuse('JSON_INVALID');
      continue;
    }

    if (state === EXPECT_KEY || state === EXPECT_KEY_OR_END) {
      if (c === 0x7d && state === EXPECT_KEY_OR_END) {
        i += 1;
        stack.pop();
        state = EXPECT_COMMA_OR_END;
        continue;
      }
      if (c !== QUOTE) refuse('JSON_INVALID');
      const start = i + 1;
      const classes = readString(bytes, start, end);
      i = stringEnd + 1;
      stack.setKey(start, stringEnd, stringHasEscape);
      if (++nodes > limits.jsonNodesMax) refuse('JSON_TOO_LARGE');
      const first = bytes[start]!;
      if (stringHasEscape || (first === 0x71 && stringEnd - start === 5)) mayHaveQuery = true;
      if (
        (classes & wanted) !== 0 ||
        ((first === 0x5f || first === 0x63 || first === 0x70) && isRevealing(stack.key()))
      ) {
        const key = stack.key();
        sink.add({
          location,
          pointer: basePointer + stack.pointer(),
          name: key,
          of: 'key',
          text: key,
          classes,
          decodings: NOT_DECODED,
        });
      }
      c = i < end ? bytes[i]! : -1;
      while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = ++i < end ? bytes[i]! : -1;
      if (c !== 0x3a) refuse('JSON_INVALID');
      i += 1;
      state = EXPECT_VALUE;
      continue;
    }

    if (c === QUOTE) {
      const start = i + 1;
      const classes = readString(bytes, start, end);
      i = stringEnd + 1;
      if (++nodes > limits.jsonNodesMax) refuse('JSON_TOO_LARGE');
      if ((classes & wanted) !== 0) {
        const text = stringHasEscape
          ? (JSON.parse(bytes.toString('utf8', start - 1, stringEnd + 1)) as string)
          : texts.cut(start, stringEnd, (classes & NON_ASCII) === 0);
        sink.add({
          location,
          pointer: basePointer + stack.pointer(),
          name: stack.name(),
          of: 'value',
          text,
          classes,
          decodings: NOT_DECODED,
        });
      } else sink.skip();
      state = EXPECT_COMMA_OR_END;
    } else if (c === 0x7b || c === 0x5b) {
      if (++nodes > limits.jsonNodesMax) refuse('JSON_TOO_LARGE');
      stack.push(c === 0x7b);
      i += 1;
      state = c === 0x7b ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    } else if (c === 0x5d && state === EXPECT_VALUE_OR_END) {
      i += 1;
      stack.pop();
      state = EXPECT_COMMA_OR_END;
    } else {
      if (++nodes > limits.jsonNodesMax) refuse('JSON_TOO_LARGE');
      if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
        const next = readNumber(bytes, i, end);
        hasImpreciseNumber ||= next - i > 15 && isImprecise(bytes.toString('latin1', i, next));
        i = next;
      } else i = readLiteral(bytes, i, c);
      state = EXPECT_COMMA_OR_END;
    }
  }
  if (state !== EXPECT_COMMA_OR_END || stack.depth !== 0) refuse('JSON_INVALID');
  return { nodes, hasImpreciseNumber, mayHaveQuery };
}

// Results of the last readString beside its classes; module variables because a result object per string would be the
// hot loop's only allocation.
let stringEnd = 0;
let stringHasEscape = false;

/** Reads from after the opening quote to the closing one. Returns the OR of the decoded characters' classes. */
function readString(bytes: Buffer, start: number, end: number): number {
  let classes = 0;
  let i = start;
  let c = 0;
  for (; i < end; i++) {
    c = bytes[i]!;
    if (c === QUOTE || c === BACKSLASH) break;
    classes |= CLASS_OF_BYTE[c]!;
  }
  stringHasEscape = c === BACKSLASH && i < end;
  // Raw control characters are not allowed (RFC 8259 §7); DEL is, but has the same class.
  if ((classes & CONTROL) !== 0) refuseControls(bytes, start, i);
  if (stringHasEscape) return readEscapedString(bytes, start, i, end, classes);
  if (i >= end) refuse('JSON_INVALID');
  stringEnd = i;
  return withDerivedClasses(classes, i - start, bytes[start]!);
}

function readEscapedString(bytes: Buffer, start: number, from: number, end: number, seen: number): number {
  let classes = seen;
  let i = from;
  let isAfterHighSurrogate = false;
  // The first character decides a derived class; written as an escape it must not hide from it.
  const first = bytes[start] === BACKSLASH && bytes[start + 1] === 0x75 ? hex4(bytes, start + 2, end) : bytes[start]!;
  while (i < end) {
    const c = bytes[i]!;
    if (c === QUOTE) break;
    if (c !== BACKSLASH) {
      if (isAfterHighSurrogate) refuse('JSON_INVALID');
      if (c < 0x20) refuse('JSON_INVALID');
      classes |= CLASS_OF_BYTE[c]!;
      i += 1;
      continue;
    }
    const letter = i + 1 < end ? bytes[i + 1]! : 0;
    if (letter === 0x75) {
      const code = hex4(bytes, i + 2, end);
      const isLow = code >= 0xdc00 && code <= 0xdfff;
      // A lone surrogate is no character: parsers replace it, drop it or fail on it.
      if (isLow !== isAfterHighSurrogate) refuse('JSON_INVALID');
      isAfterHighSurrogate = code >= 0xd800 && code <= 0xdbff;
      classes |= code < 0x80 ? CLASS_OF_BYTE[code]! : NON_ASCII;
      i += 6;
      continue;
    }
    if (isAfterHighSurrogate) refuse('JSON_INVALID');
    // `"` `\` `/` stand for themselves; b f n r t are control characters.
    if (letter === QUOTE || letter === BACKSLASH || letter === 0x2f) classes |= CLASS_OF_BYTE[letter]!;
    else if (letter === 0x62 || letter === 0x66 || letter === 0x6e || letter === 0x72 || letter === 0x74)
      classes |= CONTROL;
    else refuse('JSON_INVALID');
    i += 2;
  }
  if (i >= end || isAfterHighSurrogate) refuse('JSON_INVALID');
  stringEnd = i;
  return withDerivedClasses(classes, i - start, first);
}

function refuseControls(bytes: Buffer, start: number, end: number): void {
  for (let i = start; i < end; i++) if (bytes[i]! < 0x20) refuse('JSON_INVALID');
}

function hex4(bytes: Buffer, at: number, end: number): number {
  if (at + 4 > end) refuse('JSON_INVALID');
  let code = 0;
  for (let i = at; i < at + 4; i++) {
    const c = bytes[i]!;
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x57 : -1;
    if (digit === -1) refuse('JSON_INVALID');
    code = code * 16 + digit;
  }
  return code;
}

/** `number = [ minus ] int [ frac ] [ exp ]`, RFC 8259 §6. Returns the offset behind it. */
function readNumber(bytes: Buffer, start: number, end: number): number {
  let i = bytes[start] === 0x2d ? start + 1 : start;
  if (bytes[i] === 0x30) i += 1;
  else i = readDigits(bytes, i, end);
  if (i < end && bytes[i] === 0x2e) i = readDigits(bytes, i + 1, end);
  if (i < end && (bytes[i]! | 0x20) === 0x65) {
    i += 1;
    if (bytes[i] === 0x2b || bytes[i] === 0x2d) i += 1;
    i = readDigits(bytes, i, end);
  }
  return i;
}

function readDigits(bytes: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i += 1;
  if (i === start) refuse('JSON_INVALID');
  return i;
}

function isImprecise(text: string): boolean {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  return mantissa.replace(/^-?0?\.?0*|\./g, '').length > 15 || Math.abs(Number(exponent)) > 308;
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

function readLiteral(bytes: Buffer, start: number, first: number): number {
  const literal = first === 0x74 ? TRUE : first === 0x66 ? FALSE : NULL;
  for (let i = 0; i < literal.length; i++) if (bytes[start + i] !== literal[i]) refuse('JSON_INVALID');
  return start + literal.length;
}

function isRevealing(key: string): boolean {
  return REVEALING_KEY.test(key);
}

function refuse(code: string): never {
  throw new Fault(code, 'client', 400);
}
