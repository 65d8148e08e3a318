// Rewrites hits so that the form stays and the value goes: separators, length and both ends as the type's rule says.
import type { BodyFormat } from '../core/detector.ts';
import type { MaskRule } from '../core/document.ts';
import { placesAt } from '../decoding/json-pointers.ts';
import type { Hit } from './scanner.ts';

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

/** The body with every hit masked; hits in ascending order. A JSON number becomes a string. */
export function maskBody(bytes: Buffer, format: BodyFormat, hits: readonly Hit[]): Buffer {
  if (hits.length === 0) return bytes;
  const isJson = format === 'json' || format === 'ndjson';
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
    const masked =
      isJson && raw.includes('\\') ? maskEscaped(raw, hit.type.document.mask) : maskText(raw, hit.type.document.mask);
    const place = places?.[i];
    parts.push(
      Buffer.from(place?.kind === 'number' ? numberAsString(bytes, hit, place.start, place.end, masked) : masked),
    );
    at = place?.kind === 'number' ? Math.max(hit.end, place.end) : hit.end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

/** An escape is one character to the reader: it is undone before masking and made again after. */
function maskEscaped(raw: string, rule: MaskRule): string {
  return JSON.stringify(maskText(JSON.parse(`"${raw}"`) as string, rule)).slice(1, -1);
}

function numberAsString(bytes: Buffer, hit: Hit, start: number, end: number, masked: string): string {
  const head = bytes.toString('latin1', start, hit.start);
  const tail = bytes.toString('latin1', hit.end, Math.max(hit.end, end));
  return `"${head}${masked}${tail}"`;
}
