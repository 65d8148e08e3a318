// From byte offsets in a valid JSON text to the values they lie in: where a sensitive value that was found in the raw bytes
// sits. Asked for only when something was found.
import { childPointer } from '../core/field.ts';

export interface JsonPlace {
  readonly pointer: string;
  /** Nearest key. */
  readonly name: string;
  readonly kind: 'string' | 'number' | 'key' | 'other';
  /** Bytes of the value's text, for strings without the quotes. */
  readonly start: number;
  readonly end: number;
}

interface Level {
  readonly isObject: boolean;
  index: number;
  key: string;
  isKeyNext: boolean;
}

/** One place per offset; `offsets` ascending. An offset outside any scalar gets its container's pointer. */
export function placesAt(bytes: Buffer, offsets: readonly number[]): JsonPlace[] {
  const places: JsonPlace[] = [];
  const levels: Level[] = [];
  const end = bytes.length;
  let next = 0;
  let i = 0;
  const place = (kind: JsonPlace['kind'], start: number, stop: number): void => {
    while (next < offsets.length && offsets[next]! < stop) {
      places.push({ pointer: pointerOf(levels), name: nameOf(levels), kind, start, end: stop });
      next += 1;
    }
  };
  while (i < end && next < offsets.length) {
    const c = bytes[i]!;
    const level = levels.at(-1);
    if (c === 0x22) {
      const start = i + 1;
      const stop = closingQuote(bytes, start);
      if (level?.isKeyNext === true) {
        level.key = JSON.parse(bytes.toString('utf8', start - 1, stop + 1)) as string;
        level.isKeyNext = false;
        place('key', start, stop);
      } else place('string', start, stop);
      i = stop + 1;
    } else if (c === 0x7b || c === 0x5b) {
      levels.push({ isObject: c === 0x7b, index: 0, key: '', isKeyNext: c === 0x7b });
      i += 1;
    } else if (c === 0x7d || c === 0x5d) {
      place('other', i, i + 1);
      levels.pop();
      i += 1;
    } else if (c === 0x2c) {
      if (level !== undefined) {
        if (level.isObject) level.isKeyNext = true;
        else level.index += 1;
      }
      i += 1;
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const start = i;
      while (i < end && /[-+.0-9eE]/.test(String.fromCharCode(bytes[i]!))) i += 1;
      place('number', start, i);
    } else i += 1;
  }
  while (places.length < offsets.length) places.push({ pointer: '', name: '', kind: 'other', start: 0, end });
  return places;
}

function closingQuote(bytes: Buffer, start: number): number {
  let i = start;
  while (i < bytes.length && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1;
  return i;
}

function pointerOf(levels: readonly Level[]): string {
  let pointer = '';
  for (const level of levels) pointer = childPointer(pointer, level.isObject ? level.key : level.index);
  return pointer;
}

function nameOf(levels: readonly Level[]): string {
  return levels.findLast((level) => level.isObject)?.key ?? '';
}
