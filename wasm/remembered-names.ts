// AssemblyScript. Names of letters that were met before, by their hash: what each is and what it means.
import { names } from './scan-tables';

/** Its length, its kind, its bytes; the number of its context at 26. */
const SLOT_BYTES: u32 = 32;
const SLOTS: u32 = 1024;
export const NAME_BYTES_MAX: u32 = 24;

/** Kinds. Says what a neighbour is; is what a neighbour, or what is around it, says; has words that go on in names inside. */
export const LABEL: u32 = 2;
export const CARRIER: u32 = 3;
export const OPENS: u32 = 4;

/** Where the name is remembered, or 0. Some of its bytes tell it from most others, as in json-skipper.ts. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function slotOf(start: u32, length: u32): u32 {
  if (length < 2 || length > NAME_BYTES_MAX) return 0;
  let hash: u32;
  if (length < 4) hash = <u32>load<u16>(start) * 0x9e3779b1;
  else {
    const middle = load<u32>(start + (length >> 1) - 2);
    hash = load<u32>(start) * 0x9e3779b1 ^ load<u32>(start + length - 4) * 0x85ebca77 ^ middle * 0xc2b2ae3d;
  }
  hash ^= length << 27;
  const slot = names + (((hash >> 22) ^ (hash >> 12)) & (SLOTS - 1)) * SLOT_BYTES;
  return load<u8>(slot) == length && isSame(slot + 2, start, length) ? slot : 0;
}

/** The offset of the quote behind a name that may be remembered, or 0. */
// @ts-ignore
@inline
export function nameEndAt(start: u32, end: u32): u32 {
  const quote = i8x16.splat(0x22);
  let places = i8x16.bitmask(i8x16.eq(v128.load(start), quote));
  if (places == 0) places = i8x16.bitmask(i8x16.eq(v128.load(start, 16), quote)) << 16;
  const stop = start + ctz(places);
  return places != 0 && stop < end ? stop : 0;
}

/** Of at most NAME_BYTES_MAX bytes, sixteen at once. */
// @ts-ignore
@inline
function isSame(a: u32, b: u32, length: u32): bool {
  const begin = i8x16.bitmask(i8x16.ne(v128.load(a), v128.load(b)));
  if (length < 16) return (begin & ((1 << length) - 1)) == 0;
  if (begin != 0) return false;
  const rest = i8x16.bitmask(i8x16.ne(v128.load(a + 16), v128.load(b + 16)));
  return (rest & ((1 << (length - 16)) - 1)) == 0;
}
