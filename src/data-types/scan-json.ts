// JSON as it is, valid or not: strings, numbers, and which name each value stands under. No tree is built.
// A string with an escape is decoded and scanned as the text it means; its hits are led back to the raw bytes.
import { decoded, jsonEscapeAt, leadBack } from './decoded.ts';
import type { JsonSkipper, OpenedLevel } from './json-skipper.ts';
import { type NameContext, type NameContexts, NO_CONTEXT } from './name-contexts.ts';
import { actionsFor, type Pass } from './pass.ts';
import { scanAssignment, scanText } from './scan-text.ts';

const IN_STRING = actionsFor('"\\=');
const IN_NUMBER = actionsFor('');
const LEVELS_MAX = 128;
const NAME_BYTES_MAX = 128;
/** Longer ones may be a token or an identifier. */
const PLAIN_NAME_BYTES_MAX = 24;
const LABEL_BYTES_MAX = 40;
/** JSON in a string in JSON in a string. */
const NESTED_MAX = 2;

/** Shorter texts are read in the time it takes to hand them over. */
const SKIPPED_BYTES_MIN = 128;

const NO_OPEN: readonly number[] = [];

/** What an object or array is under. */
interface Level {
  isObject: boolean;
  context: NameContext;
  /** Where a neighbour called `type` or `label` says what `value` is; end 0 when there is none. */
  labelStart: number;
  labelEnd: number;
  nameStart: number;
  nameEnd: number;
  open: readonly number[];
  openOf: number;
}

export function scanJson(pass: Pass, names: NameContexts, nested = 0): void {
  new JsonScan(pass, names, nested).scan();
}

class JsonScan {
  readonly #pass: Pass;
  readonly #names: NameContexts;
  readonly #nested: number;
  readonly #skipper: JsonSkipper | undefined;
  readonly #levels: Level[] = [newLevel()];
  #depth = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #isLabel = false;
  #isNameNext = false;
  #level = this.#levels[0]!;

  constructor(pass: Pass, names: NameContexts, nested: number) {
    this.#pass = pass;
    this.#names = names;
    this.#nested = nested;
    // It holds one text at a time: the outer one.
    this.#skipper = nested === 0 && pass.bytes.length >= SKIPPED_BYTES_MIN ? pass.skipper : undefined;
  }

  scan(): void {
    const { bytes } = this.#pass;
    const end = bytes.length;
    const skipper = this.#skipper;
    let i = 0;
    skipper?.begin(bytes);
    while (i < end) {
      if (skipper !== undefined && this.#isQuiet()) {
        i = this.#skip(skipper, i);
        if (i >= end) break;
      }
      const c = bytes[i]!;
      if (c === 0x22) i = this.#isNameNext ? this.#plainName(i + 1) : this.#string(i + 1);
      else if (c === 0x2c) {
        i += 1;
        if (this.#level.isObject) {
          this.#isNameNext = true;
          this.#pass.context = NO_CONTEXT;
        }
      } else if (c === 0x7b || c === 0x5b) {
        this.#push(c === 0x7b);
        i += 1;
      } else if (c === 0x7d || c === 0x5d) {
        this.#pop();
        i += 1;
      } else if ((c >= 0x30 && c <= 0x39) || c === 0x2d) i = this.#number(i);
      else i += 1;
    }
    skipper?.end();
  }

  /** What was read before says nothing that the skipper could not know. */
  #isQuiet(): boolean {
    const { isObject, open, openOf } = this.#level;
    if (this.#isLabel || open.length > 0 || this.#depth > LEVELS_MAX) return false;
    // In an array, what is inside is under the array's name.
    return isObject || openOf === this.#nameStart || this.#nameEnd === this.#nameStart;
  }

  #skip(skipper: JsonSkipper, from: number): number {
    const level = this.#level;
    const isBare = level.context === NO_CONTEXT && level.labelEnd === 0;
    const room = LEVELS_MAX - this.#depth;
    const at = skipper.skip(this.#pass, from, this.#isNameNext, level.isObject, isBare, room);
    if (at === from) return at;
    this.#isNameNext = skipper.isNameNext;
    this.#pass.context = skipper.context;
    if (skipper.labelEnd !== 0) {
      level.labelStart = skipper.labelStart;
      level.labelEnd = skipper.labelEnd;
    }
    for (let i = 0; i < skipper.opened; i++) this.#enter(skipper.openedLevel(i));
    if (skipper.nameEnd !== 0) {
      this.#nameStart = skipper.nameStart;
      this.#nameEnd = skipper.nameEnd;
    }
    return at;
  }

  /** A level that the skipper has opened; the name it is under goes on nowhere. */
  #enter(opened: OpenedLevel): void {
    const level = this.#below();
    level.isObject = opened.isObject;
    level.context = opened.context;
    level.labelStart = opened.labelStart;
    level.labelEnd = opened.labelEnd;
    level.nameStart = opened.nameEnd === 0 ? this.#nameStart : opened.nameStart;
    level.nameEnd = opened.nameEnd === 0 ? this.#nameEnd : opened.nameEnd;
    level.openOf = level.nameStart;
    level.open = NO_OPEN;
  }

  /** Goes one level down. */
  #below(): Level {
    this.#depth += 1;
    if (this.#levels.length <= this.#depth) this.#levels.push(newLevel());
    this.#level = this.#levels[this.#depth]!;
    return this.#level;
  }

  #push(isObject: boolean): void {
    if (this.#depth >= LEVELS_MAX) {
      this.#depth += 1;
      return;
    }
    const level = this.#below();
    this.#isNameNext = isObject;
    level.isObject = isObject;
    level.context = this.#pass.context;
    level.labelStart = 0;
    level.labelEnd = 0;
    level.nameStart = this.#nameStart;
    level.nameEnd = this.#nameEnd;
    if (level.openOf !== this.#nameStart) {
      level.openOf = this.#nameStart;
      level.open =
        this.#nameEnd === this.#nameStart
          ? NO_OPEN
          : this.#names.openEnds(this.#pass.bytes, this.#nameStart, this.#nameEnd);
    }
  }

  #pop(): void {
    this.#isNameNext = false;
    if (this.#depth === 0) return;
    if (this.#depth <= LEVELS_MAX) {
      const level = this.#level;
      this.#level = this.#levels[this.#depth - 1]!;
      this.#pass.context = level.context;
      this.#nameStart = level.nameStart;
      this.#nameEnd = level.nameEnd;
    }
    this.#depth -= 1;
  }

  #string(start: number): number {
    const pass = this.#pass;
    const { bytes } = pass;
    const end = bytes.length;
    const before = pass.hits.length;
    pass.forgetNear();
    pass.regionEnd = -1;
    let stop = pass.run(start, end, IN_STRING);
    while (stop < end && bytes[stop] === 0x3d) {
      const assigned = stop;
      stop = scanAssignment(pass, this.#names, assigned, end);
      if (this.#skipper !== undefined) this.#learnAssigned(this.#skipper, assigned);
      const backslash = escapeIn(bytes, assigned, stop);
      stop = backslash === -1 ? pass.run(stop, end, IN_STRING) : backslash;
    }
    // What was found may have run into an escape, and even over the quote behind it.
    for (let i = before; i < pass.hits.length; i++) {
      const backslash = escapeIn(bytes, pass.hits[i]!.start, pass.hits[i]!.end);
      if (backslash !== -1) stop = Math.min(stop, backslash);
    }
    const hasEscape = stop < end && bytes[stop] === 0x5c;
    if (hasEscape) stop = closingQuote(bytes, stop);
    let after = stop + 1;
    while (after < end && bytes[after]! <= 0x20) after += 1;
    if (bytes[after] === 0x3a) {
      this.#name(start, stop, hasEscape);
      return after + 1;
    }
    if (hasEscape) {
      if (pass.hits.length > before) pass.hits.length = before;
      this.#escaped(start, stop);
    } else if (pass.context.byName.length > 0) pass.judgeByName(before, start, stop);
    if (this.#isLabel) {
      this.#isLabel = false;
      if (stop - start <= LABEL_BYTES_MAX && this.#depth <= LEVELS_MAX) {
        this.#level.labelStart = start;
        this.#level.labelEnd = stop;
      }
    }
    return after;
  }

  /** A name of letters in front of an equals sign, when it means nothing. */
  #learnAssigned(skipper: JsonSkipper, end: number): void {
    const { bytes } = this.#pass;
    const least = Math.max(0, end - PLAIN_NAME_BYTES_MAX - 1);
    let start = end;
    while (start > least && IN_PLAIN_NAME[bytes[start - 1]!] === 1) start -= 1;
    if (end - start < 2 || end - start > PLAIN_NAME_BYTES_MAX) return;
    if (this.#names.lookUp(bytes, start, end, NO_OPEN) !== NO_CONTEXT) return;
    const opens = this.#names.openEnds(bytes, start, end).length > 0;
    skipper.learn(bytes, start, end, this.#names.role, NO_CONTEXT, opens);
  }

  #name(start: number, stop: number, hasEscape: boolean): void {
    const { bytes } = this.#pass;
    this.#nameStart = start;
    this.#nameEnd = stop;
    this.#pass.context = NO_CONTEXT;
    this.#isLabel = false;
    if (stop - start > NAME_BYTES_MAX) return;
    if (hasEscape) {
      const name = decoded(bytes, start, stop, jsonEscapeAt);
      this.#pass.context = this.#names.lookUp(name, 0, name.length, NO_OPEN);
      return;
    }
    this.#place(this.#names.lookUp(bytes, start, stop, this.#level.open), start, stop);
  }

  /** A name of letters, the usual case, holds no value itself; any other goes the way of all strings. */
  #plainName(start: number): number {
    const { bytes } = this.#pass;
    const limit = Math.min(bytes.length, start + NAME_BYTES_MAX);
    this.#isNameNext = false;
    let hash = 0;
    let i = start;
    while (i < limit && IN_PLAIN_NAME[bytes[i]!] === 1) {
      hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
      i += 1;
    }
    if (bytes[i] !== 0x22 || i - start > PLAIN_NAME_BYTES_MAX) return this.#string(start);
    let after = i + 1;
    while (after < limit && bytes[after]! <= 0x20) after += 1;
    if (bytes[after] !== 0x3a) return this.#string(start);
    this.#nameStart = start;
    this.#nameEnd = i;
    const { open } = this.#level;
    if (open.length > 0) {
      this.#place(this.#names.lookUp(bytes, start, i, open), start, i);
      return after + 1;
    }
    const context = this.#names.recall(bytes, start, i, hash);
    // A name of one letter means what is around it, and is not learned.
    this.#skipper?.learn(bytes, start, i, this.#names.role, context, this.#names.opens);
    this.#place(context, start, i);
    return after + 1;
  }

  #place(context: NameContext, start: number, stop: number): void {
    const { bytes } = this.#pass;
    const level = this.#level;
    this.#isLabel = false;
    if (context !== NO_CONTEXT) this.#pass.context = context;
    else if (this.#names.role !== 'value' || stop - start === 1) {
      this.#isLabel = this.#names.role === 'label';
      // `$` and `_` are names of values, too.
      if (this.#names.role === 'carrier' || !isLetter(bytes[start]!)) this.#pass.context = this.#contextAround(level);
    }
  }

  #contextAround({ context, labelStart, labelEnd }: Level): NameContext {
    if (labelEnd === 0) return context;
    const label = this.#names.lookUp(this.#pass.bytes, labelStart, labelEnd, NO_OPEN);
    return label === NO_CONTEXT ? context : label;
  }

  #number(start: number): number {
    const pass = this.#pass;
    const { bytes } = pass;
    let stop = start + 1;
    pass.forgetNear();
    while (stop < bytes.length && IN_A_NUMBER[bytes[stop]!] === 1) stop += 1;
    if (!pass.dismissesNumber(stop - start)) {
      const before = pass.hits.length;
      pass.regionEnd = stop;
      pass.run(start, stop, IN_NUMBER);
      if (pass.context.byName.length > 0) pass.judgeByName(before, start, stop);
    }
    return stop;
  }

  #escaped(start: number, stop: number): void {
    const pass = this.#pass;
    const inner = pass.fork(decoded(pass.bytes, start, stop, jsonEscapeAt));
    const first = inner.bytes[0];
    if ((first === 0x7b || first === 0x5b) && this.#nested < NESTED_MAX) {
      scanJson(inner, this.#names, this.#nested + 1);
    } else {
      inner.context = pass.context;
      scanText(inner, this.#names, 'text');
      if (pass.context.byName.length > 0) inner.judgeByName(0, 0, inner.bytes.length);
    }
    leadBack(pass, inner, start, stop, jsonEscapeAt);
  }
}

const IN_PLAIN_NAME = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z_ -]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function newLevel(): Level {
  return {
    isObject: false,
    context: NO_CONTEXT,
    labelStart: 0,
    labelEnd: 0,
    nameStart: 0,
    nameEnd: 0,
    open: NO_OPEN,
    openOf: 0,
  };
}

const IN_A_NUMBER = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-+.0-9eE]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Offset of the first backslash, or -1. */
function escapeIn(bytes: Buffer, start: number, end: number): number {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5c) return i;
  return -1;
}

/** `from` is inside the string or on its first backslash. */
function closingQuote(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1;
  return Math.min(i, bytes.length);
}
