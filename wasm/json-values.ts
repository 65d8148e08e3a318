// AssemblyScript. Strings and numbers of JSON: what is found in them is written down, and where one holds what is not for us
// it is left as a whole.
import {
  AT_SIGN,
  IN_NUMBER,
  IN_TEXT_NAME,
  SPECIAL,
  WORD,
  bitsOf,
  byteAt,
  input,
  isAnnounced,
  numberBytesMin,
  wordBytesMin,
} from './scan-tables';
import { NONE, UNDECIDED, begins, emailAt, hitAt } from './value-hits';
import { slotOf } from './remembered-names';

/** As scan-text.ts looks for a name in front of an equals sign. */
const TEXT_NAME_BYTES_MAX: u32 = 40;

/** Where the string that was read last ended. */
export let stringEnd: u32 = 0;

/** The offset behind the string and the white space that follows, or 0. */
export function readString(start: u32, end: u32): u32 {
  let i = start;
  /** Nothing before belongs to an e-mail address. */
  let from = start;
  while (i < end) {
    const c = byteAt(i);
    const what = bitsOf(c);
    if ((what & (SPECIAL | AT_SIGN)) != 0) {
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
      continue;
    }
    const stop = readWord(i, what, end, false);
    if (stop == UNDECIDED) return 0;
    // Behind a hit an address begins anew.
    if (wasHit) from = stop;
    i = stop;
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
    i = readWord(i, bitsOf(byteAt(i)), stop, true);
    if (i == UNDECIDED) return 0;
  }
  return stop;
}

let wasHit: bool = false;

/** The offset behind the hit that begins at `at`, or behind the word or byte that is there; or UNDECIDED. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function readWord(at: u32, what: u32, end: u32, isWhole: bool): u32 {
  const c = byteAt(at);
  const isWord = (what & WORD) != 0;
  const after = isWord ? wordEnd(at + 1) : at + 1;
  wasHit = false;
  if ((isWord && after - at < wordBytesMin(c, byteAt(at + 1))) || !begins(c, at, end)) return after;
  const stop = hitAt(at, end, isWhole);
  wasHit = stop > UNDECIDED;
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
    const inWord = i8x16.bitmask(i8x16.ne(v128.and(low, high), i8x16.splat(0)));
    if (inWord != 0xffff) return i + ctz(~inWord);
    i += 16;
  }
}

// By half bytes: 1 for digits, 2 for A–O and a–o, 4 for P–Z and p–z, 8 for the underscore.
const LOW = i8x16(5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 2, 2, 10);
const HIGH = i8x16(0, 0, 0, 1, 2, 12, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0);
