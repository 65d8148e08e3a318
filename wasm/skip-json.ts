// AssemblyScript. Reads JSON as src/data-types/scan-json.ts does: structure, names it has met before, and values with what is
// found in them. It decides nothing of its own: at whatever it does not know it stops, and scan-json.ts reads on as if this
// did not exist. Built by `npm run wasm` into src/data-types/skip-json.wasm.ts.
// Invariant: a token that is read leaves hits, levels and context as scan-json.ts would leave them.
import { readNumber, readString, stringEnd } from './json-values';
import { CARRIER, LABEL, OPENS, nameEndAt, slotOf } from './remembered-names';
import { byteAt, enterContext, input, levels, state } from './scan-tables';
import { UNDECIDED, add } from './value-hits';

export { configure } from './scan-tables';

const LABEL_BYTES_MAX: u32 = 40;

// Words of `state`: 1 when the next string of an object is a name; the context; levels that were opened; hits; the label that the
// level we began in has now; the last name. An end of 0: as it was before.
const CONTEXT: u32 = 4;
const OPENED: u32 = 8;
const HITS: u32 = 12;
const LABEL_START: u32 = 16;
const LABEL_END: u32 = 20;
const NAME_START: u32 = 24;
const NAME_END: u32 = 28;

// A level that was opened: whether it is an object, the context it is in, the name it is under, its label.
const LEVEL_BYTES: u32 = 24;

/** Of the level we are in. */
let isObject: bool = false;
let isBare: bool = false;
let isNameNext: bool = false;
let label: u32 = 0;
let opened: u32 = 0;
let openedMax: u32 = 0;
/** Of the level we began in. */
let isOuterObject: bool = false;
let isOuterBare: bool = false;
/** What the name in front of the token, or around it, says. */
let context: u32 = 0;
let isByName: bool = false;
let nameStart: u32 = 0;
let nameEnd: u32 = 0;
/** The name in front was read, and its value has to be. */
let isStopped: bool = false;

/**
 * From `from` to the first token that must be read, as offsets into the input; `to` when there is none. Inside an object
 * when `inObject`; `bare` when nothing around says what it is; at most `levelsMax` levels are opened. A name whose value must
 * be read may be read itself; a token that is not whole before `to` must be read.
 */
export function skip(from: u32, to: u32, inObject: bool, bare: bool, levelsMax: u32): u32 {
  const end = input + to;
  let i = input + from;
  begin(inObject, bare, levelsMax);
  while (i < end) {
    const c = byteAt(i);
    if (c == 0x2c) {
      i += 1;
      if (isObject) {
        isNameNext = true;
        if (context != 0) enter(0);
      }
    } else if (c == 0x22 || isNumberStart(c)) {
      const hits = load<u32>(state, HITS);
      const before = context;
      const after = c == 0x22 && isNameNext ? readMember(i, end) : readValue(c, i, end);
      if (after == 0) {
        store<u32>(state, hits, HITS);
        context = before;
        break;
      }
      i = after;
      if (isStopped) {
        store<u32>(state, hits, HITS);
        break;
      }
    } else if (isOpening(c)) {
      // In an object it stands where it should not.
      if (isObject || !open(c)) break;
      i += 1;
    } else if (isClosing(c)) {
      if (opened == 0) break;
      close();
      i += 1;
    } else i += 1;
  }
  finish();
  return i - input;
}

function begin(inObject: bool, bare: bool, levelsMax: u32): void {
  isObject = inObject;
  isBare = bare;
  isOuterObject = inObject;
  isOuterBare = bare;
  isNameNext = load<u32>(state) != 0;
  label = state + LABEL_START;
  opened = 0;
  openedMax = levelsMax;
  nameStart = 0;
  nameEnd = 0;
  isStopped = false;
  store<u32>(state, 0, HITS);
  store<u32>(state, 0, LABEL_START);
  store<u32>(state, 0, LABEL_END);
  enter(load<u32>(state, CONTEXT));
}

function finish(): void {
  store<u32>(state, isNameNext ? 1 : 0);
  store<u32>(state, context, CONTEXT);
  store<u32>(state, opened, OPENED);
  store<u32>(state, nameStart, NAME_START);
  store<u32>(state, nameEnd, NAME_END);
}

function enter(next: u32): void {
  context = next;
  isByName = enterContext(next);
}

function open(c: u32): bool {
  if (opened >= openedMax) return false;
  isObject = (c & 0x20) != 0;
  isNameNext = isObject;
  isBare = context == 0;
  const level = levels + opened * LEVEL_BYTES;
  opened += 1;
  store<u32>(level, isObject ? 1 : 0);
  store<u32>(level, context, 4);
  store<u32>(level, nameStart, 8);
  store<u32>(level, nameEnd, 12);
  label = level + 16;
  store<u32>(label, 0);
  store<u32>(label, 0, 4);
  return true;
}

function close(): void {
  opened -= 1;
  const level = levels + opened * LEVEL_BYTES;
  const outer = level - LEVEL_BYTES;
  const within = load<u32>(level, 4);
  if (within != context) enter(within);
  nameStart = load<u32>(level, 8);
  nameEnd = load<u32>(level, 12);
  isNameNext = false;
  isObject = opened == 0 ? isOuterObject : load<u32>(outer) != 0;
  isBare = opened == 0 ? isOuterBare : load<u32>(outer, 4) == 0;
  label = opened == 0 ? state + LABEL_START : outer + 16;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isOpening(c: u32): bool {
  return (c | 0x20) == 0x7b;
}

// @ts-ignore
@inline
function isClosing(c: u32): bool {
  return (c | 0x20) == 0x7d;
}

// @ts-ignore
@inline
function isNumberStart(c: u32): bool {
  return c - 0x30 <= 9 || c == 0x2d;
}

/** The type that the whole of a value is by its name, or -1; `before` hits were found before it. */
// @ts-ignore
@external('env', 'judge')
declare function judge(context: u32, before: u32, start: u32, stop: u32): i32;

/** The offset behind a string or number, or 0. */
function readValue(c: u32, at: u32, end: u32): u32 {
  const before = load<u32>(state, HITS);
  const isString = c == 0x22;
  const after = isString ? readString(at + 1, end) : readNumber(at, end);
  if (after == 0 || !isByName) return after;
  const start = isString ? at + 1 : at;
  const stop = isString ? stringEnd : after;
  const type = judge(context, before, start - input, stop - input);
  if (type < 0) return after;
  store<u32>(state, before, HITS);
  return add(<u32>type, start, stop) == UNDECIDED ? 0 : after;
}

/** From a name's quote to what follows its value, or into the level that is its value; or to the value, stopped; or 0. */
function readMember(quote: u32, end: u32): u32 {
  const start = quote + 1;
  const stop = nameEndAt(start, end);
  if (stop == 0) return 0;
  const slot = slotOf(start, stop - start);
  if (slot == 0) return 0;
  let i = behindSpace(stop + 1, end);
  if (i >= end || byteAt(i) != 0x3a) return 0;
  i = behindSpace(i + 1, end);
  if (i >= end) return 0;
  const kind = load<u8>(slot, 1);
  const role = kind & 3;
  if (role == CARRIER) {
    if (!isBare || load<u32>(label, 4) != 0) return 0;
    if (context != 0) enter(0);
  } else {
    const meaning = load<u16>(slot, 26);
    // A name that means nothing leaves the context as it is.
    if (meaning != 0 && meaning != context) enter(meaning);
  }
  const c = byteAt(i);
  if (role == LABEL && c != 0x22) return 0;
  if (isOpening(c)) {
    if ((kind & OPENS) != 0 || opened >= openedMax) return 0;
    nameStart = start - input;
    nameEnd = stop - input;
    open(c);
    return i + 1;
  }
  if (c == 0x22 || isNumberStart(c)) {
    const value = i + 1;
    i = behindSpace(readValue(c, i, end), end);
    if (i == 0 || i >= end || !isMemberEnd(byteAt(i))) {
      if (role == LABEL) return 0;
      isStopped = true;
      i = value - 1;
    } else if (role == LABEL && stringEnd - value <= LABEL_BYTES_MAX) {
      store<u32>(label, value - input);
      store<u32>(label, stringEnd - input, 4);
    }
  } else {
    // `true`, `false`, `null`.
    while (i < end && byteAt(i) >= 0x61 && byteAt(i) <= 0x7a) i += 1;
    i = behindSpace(i, end);
    if (i >= end || !isMemberEnd(byteAt(i))) return 0;
  }
  isNameNext = false;
  nameStart = start - input;
  nameEnd = stop - input;
  return i;
}

// @ts-ignore
@inline
function isMemberEnd(c: u32): bool {
  return c == 0x2c || c == 0x7d;
}

// @ts-ignore
@inline
function behindSpace(at: u32, end: u32): u32 {
  let i = at;
  if (i == 0) return 0;
  while (i < end && byteAt(i) <= 0x20) i += 1;
  return i;
}
