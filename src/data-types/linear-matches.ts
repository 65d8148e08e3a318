// An operator's pattern may be anything, so it is never tried at every place: the text is searched by RE2's algorithm from
// left to right, in pieces, each byte about once, and a place is asked whether a match begins there.
// A match longer than MATCH_BYTES_MAX, and one that a match before it overlaps, is not seen.
import type { RE2JS } from 're2js';
import type { CompiledPattern } from './compiled-type.ts';

const PIECE_BYTES = 16 * 1024;
const MATCH_BYTES_MAX = 4 * 1024;

interface Searched {
  from: number;
  until: number;
  ends: Map<number, number>;
}

export class LinearMatches {
  readonly #bytes: Buffer;
  readonly #searched = new Map<CompiledPattern, Searched>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** End of the match that begins at `at`, or -1. */
  endFrom(pattern: CompiledPattern, linear: RE2JS, at: number, regionEnd: number): number {
    let known = this.#searched.get(pattern);
    if (known === undefined || at >= known.until || at < known.from) {
      known = search(this.#bytes, linear, at, regionEnd);
      this.#searched.set(pattern, known);
    }
    return known.ends.get(at) ?? -1;
  }
}

function search(bytes: Buffer, linear: RE2JS, from: number, regionEnd: number): Searched {
  let stop = Math.min(regionEnd, from + PIECE_BYTES);
  // A character is never cut.
  while (stop < regionEnd && stop > from && (bytes[stop]! & 0xc0) === 0x80) stop -= 1;
  const utf8 = bytes.toString('utf8', from, stop);
  // What is no UTF-8 is read byte by byte, so that places stay places.
  const isUtf8 = !utf8.includes('\ufffd');
  const text = isUtf8 ? utf8 : bytes.toString('latin1', from, stop);
  const bytesOf = (piece: string): number => (isUtf8 ? Buffer.byteLength(piece) : piece.length);
  const matcher = linear.matcher(text);
  const ends = new Map<number, number>();
  let at = from;
  let read = 0;
  while (matcher.find()) {
    const start = at + bytesOf(text.slice(read, matcher.start()));
    const end = start + bytesOf(text.slice(matcher.start(), matcher.end()));
    if (end > start) ends.set(start, end);
    at = end;
    read = matcher.end();
  }
  const isLast = stop === regionEnd;
  return { from, until: isLast ? stop : Math.max(at, stop - MATCH_BYTES_MAX), ends };
}
