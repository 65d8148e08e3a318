// One pass over one piece of bytes. At the start of every word the automaton says which types may begin there; then the
// pattern confirms where it must, then the checksum, then the surroundings are asked.
// Which type wins, always in this order: the match that begins first, then the longest, then the higher rank (with a checksum
// before without, a form that needs no name before one that does), then the order of the documents. Hits never overlap.
// Invariants: work per byte is bounded; nothing is allocated while nothing is found.
import type { Automaton } from './automaton.ts';
import type { CompiledPattern, CompiledType, Found } from './compiled-type.ts';
import type { JsonSkipper } from './json-skipper.ts';
import { LinearMatches } from './linear-matches.ts';
import { type NameContext, NO_CONTEXT } from './name-contexts.ts';
import { isWholeValue } from './whole-value.ts';

export interface Hit {
  readonly type: CompiledType;
  /** Byte offsets into the scanned bytes. */
  readonly start: number;
  readonly end: number;
}

export interface Tables {
  /** Types that count wherever they stand, and the words that announce others. */
  readonly unannounced: Automaton<Found>;
  /** All types; for values whose name or neighbourhood announces some. */
  readonly announced: Automaton<Found>;
  readonly atSign: readonly CompiledType[];
  /** No type that counts wherever it stands is a shorter number. */
  readonly numberBytesMin: number;
  /** Undefined: every byte is read. */
  readonly skipper: JsonSkipper | undefined;
}

export const HITS_MAX = 10_000;
const NEAR_BYTES = 48;
const WALK_BYTES_MAX = 128;
const LOCAL_PART_BYTES_MAX = 64;
const MARKS_MAX = 16;

export const PLAIN = 0;
const WORD = 1;
export const SPECIAL = 2;
const AT_SIGN = 3;

/** What to do at each byte outside a word; `specials` end a run. */
export function actionsFor(specials: string): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const c = String.fromCharCode(byte);
    return specials.includes(c) ? SPECIAL : c === '@' ? AT_SIGN : /\w/.test(c) ? WORD : PLAIN;
  });
}

const IS_WORD = actionsFor('').map((action) => (action === WORD ? 1 : 0));

// Where a walk came through an end, for the confirmation right behind it: the only state outside a pass, and it never
// outlives a walk.
const MARKS = new Int32Array(MARKS_MAX);
const MARK_LISTS = new Uint32Array(MARKS_MAX);

export class Pass {
  readonly bytes: Buffer;
  readonly hits: Hit[] = [];
  /** Hits beyond {@link HITS_MAX}: counted, not kept. */
  uncounted = 0;
  /** No match goes beyond; -1: up to the next quote, which is looked for when it matters. */
  regionEnd: number;
  readonly #tables: Tables;
  /** Where the last hit ends, kept or not. */
  #taken = 0;
  #automaton: Automaton<Found>;
  #context: NameContext = NO_CONTEXT;
  #nearUntil: Map<CompiledType, number> | undefined;
  #nearEnd = 0;
  #linear: LinearMatches | undefined;

  constructor(tables: Tables, bytes: Buffer) {
    this.bytes = bytes;
    this.regionEnd = bytes.length;
    this.#tables = tables;
    this.#automaton = tables.unannounced;
  }

  /** A pass over other bytes by the same rules. */
  fork(bytes: Buffer): Pass {
    return new Pass(this.#tables, bytes);
  }

  get skipper(): JsonSkipper | undefined {
    return this.#tables.skipper;
  }

  get context(): NameContext {
    return this.#context;
  }

  set context(context: NameContext) {
    this.#context = context;
    this.#automaton = context.signs.length > 0 || this.#nearEnd > 0 ? this.#tables.announced : this.#tables.unannounced;
  }

  /** A number so short holds nothing. */
  dismissesNumber(length: number): boolean {
    return length < this.#tables.numberBytesMin && this.#automaton === this.#tables.unannounced;
  }

  /** What was said before no longer counts: a new value begins. */
  forgetNear(): void {
    if (this.#nearEnd === 0) return;
    this.#nearEnd = 0;
    this.#nearUntil?.clear();
    this.context = this.#context;
  }

  /** Scans from a word's start up to the first special byte, or to `end`; returns where it stopped. */
  run(start: number, end: number, actions: Uint8Array): number {
    const bytes = this.bytes;
    let { first, next, classOf } = this.#automaton;
    let i = start;
    while (i < end) {
      const c = bytes[i]!;
      const action = actions[c]!;
      if (action === SPECIAL) return i;
      let state = first[c]!;
      if (state !== 0) {
        // Nearly every word leaves the automaton here, before anything happens.
        const limit = Math.min(i + WALK_BYTES_MAX, end);
        let k = i + 1;
        while (state > 0 && k < limit) {
          state = next[state + classOf[bytes[k]!]!]!;
          k += 1;
        }
        if (state < 0 || (k >= limit && k < end)) {
          const stop = this.#walk(i, first[c]!, end);
          if (stop > i) {
            i = stop;
            continue;
          }
          ({ first, next, classOf } = this.#automaton);
        }
      }
      i += 1;
      if (action === WORD) {
        while (i < end && IS_WORD[bytes[i]!] === 1) i += 1;
      } else if (action === AT_SIGN) {
        const stop = this.#tryAtSign(i - 1, start);
        if (stop > i) i = stop;
      }
    }
    return i;
  }

  /** Follows the automaton; returns the end of the hit, or -1. */
  #walk(at: number, from: number, end: number): number {
    const bytes = this.bytes;
    const { next, classOf, classes } = this.#automaton;
    const limit = Math.min(end, at + WALK_BYTES_MAX);
    let state = from < 0 ? -from : from;
    let marks = 0;
    let i = at + 1;
    while (true) {
      const list = next[state + classes]!;
      if (list !== 0 && marks < MARKS_MAX && (i >= end || IS_WORD[bytes[i]!] === 0 || IS_WORD[bytes[i - 1]!] === 0)) {
        MARKS[marks] = i;
        MARK_LISTS[marks++] = list;
      }
      if (i >= limit) break;
      const to = next[state + classOf[bytes[i]!]!]!;
      if (to === 0) break;
      state = to < 0 ? -to : to;
      i += 1;
    }
    // The table ends here, or the match is long: what may still match is asked itself.
    const open = i < end && (i >= limit || next[state + classes + 2] === 1) ? next[state + classes + 1]! : 0;
    return marks === 0 && open === 0 ? -1 : this.#confirm(at, marks, open);
  }

  #confirm(at: number, marks: number, open: number): number {
    const { lists } = this.#automaton;
    if (!this.#isStart(at)) return -1;
    if (at > this.#nearEnd) this.forgetNear();
    for (const found of lists[open]!) {
      if (found.kind !== 'pattern') continue;
      const stop = this.#endOf(found.pattern, at);
      if (stop !== -1 && this.#isAccepted(found.pattern.type, at, stop)) return this.add(found.pattern.type, at, stop);
    }
    for (let k = marks - 1; k >= 0; k--) {
      const end = MARKS[k]!;
      for (const found of lists[MARK_LISTS[k]!]!) {
        if (found.kind === 'near') {
          if (!found.needsEnd || end >= this.bytes.length || IS_WORD[this.bytes[end]!] === 0)
            this.#hear(found.types, end);
          continue;
        }
        const stop = found.isExact ? (this.#isEnd(end) ? end : -1) : this.#endOf(found.pattern, at);
        if (stop !== -1 && this.#isAccepted(found.pattern.type, at, stop))
          return this.add(found.pattern.type, at, stop);
      }
    }
    return -1;
  }

  /** End of the pattern's match at `at` inside the region, or -1. */
  #endOf(pattern: CompiledPattern, at: number): number {
    const region = this.#region(at);
    if (pattern.linear !== undefined) {
      this.#linear ??= new LinearMatches(this.bytes);
      const stop = this.#linear.endFrom(pattern, pattern.linear, at, region);
      return stop !== -1 && this.#isEnd(stop) ? stop : -1;
    }
    const length = pattern.endFrom(this.bytes.toString('latin1', at, Math.min(region, at + pattern.bytesMax)), 0);
    return length > 0 && this.#isEnd(at + length) ? at + length : -1;
  }

  #tryAtSign(at: number, runStart: number): number {
    const bytes = this.bytes;
    const least = Math.max(runStart, this.#taken, at - LOCAL_PART_BYTES_MAX);
    for (const type of this.#tables.atSign) {
      let from = at;
      while (from > least && LOCAL_PART[bytes[from - 1]!] === 1) from -= 1;
      while (from < at && IS_WORD[bytes[from]!] === 0) from += 1;
      if (from === at) continue;
      let until = at + 1;
      const most = Math.min(this.regionEnd === -1 ? bytes.length : this.regionEnd, at + DOMAIN_BYTES_MAX);
      while (until < most && IN_DOMAIN[bytes[until]!] === 1) until += 1;
      const text = bytes.toString('latin1', from, until);
      for (const pattern of type.patterns) {
        const length = pattern.endFrom(text, 0);
        const stop = length > 0 && this.#isEnd(from + length) ? from + length : -1;
        if (stop > at && this.#isAccepted(type, from, stop)) return this.add(type, from, stop);
      }
    }
    return -1;
  }

  /** A value begins where no letter, digit or joined word goes before: a card is not the end of an order number. */
  #isStart(at: number): boolean {
    const bytes = this.bytes;
    if (at === 0) return true;
    // A leading dash belongs to a PEM line or a negative number, which may follow anything.
    if (bytes[at] !== 0x2d && IS_WORD[bytes[at - 1]!] === 1) return false;
    const before = bytes[at - 1];
    const isJoined = before === 0x2d || before === 0x2e || before === 0x2b;
    return !isJoined || at < 2 || IS_WORD[bytes[at - 2]!] === 0;
  }

  #region(at: number): number {
    if (this.regionEnd !== -1) return this.regionEnd;
    const quote = this.bytes.indexOf(0x22, at);
    this.regionEnd = quote === -1 ? this.bytes.length : quote;
    return this.regionEnd;
  }

  #isEnd(stop: number): boolean {
    const bytes = this.bytes;
    const end = this.regionEnd === -1 ? bytes.length : this.regionEnd;
    if (stop >= end) return stop === end;
    const after = bytes[stop]!;
    if (IS_WORD[after] === 1) return IS_WORD[bytes[stop - 1]!] === 0;
    const isJoined = after === 0x2d || after === 0x2e;
    return !isJoined || stop + 1 >= end || IS_WORD[bytes[stop + 1]!] === 0;
  }

  #isAccepted(type: CompiledType, at: number, stop: number): boolean {
    if (this.#context.excludes.includes(type)) return false;
    if (type.isContextRequired && !this.#context.signs.includes(type)) {
      if (at > this.#nearEnd || (this.#nearUntil?.get(type) ?? -1) < at) return false;
    }
    return type.validator === undefined || type.validator(this.bytes.toString('latin1', at, stop));
  }

  /** A word that announces types for the next bytes. */
  #hear(types: readonly CompiledType[], end: number): void {
    this.#nearUntil ??= new Map();
    for (const type of types) this.#nearUntil.set(type, end + NEAR_BYTES);
    this.#nearEnd = end + NEAR_BYTES;
    this.#automaton = this.#tables.announced;
  }

  /**
   * The whole value of a field: what its name says of it stands against what was found inside since `before`. The graver one
   * is right; of equals, the value's own form.
   */
  judgeByName(before: number, start: number, stop: number): void {
    for (const type of this.#context.byName) {
      const inside = this.hits.slice(before).some((hit) => hit.type.gravity >= type.gravity);
      if (inside || !isWholeValue(type, this.bytes, start, stop)) continue;
      this.hits.length = before;
      this.add(type, start, stop);
      return;
    }
  }

  add(type: CompiledType, start: number, end: number): number {
    this.#taken = end;
    if (this.hits.length < HITS_MAX) this.hits.push({ type, start, end });
    else this.uncounted += 1;
    return end;
  }
}

/** Bytes of an e-mail address before its `@`. */
const IN_DOMAIN = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w.-]/.test(String.fromCharCode(byte)) ? 1 : 0));
const DOMAIN_BYTES_MAX = 256;
const LOCAL_PART = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w.%+-]/.test(String.fromCharCode(byte)) ? 1 : 0));
