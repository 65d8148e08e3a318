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
