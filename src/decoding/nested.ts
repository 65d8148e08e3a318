// Encodings inside a value: what a backend may decode once more after us. Each variant is a field of its own at the same place.
// Bounded in depth, in number and by a cheap test in front of every decoding; ordinary values cost a few comparisons.
import { isUtf8 } from 'node:buffer';
import {
  ALPHA,
  AMPERSAND,
  BACKSLASH,
  BRACE,
  BRACKET,
  classesOf,
  DASH,
  DIGIT,
  DOUBLE_QUOTE,
  EQUALS,
  JOINER,
  NON_ASCII,
  PERCENT,
  PLUS,
  SLASH,
  SPACE,
  SUSPECT,
  TOKEN,
} from '../core/characters.ts';
import { Fault } from '../core/fault.ts';
import type { Field } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';
import { decodeHtmlEntities } from './html-entities.ts';
import { scanJson } from './json.ts';
import { percentDecodeLenient } from './percent.ts';

type NestedLimits = Pick<
  Limits,
  | 'nestedDecodingsMax'
  | 'variantsPerValueMax'
  | 'jsonDepthMax'
  | 'jsonNodesMax'
  | 'jsonKeysPerObjectMax'
  | 'jsonKeyBytesMax'
  | 'fieldsMax'
>;

const NONE: readonly Field[] = [];
const ENCODED = AMPERSAND | BACKSLASH | NON_ASCII | PERCENT | TOKEN;
/** Of what base64 and hexadecimal digits are made, but for the `data:…` in front of some. */
const DIGITS = ALPHA | DASH | DIGIT | EQUALS | JOINER | PLUS | SLASH | TOKEN;

/** Decoded variants of a field's text, the field itself not among them. */
export function unfold(field: Field, limits: NestedLimits): readonly Field[] {
  const mayBeJson = (field.classes & (BRACE | BRACKET)) !== 0 && (field.classes & DOUBLE_QUOTE) !== 0;
  if ((field.classes & ENCODED) === 0 && !mayBeJson) return NONE;
  // A moment, an e-mail address, a URL: long, and nothing in it is encoded.
  if ((field.classes & (ENCODED & ~TOKEN)) === 0 && !mayBeJson && !mayBeDigits(field)) return NONE;
  const variants: Field[] = [];
  const texts = new Set([field.text]);
  let level: readonly Field[] = [field];
  for (let depth = 0; depth < limits.nestedDecodingsMax && level.length > 0; depth++) {
    const next: Field[] = [];
    for (const one of level) {
      for (const variant of unfoldOnce(one, limits)) {
        if (texts.has(variant.text) || (variant.classes & SUSPECT) === 0) continue;
        // Strings of a nested JSON text are values in their own right, not guesses about one value.
        if (variant.decodings.at(-1) !== 'json' && variants.length >= limits.variantsPerValueMax) continue;
        if (variants.length >= limits.fieldsMax) break;
        texts.add(variant.text);
        variants.push(variant);
        next.push(variant);
      }
    }
    level = next;
  }
  return variants.length === 0 ? NONE : variants;
}

function unfoldOnce(field: Field, limits: NestedLimits): Field[] {
  const { text, classes } = field;
  const found: Field[] = [];
  const add = (decoding: string, decoded: string | undefined): void => {
    if (decoded !== undefined && decoded !== text) found.push(variantOf(field, decoding, decoded));
  };
  if ((classes & PERCENT) !== 0 && /%(?:[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/.test(text)) {
    add('percent', percentDecodeLenient(text.replace(/%u([0-9a-fA-F]{4})/g, fromHex), false));
  }
  if ((classes & AMPERSAND) !== 0 && /&(?:#|[A-Za-z])/.test(text)) add('html', decodeHtmlEntities(text));
  if ((classes & BACKSLASH) !== 0 && /\\(?:u[0-9a-fA-F{]|x[0-9a-fA-F]|[0-7]{2})/.test(text)) {
    add('escape', decodeBackslashes(text));
  }
  if ((classes & NON_ASCII) !== 0 && /[ﹰ-﻿＀-￯․‥﹐-﹫′‵＇‘’⁄∕﹨]/.test(text)) {
    add('unicode', foldCompatible(text));
  }
  if ((classes & NON_ASCII) !== 0 && OVERLONG.test(text)) add('overlong', foldOverlong(text));
  if ((classes & TOKEN) !== 0 && mayBeDigits(field)) {
    add('hex', decodeHex(text));
    add('base64', decodeBase64(text));
  }
  if (/^\s*[{[]/.test(text) && (classes & DOUBLE_QUOTE) !== 0) found.push(...jsonStrings(field, limits));
  return found;
}

function mayBeDigits({ text, classes }: Field): boolean {
  // All bits stand for a text whose classes nobody counted.
  return (classes & ~DIGITS) === 0 || classes === -1 || text.startsWith('data:');
}

function variantOf(field: Field, decoding: string, text: string): Field {
  return { ...field, text, classes: classesOf(text), decodings: [...field.decodings, decoding] };
}

function fromHex(_: string, hex: string): string {
  return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff));
}

/** `\u0027`, `\u{27}`, `\x27`, `\047`: escapes of JavaScript, C, Python and PHP string literals. */
function decodeBackslashes(text: string): string {
  return text
    .replace(/\\u\{([0-9a-fA-F]{1,6})\}/g, fromHex)
    .replace(/\\u([0-9a-fA-F]{4})/g, fromHex)
    .replace(/\\x([0-9a-fA-F]{2})/g, fromHex)
    .replace(/\\([0-3]?[0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Compatibility forms by NFKC, and look-alikes of quotes and slashes that best-fit conversions turn into ASCII. */
function foldCompatible(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[′‵＇‘’]/g, "'")
    .replace(/[⁄∕]/g, '/')
    .replace(/﹨/g, '\\');
}

/** Two or three bytes, here as latin1 characters, where UTF-8 needs one: `C0 AE` is a dot to careless decoders. */
const OVERLONG = /[\u00c0\u00c1][\u0080-\u00bf]|\u00e0[\u0080\u0081][\u0080-\u00bf]/;

function foldOverlong(text: string): string {
  return text.replace(/(?:\u00e0[\u0080\u0081]|[\u00c0\u00c1])[\u0080-\u00bf]/g, (run) => {
    const code = ((run.charCodeAt(run.length - 2) & 1) << 6) | (run.charCodeAt(run.length - 1) & 0x3f);
    return String.fromCharCode(code);
  });
}

/** Long runs of hexadecimal digits that spell printable text; hashes and ids do not. */
function decodeHex(text: string): string | undefined {
  const digits = /^(?:0x)?((?:[0-9a-fA-F]{2}){10,})$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const bytes = Buffer.from(digits, 'hex');
  return isMostlyText(bytes) ? bytes.toString('utf8') : undefined;
}

const BASE64 = /^(?:data:[\w/+.-]{0,100};base64,)?([A-Za-z0-9+/_-]{14,}={0,2})$/;
const UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
const BASE64_SAMPLE_CHARACTERS = 48;

/** base64 and base64url that decode to text. The first characters decide for nearly every id and image. */
function decodeBase64(text: string): string | undefined {
  if (UUID.test(text)) return undefined;
  const encoded = BASE64.exec(text)?.[1];
  if (encoded === undefined) return undefined;
  const sample = Buffer.from(encoded.slice(0, BASE64_SAMPLE_CHARACTERS), 'base64');
  // A sample may end inside a character.
  if (encoded.length > BASE64_SAMPLE_CHARACTERS ? !startsLikeText(sample) : !isMostlyText(sample)) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  return isMostlyText(bytes) ? bytes.toString('utf8') : undefined;
}

/** No control characters but those of text. */
function startsLikeText(bytes: Buffer): boolean {
  let ascii = 0;
  let nulls = 0;
  for (const byte of bytes) {
    if (byte < 0x20 && byte !== 0 && (byte < 0x09 || byte > 0x0d)) return false;
    if (byte === 0 && ++nulls > 1) return false;
    if (byte < 0x7f) ascii += 1;
  }
  return ascii * 2 >= bytes.length;
}

const PRINTABLE_SHARE_MIN = 0.95;

function isMostlyText(bytes: Buffer): boolean {
  let printable = 0;
  let high = 0;
  let nulls = 0;
  for (const byte of bytes) {
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) printable += 1;
    else if (byte >= 0x80) high += 1;
    else if (byte === 0) nulls += 1;
  }
  // One null byte ends a file name early.
  if (nulls === 1) printable += 1;
  // Other scripts and typographic quotes are text as well when they are well-formed and stand among ASCII.
  if (high > 0 && printable >= 2 * high && isUtf8(bytes)) printable += high;
  return bytes.length > 0 && printable / bytes.length >= PRINTABLE_SHARE_MIN;
}

/** The strings and keys inside a JSON text that is itself a string; a text that is not JSON has none. */
function jsonStrings(field: Field, limits: NestedLimits): Field[] {
  const found: Field[] = [];
  const sink = {
    wanted: SUSPECT & ~SPACE,
    add: (inner: Field): void => {
      if (found.length < limits.fieldsMax) {
        found.push({
          ...inner,
          pointer: field.pointer,
          nestedPointer: inner.pointer,
          decodings: [...field.decodings, 'json'],
        });
      }
    },
    skip: (): void => {},
  };
  try {
    scanJson(Buffer.from(field.text, 'utf8'), limits, sink, field.location, field.pointer);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
  return found;
}
