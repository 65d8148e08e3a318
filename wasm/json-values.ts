// AssemblyScript. Strings and numbers of JSON: what is found in them is written down, and where one holds what is not for us
// it is left as a whole.
import {
  IN_NUMBER,
  IN_TEXT_NAME,
  WORD,
  bitsOf,
  byteAt,
  input,
  isAnnounced,
  numberBytesMin,
  plainStartsAt,
  wideStarts,
  wordBytesMin,
} from './scan-tables';
import { NONE, UNDECIDED, begins, emailAt, hitAt } from './value-hits';
import { slotOf } from './remembered-names';

/** As scan-text.ts looks for a name in front of an equals sign. */
const TEXT_NAME_BYTES_MAX: u32 = 40;

/** Where the string that was read last ended. */
export let stringEnd: u32 = 0;

/** The offset behind the string and the white space that follows, or 0. Sixteen bytes at a time: where words start is asked of all at once. */
export function readString(start: u32, end: u32): u32 {
  const plainStarts = v128.load(plainStartsAt);
  let i = start;
  /** Nothing before belongs to an e-mail address. */
  let from = start;
  /** 1 when the byte in front is in a word that was looked at. */
  let inWord: u32 = 0;
  while (i < end) {
    const bytes = v128.load(i);
    const low = v128.and(bytes, i8x16.splat(15));
    const high = i8x16.shr_u(bytes, 4);
    const kinds = v128.and(i8x16.swizzle(LOW, low), i8x16.swizzle(HIGH, high));
    const words = i8x16.bitmask(i8x16.ne(v128.and(kinds, i8x16.splat(15)), i8x16.splat(0)));
    const special = ctz(i8x16.bitmask(i8x16.gt_u(kinds, i8x16.splat(15))) | 0x10000);
    const plain = v128.and(i8x16.swizzle(plainStarts, low), i8x16.swizzle(HIGH_BITS, high));
    let starts =
      (words & ~((words << 1) | inWord)) |
      i8x16.bitmask(i8x16.ne(plain, i8x16.splat(0))) |
      (i8x16.bitmask(bytes) & wideStarts);
    starts &= (1 << special) - 1;
    let found: u32 = NONE;
    while (starts != 0) {
      const place = ctz(starts);
      starts &= starts - 1;
      const at = i + place;
      const c = byteAt(at);
      if (((words >> place) & 1) != 0) {
        const after = ~words >> place;
        const length: u32 = (after << (16 + place)) != 0 ? ctz(after) : wordEnd(i + 16) - at;
        if (length < wordBytesMin(c, byteAt(at + 1))) continue;
      }
      if (!begins(c, at, end)) continue;
      found = hitAt(at, end, false);
      if (found != NONE) break;
    }
    inWord = 0;
    if (found != NONE) {
      if (found == UNDECIDED) return 0;
      i = found;
      from = found;
      continue;
    }
    i += special;
    if (special == 16) {
      inWord = words >> 15;
      continue;
    }
    if (i >= end) return 0;
    const c = byteAt(i);
    if (c == 0x22) {
      stringEnd = i;
      i += 1;
      while (i < end && byteAt(i) <= 0x20) i += 1;
      // At the end of what is there it could still turn out to be a name.
      return i < end && byteAt(i) != 0x3a ? i : 0;
    }
    if (c == 0x40) {
      const stop = emailAt(i, from, end);
      if (stop == UNDECIDED) return 0;
      i = stop == NONE ? i + 1 : stop;
      if (stop != NONE) from = stop;
    } else if (c == 0x3d && meansNothing(i)) {
      i += 1;
      from = i;
    } else return 0;
  }
  return 0;
}

/** The offset behind the number, or 0. */
export function readNumber(start: u32, end: u32): u32 {
  let stop = start + 1;
  while (stop < end && (bitsOf(byteAt(stop)) & IN_NUMBER) != 0) stop += 1;
  if (stop >= end) return 0;
  if (stop - start < numberBytesMin && !isAnnounced) return stop;
  // What is in front of it may be in front of the window.
  if (start < input + 2) return 0;
  let i = start;
  while (i < stop) {
    i = readWord(i, stop);
    if (i == UNDECIDED) return 0;
  }
  return stop;
}

/** The offset behind the hit that begins at `at`, or behind the word or byte that is there; or UNDECIDED. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function readWord(at: u32, end: u32): u32 {
  const c = byteAt(at);
  const isWord = (bitsOf(c) & WORD) != 0;
  const after = isWord ? wordEnd(at + 1) : at + 1;
  if ((isWord && after - at < wordBytesMin(c, byteAt(at + 1))) || !begins(c, at, end)) return after;
  const stop = hitAt(at, end, true);
  return stop == NONE ? after : stop;
}

/** True when what stands in front of the equals sign at `at` is no name, or one that is known to mean nothing. */
function meansNothing(at: u32): bool {
  let nameEnd = at;
  const before = byteAt(at - 1);
  if (before == 0x22 || before == 0x27) return false;
  if (before == 0x20) nameEnd -= 1;
  const least = nameEnd - TEXT_NAME_BYTES_MAX;
  let start = nameEnd;
  while (start > least && start > input && (bitsOf(byteAt(start - 1)) & IN_TEXT_NAME) != 0) start -= 1;
  if (nameEnd - start < 2) return true;
  const slot = slotOf(start, nameEnd - start);
  return slot != 0 && load<u16>(slot, 26) == 0;
}

/** The first offset at or behind `at` that is in no word. */
// @ts-ignore
@inline
function wordEnd(at: u32): u32 {
  let i = at;
  while (true) {
    const bytes = v128.load(i);
    const low = i8x16.swizzle(LOW, v128.and(bytes, i8x16.splat(15)));
    const high = i8x16.swizzle(HIGH, i8x16.shr_u(bytes, 4));
    const inWord = i8x16.bitmask(i8x16.ne(v128.and(v128.and(low, high), i8x16.splat(15)), i8x16.splat(0)));
    if (inWord != 0xffff) return i + ctz(~inWord);
    i += 16;
  }
}

// By half bytes: 1 for digits, 2 for A–O and a–o, 4 for P–Z and p–z, 8 for the underscore; above, a bit each for the quote, the
// at sign, the equals sign and the backslash.
const LOW = i8x16(37, 7, 23, 7, 7, 7, 7, 7, 7, 7, 6, 2, -126, 66, 2, 10);
const HIGH = i8x16(0, 0, 16, 65, 34, -116, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0);
const HIGH_BITS = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
