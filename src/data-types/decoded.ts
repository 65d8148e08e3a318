// Text that is written with escapes: what it means, and where each byte of the meaning stands in the writing.
import type { Pass } from './pass.ts';

/** One escape: the bytes it means, as a latin1 string, and the bytes it takes. */
export interface Escape {
  readonly text: string;
  readonly rawBytes: number;
}

/** The escape that begins at `at`; undefined when there is none. It never means more bytes than it takes. */
export type EscapeReader = (bytes: Buffer, at: number, stop: number) => Escape | undefined;

/** The bytes that are meant. What is no escape stays as it is: somebody may read it so. */
export function decoded(bytes: Buffer, start: number, stop: number, escapeAt: EscapeReader): Buffer {
  const text = Buffer.allocUnsafe(stop - start);
  const isJson = escapeAt === jsonEscapeAt;
  let length = 0;
  let i = start;
  while (i < stop) {
    const unit = isJson && bytes[i] !== 0x5c ? undefined : escapeAt(bytes, i, stop);
    if (unit === undefined) text[length++] = bytes[i++]!;
    else {
      for (let k = 0; k < unit.text.length; k++) text[length++] = unit.text.charCodeAt(k);
      i += unit.rawBytes;
    }
  }
  return text.subarray(0, length);
}

/** Adds the hits of a pass over decoded text at the places where they are written. */
export function leadBack(pass: Pass, inner: Pass, start: number, stop: number, escapeAt: EscapeReader): void {
  let raw = start;
  let at = 0;
  for (const hit of inner.hits) {
    let from = raw;
    while (raw < stop && at < hit.end) {
      if (at <= hit.start) from = raw;
      const unit = escapeAt(pass.bytes, raw, stop);
      raw += unit === undefined ? 1 : unit.rawBytes;
      at += unit === undefined ? 1 : unit.text.length;
    }
    pass.add(hit.type, from, raw);
  }
  pass.uncounted += inner.uncounted;
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const SHORT = new Map<number, Escape>(
  Object.entries({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' }).map(([c, text]) => [
    c.charCodeAt(0),
    { text, rawBytes: 2 },
  ]),
);

/** RFC 8259, section 7. */
export const jsonEscapeAt: EscapeReader = (bytes, at, stop) => {
  if (bytes[at] !== 0x5c || at + 1 >= stop) return undefined;
  const short = SHORT.get(bytes[at + 1]!);
  if (short !== undefined) return short;
  if (bytes[at + 1] !== 0x75 || at + 6 > stop) return undefined;
  const code = hexAt(bytes, at + 2, 4);
  if (code === -1) return undefined;
  if (code >= 0xd800 && code < 0xdc00 && at + 12 <= stop && bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75) {
    const low = hexAt(bytes, at + 8, 4);
    if (low >= 0xdc00 && low < 0xe000) return { text: latin1(String.fromCharCode(code, low)), rawBytes: 12 };
  }
  return { text: latin1(String.fromCharCode(code)), rawBytes: 6 };
};

/** `application/x-www-form-urlencoded`. */
export const formEscapeAt: EscapeReader = (bytes, at, stop) => {
  if (bytes[at] === 0x2b) return SPACE;
  if (bytes[at] !== 0x25 || at + 3 > stop) return undefined;
  const code = hexAt(bytes, at + 1, 2);
  return code === -1 ? undefined : { text: String.fromCharCode(code), rawBytes: 3 };
};
const SPACE: Escape = { text: ' ', rawBytes: 1 };

const REFERENCE_BYTES_MAX = 12;
const NAMED = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

/** Character references and the five names of XML 1.0, section 4.6. */
export const xmlEscapeAt: EscapeReader = (bytes, at, stop) => {
  if (bytes[at] !== 0x26) return undefined;
  const written = bytes.toString('latin1', at, Math.min(stop, at + REFERENCE_BYTES_MAX));
  const match = /^&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/.exec(written);
  if (match === null) return undefined;
  const [whole, decimal, hex, name] = match;
  if (name !== undefined) {
    const text = NAMED.get(name);
    return text === undefined ? undefined : { text, rawBytes: whole.length };
  }
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? { text: latin1(String.fromCodePoint(code)), rawBytes: whole.length } : undefined;
};

function hexAt(bytes: Buffer, at: number, digits: number): number {
  let code = 0;
  for (let i = at; i < at + digits; i++) {
    const c = bytes[i]!;
    const low = c | 0x20;
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : low >= 0x61 && low <= 0x66 ? low - 0x57 : -1;
    if (digit === -1) return -1;
    code = code * 16 + digit;
  }
  return code;
}
