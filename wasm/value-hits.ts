// AssemblyScript. What begins at one place of a value: the automaton is followed to its end, then the checksum and the
// surroundings are asked, as src/data-types/pass.ts does it.
// Invariant: NONE, or the end of the very hit that pass.ts finds there, or UNDECIDED.
import { passes } from './hit-checks';
import {
  LOCAL_PART,
  WORD,
  accepts,
  bitsOf,
  byteAt,
  classOf,
  emailType,
  endsAt,
  first,
  hits,
  hitsMax,
  input,
  isWord,
  lists,
  next,
  scratch,
  state,
} from './scan-tables';

export const NONE: u32 = 0;
/** No offset is so small: tables stand in front of the text. */
export const UNDECIDED: u32 = 1;

const WALK_BYTES_MAX: u32 = 128;
const MARKS_MAX: u32 = 16;
const LOCAL_PART_BYTES_MAX: u32 = 64;
const DOMAIN_BYTES_MAX: u32 = 256;
const LABEL_BYTES_MAX: u32 = 63;
const LABELS_MAX: u32 = 4;
const TOP_BYTES_MAX: u32 = 24;

/**
 * What may end, by its kind in two bits, its check in eight and its type in the upper sixteen: 0, all that a type asks for; 1, a
 * pattern that has to confirm; 2, a word that announces types.
 */
const PATTERN: u32 = 1;

/** In place of the type of e-mail addresses: nothing begins around an `@`; or something else does. */
const NO_EMAIL: u32 = 0xffff;
const OTHER: u32 = 0xfffe;

/**
 * True when something may begin at `at`: the automaton has more to say than no. Its table here has offsets of rows, and 1
 * added to those worth stopping at. Four steps at once, since the row of 0 leads back to it and a wrong guess of where a
 * word dies costs more than the steps.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function begins(c: u32, at: u32, end: u32): bool {
  let row = load<u32>(first + (c << 2));
  if (row == 0) return false;
  if (at + 4 < end) {
    const second = step(row, at + 1);
    const third = step(second, at + 2);
    const fourth = step(third, at + 3);
    if (((row | second | third | fourth) & 1) != 0) return true;
    if (fourth == 0) return false;
    return goesOn(fourth, at + 4, min(end, at + WALK_BYTES_MAX), end);
  }
  return (row & 1) != 0 || goesOn(row, at + 1, min(end, at + WALK_BYTES_MAX), end);
}

// @ts-ignore
@inline
function step(row: u32, at: u32): u32 {
  return load<u32>(next + (row & ~1) + ((<u32>load<u8>(classOf + byteAt(at))) << 2));
}

function goesOn(from: u32, at: u32, limit: u32, end: u32): bool {
  let row = from;
  let k = at;
  while (row != 0 && k < limit) {
    row = step(row, k);
    if ((row & 1) != 0) return true;
    k += 1;
  }
  return row != 0 && k < end;
}

/** The hit that begins at `at`, in a text that goes on to `end`, or, when `isWhole`, in a value that does. */
export function hitAt(at: u32, end: u32, isWhole: bool): u32 {
  const limit = min(end, at + WALK_BYTES_MAX);
  let row = load<u32>(first + (byteAt(at) << 2)) & ~1;
  let marks: u32 = 0;
  let i = at + 1;
  while (true) {
    const list = load<u32>(next + row + endsAt);
    if (list != 0 && marks < MARKS_MAX && (i >= end || !isWord(i) || !isWord(i - 1))) {
      store<u32>(scratch + (marks << 3), i);
      store<u32>(scratch + (marks << 3), list, 4);
      marks += 1;
    }
    if (i >= limit) break;
    const to = step(row, i) & ~1;
    if (to == 0) break;
    row = to;
    i += 1;
  }
  if (i >= end) {
    if (!isWhole) return UNDECIDED;
  } else if (i >= limit || load<u32>(next + row + endsAt + 8) != 0) return UNDECIDED;
  if (marks == 0 || !isStart(at)) return NONE;
  while (marks > 0) {
    marks -= 1;
    const stop = load<u32>(scratch + (marks << 3));
    const found = foundIn(load<u32>(scratch + (marks << 3), 4), at, stop, isEnd(stop, end));
    if (found != NONE) return found;
  }
  return NONE;
}

/** `list` is four times the number of a list. */
function foundIn(list: u32, at: u32, stop: u32, ends: bool): u32 {
  let entry = load<u32>(lists + list);
  for (let left = load<u32>(entry); left > 0; left--) {
    entry += 4;
    const what = load<u32>(entry);
    const kind = what & 3;
    const type = what >> 16;
    if (kind > PATTERN) return UNDECIDED;
    if (load<u8>(accepts + type) == 0) continue;
    if (kind == PATTERN) return UNDECIDED;
    if (ends && passes((what >> 2) & 0xff, type, at, stop)) return add(type, at, stop);
  }
  return NONE;
}

export function add(type: u32, start: u32, end: u32): u32 {
  const count = load<u32>(state, 12);
  if (count >= hitsMax) return UNDECIDED;
  const hit = hits + count * 12;
  store<u32>(hit, type);
  store<u32>(hit, start - input, 4);
  store<u32>(hit, end - input, 8);
  store<u32>(state, count + 1, 12);
  return end;
}

/** A value begins where no letter, digit or joined word goes before: a card is not the end of an order number. */
function isStart(at: u32): bool {
  const before = byteAt(at - 1);
  if (byteAt(at) != 0x2d && (bitsOf(before) & WORD) != 0) return false;
  const isJoined = before == 0x2d || before == 0x2e || before == 0x2b;
  return !isJoined || !isWord(at - 2);
}

function isEnd(stop: u32, end: u32): bool {
  if (stop >= end) return stop == end;
  const after = byteAt(stop);
  if ((bitsOf(after) & WORD) != 0) return !isWord(stop - 1);
  const isJoined = after == 0x2d || after == 0x2e;
  return !isJoined || stop + 1 >= end || !isWord(stop + 1);
}

/**
 * The e-mail address around the `@` at `at`: `[\w.%+-]{1,64}@(?:label\.){1,4}[A-Za-z]{2,24}`. Nothing before `from` belongs
 * to it.
 */
export function emailAt(at: u32, from: u32, end: u32): u32 {
  if (emailType >= OTHER) return emailType == NO_EMAIL ? NONE : UNDECIDED;
  const least = max(from, at - LOCAL_PART_BYTES_MAX);
  let start = at;
  while (start > least && (bitsOf(byteAt(start - 1)) & LOCAL_PART) != 0) start -= 1;
  while (start < at && !isWord(start)) start += 1;
  if (start == at) return NONE;
  const most = min(end, at + DOMAIN_BYTES_MAX);
  let stop = NONE;
  let top: u32 = 0;
  let i = at + 1;
  for (let labels: u32 = 1; labels <= LABELS_MAX; labels++) {
    const after = labelEnd(i, most);
    if (after == NONE) break;
    i = after + 1;
    const letters = lettersEnd(i, min(most, i + TOP_BYTES_MAX));
    if (letters - i >= 2) {
      stop = letters;
      top = i;
    }
  }
  if (stop == NONE || !isEnd(stop, end) || load<u8>(accepts + emailType) == 0) return NONE;
  if (isFileEnding(top, stop) || hasTwoDots(start, at)) return NONE;
  return add(emailType, start, stop);
}

/** The dot behind the label of a domain name that begins at `at`, or NONE. */
function labelEnd(at: u32, most: u32): u32 {
  let i = at;
  while (i < most && (isAlphanumeric(byteAt(i)) || byteAt(i) == 0x2d)) i += 1;
  const isLabel = i > at && i - at <= LABEL_BYTES_MAX && byteAt(at) != 0x2d && byteAt(i - 1) != 0x2d;
  return isLabel && i < most && byteAt(i) == 0x2e ? i : NONE;
}

function lettersEnd(at: u32, most: u32): u32 {
  let i = at;
  while (i < most && isLetter(byteAt(i))) i += 1;
  return i;
}

// @ts-ignore
@inline
function isLetter(c: u32): bool {
  return (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
}

// @ts-ignore
@inline
function isAlphanumeric(c: u32): bool {
  return isLetter(c) || (c >= 0x30 && c <= 0x39);
}

/** `logo@2x.png` is a file: as the validator `email` has them. */
function isFileEnding(at: u32, stop: u32): bool {
  const length = stop - at;
  if (length > 4) return false;
  const four = (load<u32>(at) | 0x20202020) & (0xffffffff >> (32 - (length << 3)));
  switch (four) {
    case 0x00676e70: // png
    case 0x0067706a: // jpg
    case 0x6765706a: // jpeg
    case 0x00666967: // gif
    case 0x00677673: // svg
    case 0x70626577: // webp
    case 0x00737363: // css
    case 0x0000736a: // js
    case 0x00007374: // ts
    case 0x6e6f736a: // json
    case 0x006d7468: // htm
    case 0x6c6d7468: // html
    case 0x0070616d: // map
      return true;
    default:
      return false;
  }
}

function hasTwoDots(start: u32, end: u32): bool {
  for (let i = start + 1; i < end; i++) if (byteAt(i) == 0x2e && byteAt(i - 1) == 0x2e) return true;
  return false;
}
