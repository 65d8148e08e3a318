// AssemblyScript. Reads a whole JSON text as src/inspection/observe-bytes.ts wants it: strictly, without making values, and tells where
// values stand that may identify something, or all of the first elements. `npm run wasm` makes src/inspection/read-identifiers.wasm.ts of it.
// Invariant: no text is read to its end that JSON.parse refuses. What is left to the parser: a name twice in an object, a name that has
// no node, objects with very many members, very deep texts, and more tokens than there is room for.

const DEPTH_MAX: u32 = 16;
const ELEMENTS_MAX: u32 = 100;
const KEYS_MAX: u32 = 200;
const LEVELS_MAX: u32 = 512;
const TOKENS_MAX: u32 = 8192;
// A node: its flags, the length of its name, the member that follows it, its first member, its elements, the latest object with it,
// and its name. Number 0 is none.
const NODE_BYTES: u32 = 96;
const NAME_LENGTH: u32 = 4;
const NEXT: u32 = 8;
const FIRST: u32 = 12;
const ELEMENTS: u32 = 16;
const OBJECT: u32 = 20;
const NAME: u32 = 32;
/** Flags. What stands here is called an identifier; nothing inside is looked at; the parser has to read what is around it. */
const NAMED_ID: u32 = 1;
const CLOSED: u32 = 2;
const LEFT: u32 = 4;
/** Members that are compared before somebody is asked. */
const TRIED_MAX: u32 = 16;
// A level: whether it is an object, its node, members or elements so far, the object's number, the member that is expected, the
// token of the array, whether everything in it is wanted.
const LEVEL_BYTES: u32 = 28;
/** Elements of an array that are wanted whole; of those behind them only identifiers are. */
const WHOLE_ELEMENTS_MAX: u32 = 3;
/** Kinds of a token, whose other words are level, node, start and end; of an array its length stands instead of its start, of a literal
 *  its first letter. */
const PLAIN: u32 = 0;
const DECODED: u32 = 1;
const INTEGER: u32 = 2;
const NUMBER: u32 = 3;
const ARRAY: u32 = 4;
const OBJECT_OPENED: u32 = 5;
const LITERAL: u32 = 6;
/** Besides: it is wanted whatever it is; an array begins with an object or array. */
const WHOLE: u32 = 8;
const RECORDS: u32 = 16;
const TOKEN_BYTES: u32 = 20;
let input: u32 = 0;
let nodes: u32 = 0;
let levels: u32 = 0;
let tokens: u32 = 0;
let count: u32 = 0;
let objects: u32 = 0;

export function configure(inputAt: u32, nodesAt: u32, levelsAt: u32, tokensAt: u32): void {
  input = inputAt;
  nodes = nodesAt;
  levels = levelsAt;
  tokens = tokensAt;
}

/** The node of the member whose name stands between these quotes; 0 to leave it to the parser. */
// @ts-ignore: a decorator of AssemblyScript
@external('env', 'member')
declare function member(node: u32, open: u32, close: u32): u32;

/** The node of the elements of the array here; 0 to leave it to the parser. */
// @ts-ignore
@external('env', 'elements')
declare function elements(node: u32): u32;

/** 1 when something that was read last is not looked into, since it is too deep or its pointer too long. */
export function wasCut(): u32 {
  return isCut ? 1 : 0;
}
let isCut: bool = false;

/** How many tokens the first `length` bytes of the input have; -1 to leave them to the parser. `whole` wants more than identifiers. */
export function read(length: u32, root: u32, whole: bool): i32 {
  const end = input + length;
  let i = input;
  let level = levels - LEVEL_BYTES;
  let depth: u32 = 0;
  let isObject = false;
  /** Of the value that comes; 0 when nothing of it is wanted. */
  let node = root;
  /** Of that value: it is wanted whatever it is. */
  let isWhole = whole;
  count = 0;
  isCut = false;
  while (true) {
    i = behindSpace(i, end);
    if (i >= end) return -1;
    const c: u32 = load<u8>(i);
    if (c == 0x22) {
      const close = stringEnd(i + 1, end);
      if (close == 0) return -1;
      if (node != 0 && !takeString(i + 1, close, node, isObject ? depth - 1 : depth, isWhole)) return -1;
      i = close + 1;
    } else if ((c | 0x20) == 0x7b) {
      if (depth >= LEVELS_MAX) return -1;
      isObject = c == 0x7b;
      const place = node;
      if (place != 0 && (depth >= DEPTH_MAX || (flagsOf(place) & CLOSED) != 0)) {
        node = 0;
        isCut = true;
      }
      level += LEVEL_BYTES;
      depth += 1;
      store<u32>(level, isObject ? 1 : 0);
      store<u32>(level, node, 4);
      store<u32>(level, 0, 8);
      store<u32>(level, 0, 20);
      store<u32>(level, isWhole ? 1 : 0, 24);
      i = behindSpace(i + 1, end);
      if (i >= end) return -1;
      const first: u32 = load<u8>(i);
      const hasRecords = !isObject && node != 0 && (first | 0x20) == 0x7b;
      if (place != 0 && (isWhole || hasRecords)) {
        const kind = isObject ? OBJECT_OPENED : hasRecords ? ARRAY | RECORDS : ARRAY;
        if (!add(isWhole ? kind | WHOLE : kind, depth - 1, place, 0, 0)) return -1;
        if (!isObject) store<u32>(level, tokens + (count - 1) * TOKEN_BYTES, 20);
      }
      if (first != c + 2) {
        if (isObject) {
          objects += 1;
          store<u32>(level, objects, 12);
          store<u32>(level, load<u32>(at(node), FIRST), 16);
          i = valueOfMember(i, end, level, node);
          if (i == 0) return -1;
          node = named;
        } else {
          store<u32>(level, 1, 8);
          if (node != 0) {
            node = elementsOf(node);
            if (node == 0) return -1;
          }
        }
        continue;
      }
    } else if (c == 0x2d || c - 0x30 <= 9) {
      const start = i;
      i = numberEnd(i, end);
      if (i == 0) return -1;
      if (node != 0 && (isWhole || (flagsOf(node) & NAMED_ID) != 0)) {
        const kind = isPlain ? INTEGER : NUMBER;
        if (!add(isWhole ? kind | WHOLE : kind, isObject ? depth - 1 : depth, node, start - input, i - input)) return -1;
      }
    } else {
      i = literalEnd(c, i, end);
      if (i == 0) return -1;
      if (node != 0 && isWhole && !add(LITERAL, isObject ? depth - 1 : depth, node, c, 0)) return -1;
    }

    // Behind a value: what comes next, or what ends here.
    while (true) {
      i = behindSpace(i, end);
      if (depth == 0) return i == end ? count : -1;
      if (i >= end) return -1;
      const next: u32 = load<u8>(i);
      if (next == 0x2c) {
        const within = load<u32>(level, 4);
        isWhole = load<u32>(level, 24) != 0;
        if (isObject) {
          i = valueOfMember(behindSpace(i + 1, end), end, level, within);
          if (i == 0) return -1;
          node = named;
        } else {
          const before = load<u32>(level, 8);
          store<u32>(level, before + 1, 8);
          node = before < ELEMENTS_MAX ? load<u32>(at(within), ELEMENTS) : 0;
          isWhole = isWhole && before < WHOLE_ELEMENTS_MAX;
          i += 1;
        }
        break;
      }
      if (next != (isObject ? 0x7d : 0x5d)) return -1;
      i += 1;
      const token = load<u32>(level, 20);
      if (token != 0) store<u32>(token, load<u32>(level, 8), 12);
      level -= LEVEL_BYTES;
      depth -= 1;
      isObject = depth != 0 && load<u32>(level) != 0;
    }
  }
}

/** Of nothing, nothing. */
// @ts-ignore
@inline
function at(node: u32): u32 {
  return nodes + node * NODE_BYTES;
}

// @ts-ignore
@inline
function flagsOf(node: u32): u32 {
  return load<u32>(at(node));
}

function elementsOf(node: u32): u32 {
  const known = load<u32>(at(node), ELEMENTS);
  return known != 0 ? known : elements(node);
}

/** What the last valueOfMember has read the name of; 0 when nothing of it is wanted. */
let named: u32 = 0;

/** From a name to behind its colon; 0 when there is none, or the parser has to read the object. */
function valueOfMember(quote: u32, end: u32, level: u32, within: u32): u32 {
  if (quote >= end || load<u8>(quote) != 0x22) return 0;
  const close = stringEnd(quote + 1, end);
  if (close == 0) return 0;
  named = 0;
  if (within != 0) {
    const members = load<u32>(level, 8) + 1;
    if (members > KEYS_MAX) return 0;
    store<u32>(level, members, 8);
    const object = load<u32>(level, 12);
    named = memberOf(within, quote + 1, close, load<u32>(level, 16));
    if (named == 0) named = member(within, quote - input, close - input);
    if (named == 0 || (flagsOf(named) & LEFT) != 0 || load<u32>(at(named), OBJECT) == object) return 0;
    store<u32>(at(named), object, OBJECT);
    store<u32>(level, load<u32>(at(named), NEXT), 16);
  }
  const i = behindSpace(close + 1, end);
  return i < end && load<u8>(i) == 0x3a ? i + 1 : 0;
}

/** The member that is expected, or one of those behind it, or of the first ones. */
function memberOf(within: u32, start: u32, close: u32, expected: u32): u32 {
  const length = close - start;
  let node = expected;
  let isAgain = false;
  for (let tried: u32 = 0; tried < TRIED_MAX; tried++) {
    if (node == 0) {
      if (isAgain) return 0;
      isAgain = true;
      node = load<u32>(at(within), FIRST);
      if (node == 0) return 0;
    }
    const known = at(node);
    if (load<u32>(known, NAME_LENGTH) == length && isSame(known + NAME, start, length)) return node;
    node = load<u32>(known, NEXT);
  }
  return 0;
}

/** Sixteen bytes at once. */
// @ts-ignore
@inline
function isSame(a: u32, b: u32, length: u32): bool {
  let i: u32 = 0;
  for (; i + 16 <= length; i += 16) if (i8x16.bitmask(i8x16.ne(v128.load(a + i), v128.load(b + i))) != 0) return false;
  const rest = i8x16.bitmask(i8x16.ne(v128.load(a + i), v128.load(b + i)));
  return (rest & ((1 << (length - i)) - 1)) == 0;
}

function add(kind: u32, level: u32, node: u32, start: u32, stop: u32): bool {
  if (count >= TOKENS_MAX) return false;
  const token = tokens + count * TOKEN_BYTES;
  count += 1;
  store<u32>(token, kind);
  store<u32>(token, level, 4);
  store<u32>(token, node, 8);
  store<u32>(token, start, 12);
  store<u32>(token, stop, 16);
  return true;
}

/** Every format of an identifier has a digit in it, but for a UUID of letters. */
function takeString(start: u32, close: u32, node: u32, level: u32, isWhole: bool): bool {
  const mayBeId = isEscaped ? !isOtherBefore : !isOther && (hasDigit || close - start == 36);
  if (!isWhole && !mayBeId && (flagsOf(node) & NAMED_ID) == 0) return true;
  const kind = isEscaped || isWide ? DECODED : PLAIN;
  return add(isWhole ? kind | WHOLE : kind, level, node, start - input, close - input);
}

// What the last stringEnd has seen: a backslash; a byte that identifiers do not have, anywhere and before the first backslash; a digit;
// a byte beyond ASCII.
let isEscaped: bool = false;
let isOther: bool = false;
let isOtherBefore: bool = false;
let hasDigit: bool = false;
let isWide: bool = false;

/** The closing quote of a string, or 0. Sixteen bytes at a time. */
function stringEnd(start: u32, end: u32): u32 {
  let i = start;
  let other: u32 = 0;
  let digit: u32 = 0;
  let wide: u32 = 0;
  isEscaped = false;
  isOtherBefore = false;
  while (i < end) {
    const bytes = v128.load(i);
    const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10));
    const letters = i8x16.lt_u(
      i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61)),
      i8x16.splat(26),
    );
    const joiners = v128.or(i8x16.eq(bytes, i8x16.splat(0x2d)), i8x16.eq(bytes, i8x16.splat(0x5f)));
    const others = ~i8x16.bitmask(v128.or(v128.or(digits, letters), joiners)) & 0xffff;
    const quotes = i8x16.eq(bytes, i8x16.splat(0x22));
    const backslashes = i8x16.eq(bytes, i8x16.splat(0x5c));
    const controls = i8x16.lt_u(bytes, i8x16.splat(0x20));
    const special = i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
    const before: u32 = special == 0 ? 0xffff : (1 << ctz(special)) - 1;
    other |= others & before;
    digit |= i8x16.bitmask(digits) & before;
    wide |= i8x16.bitmask(bytes) & before;
    if (special == 0) {
      i += 16;
      continue;
    }
    i += ctz(special);
    if (i >= end) return 0;
    const c: u32 = load<u8>(i);
    if (c == 0x22) {
      isOther = other != 0;
      hasDigit = digit != 0;
      isWide = wide != 0;
      return i;
    }
    if (c != 0x5c) return 0;
    if (!isEscaped) isOtherBefore = other != 0;
    isEscaped = true;
    i = escapeEnd(i + 1, end);
    if (i == 0) return 0;
  }
  return 0;
}

/** The offset behind an escape, from behind its backslash; or 0. */
function escapeEnd(from: u32, end: u32): u32 {
  if (from >= end) return 0;
  const c: u32 = load<u8>(from);
  if (c == 0x75) {
    if (from + 4 >= end) return 0;
    for (let i: u32 = 1; i <= 4; i++) if (!isHex(load<u8>(from + i))) return 0;
    return from + 5;
  }
  const isKnown =
    c == 0x22 || c == 0x5c || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74;
  return isKnown ? from + 1 : 0;
}

// @ts-ignore
@inline
function isHex(c: u32): bool {
  return c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 5;
}

// @ts-ignore
@inline
function behindSpace(from: u32, end: u32): u32 {
  let i = from;
  while (i < end && isSpace(load<u8>(i))) i += 1;
  return i;
}

// @ts-ignore
@inline
function isSpace(c: u32): bool {
  return c <= 0x20 && (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09);
}

/** Of the last number: it is written as JavaScript writes it, with at most fifteen digits and nothing else. */
let isPlain: bool = false;

/** RFC 8259 §6. The offset behind the number, or 0. */
function numberEnd(start: u32, end: u32): u32 {
  const isNegative = load<u8>(start) == 0x2d;
  let i = isNegative ? start + 1 : start;
  const first: u32 = i < end ? load<u8>(i) : 0;
  i = first == 0x30 ? i + 1 : digitsEnd(i, end);
  if (i == 0) return 0;
  isPlain = !isNegative && i - start <= 15;
  if (i < end && load<u8>(i) == 0x2e) {
    isPlain = false;
    i = digitsEnd(i + 1, end);
    if (i == 0) return 0;
  }
  if (i < end && (load<u8>(i) | 0x20) == 0x65) {
    isPlain = false;
    i += 1;
    const sign: u32 = i < end ? load<u8>(i) : 0;
    i = digitsEnd(sign == 0x2b || sign == 0x2d ? i + 1 : i, end);
  }
  return i;
}

function digitsEnd(start: u32, end: u32): u32 {
  let i = start;
  while (i < end && <u32>load<u8>(i) - 0x30 <= 9) i += 1;
  return i == start ? 0 : i;
}

function literalEnd(c: u32, start: u32, end: u32): u32 {
  const four = load<u32>(start);
  // `true` and `null`, and `alse` behind its first letter.
  if (c == 0x66) return start + 5 <= end && load<u32>(start + 1) == 0x65736c61 ? start + 5 : 0;
  return start + 4 <= end && (four == 0x65757274 || four == 0x6c6c756e) ? start + 4 : 0;
}
