// Whether the whole of a field's value is what its name says: the value is not searched, it matches or it does not.
import type { CompiledType } from './compiled-type.ts';

/** A value that is longer than its pattern's longest match may still be one when the pattern's length is not known. */
const VALUE_BYTES_MIN = 64;

export function isWholeValue(type: CompiledType, bytes: Buffer, start: number, stop: number): boolean {
  const length = stop - start;
  for (const pattern of type.patterns) {
    if (length < pattern.bytesMin || length > Math.max(pattern.bytesMax, VALUE_BYTES_MIN)) continue;
    const { run } = pattern;
    if (run !== undefined) {
      if (length < run.min || length > run.max || !areAllIn(run.set, bytes, start, stop)) continue;
      if (type.validator === undefined || type.validator(bytes.toString('latin1', start, stop))) return true;
      continue;
    }
    const text = bytes.toString(pattern.linear === undefined ? 'latin1' : 'utf8', start, stop);
    if (pattern.endFrom(text, 0) !== text.length) continue;
    if (type.validator === undefined || type.validator(text)) return true;
  }
  return false;
}

function areAllIn(set: Uint8Array, bytes: Buffer, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (set[bytes[i]!] === 0) return false;
  return true;
}
