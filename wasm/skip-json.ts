// AssemblyScript. Skips what can hold no sensitive value in JSON: the structure between values, names that mean nothing, and
// values in which no word begins like anything. It decides nothing: whatever it does not skip, src/data-types/scan-json.ts
// reads as if this did not exist. Built by `npm run wasm` into src/data-types/skip-json.wasm.ts.
// Invariant: a token that is skipped would have left the scanner as it was.

/** Byte → bits: what it is outside words, in words, in names and in numbers. */
const SPECIAL: u32 = 1;
const WORD: u32 = 2;
const AT_SIGN: u32 = 4;
const IN_NAME: u32 = 8;
const IN_NUMBER: u32 = 16;

const NAME_BYTES_MAX: u32 = 24;
const WALK_BYTES_MAX: u32 = 128;
/** A remembered name: its length, its kind, then its bytes. */
const SLOT_BYTES: u32 = 32;
const SLOTS: u32 = 1024;
/** Says what a neighbour is. */
const LABEL: u32 = 2;
/** Is what a neighbour, or what is around it, says. */
const CARRIER: u32 = 3;
const LABEL_BYTES_MAX: u32 = 40;

let input: u32 = 0;
let bits: u32 = 0;
let first: u32 = 0;
let next: u32 = 0;
let classOf: u32 = 0;
let names: u32 = 0;
let codes: u32 = 0;
let needs: u32 = 0;
let numberBytesMin: u32 = 0;

/**
 * Five words, in and out: 1 when the next string of an object is a name; where the last skipped value of a label stands, 0
 * and 0 when none was skipped; where the last skipped name stands, likewise. Memory, since a global costs a call to read.
 */
let state: u32 = 0;
/** Of the name that was read last. */
let kind: u32 = 0;
let nameEnd: u32 = 0;

export function configure(
  inputAt: u32,
  bitsAt: u32,
  firstAt: u32,
  nextAt: u32,
  classOfAt: u32,
  namesAt: u32,
  codesAt: u32,
  needsAt: u32,
  stateAt: u32,
  shortestNumber: u32,
): void {
  input = inputAt;
  bits = bitsAt;
  first = firstAt;
  next = nextAt;
  classOf = classOfAt;
  names = namesAt;
  codes = codesAt;
  needs = needsAt;
  state = stateAt;
  numberBytesMin = shortestNumber;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function byteAt(at: u32): u32 {
  return load<u8>(at);
}

// @ts-ignore
@inline
function bitsOf(byte: u32): u32 {
  return load<u8>(bits + byte);
}

/**
 * From `from` to the first token that must be read, as offsets into the input; `to` when there is none. Inside an object
 * when `isObject`; `isBare` when nothing around says what it is. A name is skipped together with its value or not at all,
 * and a token that is not whole before `to` must be read.
 */
export function skip(from: u32, to: u32, isObject: bool, isBare: bool): u32 {
  const end = input + to;
  let i = input + from;
  let isNameNext = load<u32>(state) != 0;
  store<u32>(state + 4, 0);
  store<u32>(state + 8, 0);
  store<u32>(state + 12, 0);
  store<u32>(state + 16, 0);
  while (i < end) {
    const c = byteAt(i);
    if (c == 0x22) {
      const after = isNameNext ? skipMember(i, end, isBare) : skipString(i + 1, end);
      if (after == 0) break;
      isNameNext = false;
      i = after;
    } else if (c == 0x2c) {
      i += 1;
      if (isObject) isNameNext = true;
    } else if (isBracket(c)) break;
    else if (isNumberStart(c)) {
      const after = skipNumber(i, end);
      if (after == 0) break;
      i = after;
    } else i += 1;
  }
  store<u32>(state, isNameNext ? 1 : 0);
  return i - input;
}

// @ts-ignore
@inline
function isBracket(c: u32): bool {
  return (c | 0x20) == 0x7b || (c | 0x20) == 0x7d;
}

// @ts-ignore
@inline
function isNumberStart(c: u32): bool {
  return (c >= 0x30 && c <= 0x39) || c == 0x2d;
}

/** From a name's quote to what follows its value, or 0. */
function skipMember(quote: u32, end: u32, isBare: bool): u32 {
  let i = skipName(quote + 1, end);
  if (i == 0 || (kind == CARRIER && !(isBare && load<u32>(state + 8) == 0))) return 0;
  while (i < end && byteAt(i) <= 0x20) i += 1;
  if (i >= end) return 0;
  const start = i;
  const c = byteAt(i);
  if (c == 0x22) {
    i = skipString(i + 1, end);
    if (i == 0) return 0;
  } else if (kind == LABEL) return 0;
  else if (isNumberStart(c)) {
    i = skipNumber(i, end);
    if (i == 0) return 0;
  } else {
    // `true`, `false`, `null`.
    while (i < end && byteAt(i) >= 0x61 && byteAt(i) <= 0x7a) i += 1;
  }
  while (i < end && byteAt(i) <= 0x20) i += 1;
  if (i >= end || (byteAt(i) != 0x2c && byteAt(i) != 0x7d)) return 0;
  if (kind == LABEL && valueEnd - start - 1 <= LABEL_BYTES_MAX) {
    store<u32>(state + 4, start + 1 - input);
    store<u32>(state + 8, valueEnd - input);
  }
  store<u32>(state + 12, quote + 1 - input);
  store<u32>(state + 16, nameEnd - input);
  return i;
}

/** The offset behind the colon, or 0. */
function skipName(start: u32, end: u32): u32 {
  const limit = min(end, start + NAME_BYTES_MAX + 1);
  let hash: u32 = 0;
  let i = start;
  let c: u32 = 0;
  while (i < limit) {
    c = byteAt(i);
    if ((bitsOf(c) & IN_NAME) == 0) break;
    hash = (hash ^ c) * 0x01000193;
    i += 1;
  }
  if (i >= limit || c != 0x22) return 0;
  const length = i - start;
  if (length == 0) return 0;
  const slot = names + ((hash ^ (hash >> 10) ^ (hash >> 20)) & (SLOTS - 1)) * SLOT_BYTES;
  if (load<u8>(slot) != length) return 0;
  if (!isSame(slot + 2, start, length)) return 0;
  kind = load<u8>(slot + 1);
  nameEnd = i;
  i += 1;
  while (i < end && byteAt(i) <= 0x20) i += 1;
  return i < end && byteAt(i) == 0x3a ? i + 1 : 0;
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

/** Where the string that was skipped last ended. */
let valueEnd: u32 = 0;

/** The offset behind the string and the white space that follows, or 0. */
function skipString(start: u32, end: u32): u32 {
  let i = start;
  while (i < end) {
    const c = byteAt(i);
    const what = bitsOf(c);
    if ((what & (SPECIAL | AT_SIGN)) != 0) {
      if (c != 0x22) return 0;
      valueEnd = i;
      i += 1;
      while (i < end && byteAt(i) <= 0x20) i += 1;
      // At the end of what is there it could still turn out to be a name.
      return i < end && byteAt(i) != 0x3a ? i : 0;
    }
    if ((what & WORD) != 0) {
      const stop = wordEnd(i + 1);
      if (stop - i >= wordBytesMin(c, byteAt(i + 1)) && begins(c, i, end)) return 0;
      i = stop;
    } else {
      if (begins(c, i, end)) return 0;
      i += 1;
    }
  }
  return 0;
}

/** The offset behind the number, or 0. */
function skipNumber(start: u32, end: u32): u32 {
  let stop = start + 1;
  while (stop < end && (bitsOf(byteAt(stop)) & IN_NUMBER) != 0) stop += 1;
  if (stop >= end) return 0;
  if (stop - start < numberBytesMin) return stop;
  let i = start;
  while (i < stop) {
    const c = byteAt(i);
    if ((bitsOf(c) & WORD) != 0) {
      const after = wordEnd(i + 1);
      if (after - i >= wordBytesMin(c, byteAt(i + 1)) && begins(c, i, stop)) return 0;
      i = after;
    } else {
      if (begins(c, i, stop)) return 0;
      i += 1;
    }
  }
  return stop;
}

/** A word that starts with these two bytes and is shorter begins nothing; of many words this is all that has to be asked. */
// @ts-ignore
@inline
function wordBytesMin(c: u32, second: u32): u32 {
  const pair = ((<u32>load<u8>(codes + c)) << 6) | (<u32>load<u8>(codes + second));
  return load<u16>(needs + (pair << 1));
}

/**
 * True when something may begin at `at`: the automaton has more to say than no. Its table here has offsets of rows, and 1
 * added to those worth stopping at. Four steps at once, since the row of 0 leads back to it and a wrong guess of where a
 * word dies costs more than the steps.
 */
// @ts-ignore
@inline
function begins(c: u32, at: u32, end: u32): bool {
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
