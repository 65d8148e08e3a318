// Rewrites hits so that the form stays and the value goes: separators, length and both ends as the type's rule says.
// A hit is read as its format means it, masked, and written as its format writes it: nothing but the hit's own bytes changes.
import type { BodyFormat } from '../core/detector.ts';
import type { MaskRule } from '../core/document.ts';
import { placesAt } from '../decoding/json-pointers.ts';
import type { CompiledType } from './compiled-type.ts';
import { decoded, type EscapeReader, formEscapeAt, jsonEscapeAt, xmlEscapeAt } from './decoded.ts';
import type { Hit } from './pass.ts';

/** `536-22-8754` with keepLast 4 → `***-**-8754`. Letters and digits count, everything else stays where it is. */
export function maskText(text: string, rule: MaskRule): string {
  const characters = [...text];
  const isCounted = characters.map((c) => /[\p{L}\p{N}]/u.test(c));
  const counted = isCounted.filter(Boolean).length;
  // A rule that would keep everything keeps nothing.
  const keeps = rule.keepFirst + rule.keepLast < counted;
  let seen = 0;
  return characters
    .map((c, i) => {
      if (!isCounted[i]) return c;
      seen += 1;
      return keeps && (seen <= rule.keepFirst || seen > counted - rule.keepLast) ? c : rule.with;
    })
    .join('');
}

/** A value by its type's rule. Of an e-mail address the domain stays, and the rule is about what is before the `@`. */
export function maskValue(text: string, type: CompiledType): string {
  const rule = type.document.mask;
  const at = type.document.validator === 'email' ? text.lastIndexOf('@') : -1;
  return at === -1 ? maskText(text, rule) : maskText(text.slice(0, at), rule) + text.slice(at);
}

/** The body with every hit masked; hits in ascending order. A JSON number becomes a string. */
export function maskBody(bytes: Buffer, format: BodyFormat, hits: readonly Hit[]): Buffer {
  if (hits.length === 0) return bytes;
  // Nearly all hits are plain text that keeps its length; only the others are cut out and written anew.
  const body = Buffer.from(bytes);
  const others = hits.filter((hit) => !masksInPlace(body, format, hit));
  return others.length === 0 ? body : maskOthers(body, format, others);
}

function maskOthers(bytes: Buffer, format: BodyFormat, hits: readonly Hit[]): Buffer {
  const writing = writingOf(format);
  const isJson = writing === JSON_WRITING;
  const places = isJson
    ? placesAt(
        bytes,
        hits.map((hit) => hit.start),
      )
    : undefined;
  const parts: Buffer[] = [];
  let at = 0;
  for (const [i, hit] of hits.entries()) {
    if (hit.start < at) continue;
    parts.push(bytes.subarray(at, hit.start));
    const raw = bytes.toString('utf8', hit.start, hit.end);
    const meant = decoded(bytes, hit.start, hit.end, writing.escapeAt).toString('utf8');
    const masked = writing.write(maskValue(meant, hit.type), raw);
    const place = places?.[i];
    parts.push(
      Buffer.from(place?.kind === 'number' ? numberAsString(bytes, hit, place.start, place.end, masked) : masked),
    );
    at = place?.kind === 'number' ? Math.max(hit.end, place.end) : hit.end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

/** Masks a hit whose text means itself, before and after; false, and nothing is done, for any other. */
function masksInPlace(bytes: Buffer, format: BodyFormat, { type, start, end }: Hit): boolean {
  const { rule, plain } = plainMaskOf(type, format);
  if (plain === undefined) return false;
  let counted = 0;
  let stop = end;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (plain[byte] === 0) return false;
    if (byte === 0x40 && type.document.validator === 'email') stop = i;
  }
  if (plain === PLAIN_JSON && mayBeNumber(bytes, start)) return false;
  for (let i = start; i < stop; i++) counted += IS_COUNTED[bytes[i]!]!;
  const keeps = rule.keepFirst + rule.keepLast < counted;
  const mask = rule.with.charCodeAt(0);
  let seen = 0;
  for (let i = start; i < stop; i++) {
    if (IS_COUNTED[bytes[i]!] === 0) continue;
    seen += 1;
    if (!keeps || (seen > rule.keepFirst && seen <= counted - rule.keepLast)) bytes[i] = mask;
  }
  return true;
}

const IS_COUNTED = bytesOf(/[A-Za-z0-9]/);
/** Bytes that a format writes as they are, whatever is around them. */
const PLAIN_TEXT = bytesOf(/[\x00-\x7f]/);
const PLAIN_JSON = bytesOf(/[\x20-\x7e]/, '"\\');
const PLAIN_XML = bytesOf(/[\x00-\x7f]/, '&<>"');
const PLAIN_FORM = bytesOf(/[\w.@*-]/);

function bytesOf(set: RegExp, except = ''): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const c = String.fromCharCode(byte);
    return set.test(c) && !except.includes(c) ? 1 : 0;
  });
}

/** The type's rule, and the bytes of a text that it may change in place; undefined when what it writes is none of them. */
function plainMaskOf(type: CompiledType, format: BodyFormat): { rule: MaskRule; plain: Uint8Array | undefined } {
  const rule = type.document.mask;
  const writing = writingOf(format);
  const plain =
    writing === JSON_WRITING
      ? PLAIN_JSON
      : writing === XML_WRITING
        ? PLAIN_XML
        : writing === FORM_WRITING
          ? PLAIN_FORM
          : PLAIN_TEXT;
  return { rule, plain: rule.with.length === 1 && plain[rule.with.charCodeAt(0)] === 1 ? plain : undefined };
}

const LOOK_BACK_BYTES_MAX = 256;

/** False when what stands in front of `at` cannot stand in front of a JSON number. */
function mayBeNumber(bytes: Buffer, at: number): boolean {
  const least = Math.max(0, at - LOOK_BACK_BYTES_MAX);
  let i = at;
  while (i > least && IN_NUMBER[bytes[i - 1]!] === 1) i -= 1;
  while (i > least && bytes[i - 1] === 0x20) i -= 1;
  return i === least || BEFORE_NUMBER[bytes[i - 1]!] === 1;
}
const IN_NUMBER = bytesOf(/[-+.0-9eE]/);
/** The colon and the comma, the bracket, and a line's end. */
const BEFORE_NUMBER = bytesOf(/[:,[\t\r\n]/);

/** How a format writes a text; `raw` is how it was written before. */
interface Writing {
  readonly escapeAt: EscapeReader;
  readonly write: (text: string, raw: string) => string;
}

const PLAIN_WRITING: Writing = { escapeAt: () => undefined, write: (text) => text };

const JSON_WRITING: Writing = { escapeAt: jsonEscapeAt, write: (text) => JSON.stringify(text).slice(1, -1) };

const XML_WRITING: Writing = {
  escapeAt: xmlEscapeAt,
  write: (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`),
};

const FORM_WRITING: Writing = {
  escapeAt: formEscapeAt,
  write: (text, raw) => {
    // What was written as it is stays so, what was escaped stays escaped.
    const wasEscaped = raw.includes('%');
    const written = wasEscaped
      ? encodeURIComponent(text)
      : text.replace(/[%&=+#]|[^\x20-\x7e]/gu, (c) => encodeURIComponent(c));
    return raw.includes('+') ? written.replace(/ |%20/g, '+') : written.replaceAll(' ', '%20');
  },
};

function writingOf(format: BodyFormat): Writing {
  switch (format) {
    case 'json':
    case 'ndjson':
      return JSON_WRITING;
    case 'form':
      return FORM_WRITING;
    case 'xml':
      return XML_WRITING;
    case 'multipart':
    case 'graphql':
    case 'text':
    case 'binary':
    case 'empty':
      return PLAIN_WRITING;
    default:
      return format satisfies never;
  }
}

function numberAsString(bytes: Buffer, hit: Hit, start: number, end: number, masked: string): string {
  const head = bytes.toString('latin1', start, hit.start);
  const tail = bytes.toString('latin1', hit.end, Math.max(hit.end, end));
  return `"${head}${masked}${tail}"`;
}
