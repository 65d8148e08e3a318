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
  isObject: boolean;
  index: number;
  /** The current key as a span of the text, quotes included; decoded when somebody asks. */
  keyStart: number;
  keyEnd: number;
  isKeyNext: boolean;
  /** What the key is called and where it stands, once somebody has asked. */
  key: string | undefined;
  pointer: string | undefined;
}

/** One place per offset; `offsets` ascending. An offset outside any scalar gets its container's pointer. */
export function placesAt(bytes: Buffer, offsets: readonly number[]): JsonPlace[] {
  const places: JsonPlace[] = [];
  const levels: Level[] = [];
  const end = bytes.length;
  let depth = 0;
  let level: Level | undefined;
  let next = 0;
  let wanted = offsets[0] ?? end;
  let i = 0;
  const place = (kind: JsonPlace['kind'], start: number, stop: number): void => {
    while (next < offsets.length && offsets[next]! < stop) {
      places.push({
        pointer: pointerOf(bytes, levels, depth),
        name: nameOf(bytes, levels, depth),
        kind,
        start,
        end: stop,
      });
      next += 1;
    }
    wanted = offsets[next] ?? end;
  };
  while (i < end && next < offsets.length) {
    const c = bytes[i]!;
    if (c === 0x22) {
      const start = i + 1;
      const stop = closingQuote(bytes, start);
      if (level?.isKeyNext === true) {
        level.keyStart = start - 1;
        level.keyEnd = stop + 1;
        level.isKeyNext = false;
        level.key = undefined;
        level.pointer = undefined;
        if (wanted < stop) place('key', start, stop);
      } else if (wanted < stop) place('string', start, stop);
      i = stop + 1;
    } else if (c === 0x7b || c === 0x5b) {
      if (levels.length === depth) levels.push(newLevel());
      level = levels[depth]!;
      depth += 1;
      level.isObject = c === 0x7b;
      level.isKeyNext = level.isObject;
      level.index = 0;
      level.keyStart = 0;
      level.keyEnd = 0;
      level.key = undefined;
      level.pointer = undefined;
      i += 1;
    } else if (c === 0x7d || c === 0x5d) {
      if (wanted <= i) place('other', i, i + 1);
      if (depth > 0) depth -= 1;
      level = depth === 0 ? undefined : levels[depth - 1];
      i += 1;
    } else if (c === 0x2c) {
      if (level !== undefined) {
        if (level.isObject) level.isKeyNext = true;
        else {
          level.index += 1;
          level.pointer = undefined;
        }
      }
      i += 1;
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const start = i;
      i += 1;
      while (i < end && isInNumber(bytes[i]!)) i += 1;
      if (wanted < i) place('number', start, i);
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

/** `-+.0-9eE`. */
function isInNumber(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || c === 0x2e || c === 0x2d || c === 0x2b || (c | 0x20) === 0x65;
}

function newLevel(): Level {
  return { isObject: false, index: 0, keyStart: 0, keyEnd: 0, isKeyNext: false, key: undefined, pointer: undefined };
}

function pointerOf(bytes: Buffer, levels: readonly Level[], depth: number): string {
  let pointer = '';
  for (let i = 0; i < depth; i++) {
    const level = levels[i]!;
    level.pointer ??= childPointer(pointer, level.isObject ? keyOf(bytes, level) : level.index);
    pointer = level.pointer;
  }
  return pointer;
}

function nameOf(bytes: Buffer, levels: readonly Level[], depth: number): string {
  for (let i = depth - 1; i >= 0; i--) if (levels[i]!.isObject) return keyOf(bytes, levels[i]!);
  return '';
}

function keyOf(bytes: Buffer, level: Level): string {
  level.key ??= decodedKey(bytes, level);
  return level.key;
}

function decodedKey(bytes: Buffer, { keyStart, keyEnd }: Level): string {
  if (keyEnd === 0) return '';
  const text = bytes.toString('utf8', keyStart, keyEnd);
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}
