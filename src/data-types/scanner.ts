// Finds sensitive values in raw bytes in one pass. At the start of every word three table look-ups say whether any data type
// may begin there; only then a pattern runs, anchored at that place, then the checksum, then the surroundings are asked.
// Invariants: work per byte is constant; nothing is allocated while nothing is found; hits never overlap.
import type { BodyFormat } from '../core/detector.ts';
import type { DataTypeDocument } from '../core/document.ts';
import { type CompiledType, compileType, mayBegin } from './compiled-type.ts';
import { wordsOf } from './field-names.ts';
import { StartTable } from './start-table.ts';

export interface Hit {
  readonly type: CompiledType;
  /** Byte offsets into the scanned bytes. */
  readonly start: number;
  readonly end: number;
}

export const HITS_MAX = 10_000;
const NEAR_BYTES = 48;
const NAME_BYTES_MAX = 128;
const NAMES_REMEMBERED_MAX = 4_096;

/** What a field name means to the data types. */
interface NameContext {
  /** Types for which this name is a sign. */
  readonly signs: ReadonlySet<CompiledType>;
  /** Types that never occur under this name. */
  readonly excludes: ReadonlySet<CompiledType>;
  /** Types that are tried on the whole value. */
  readonly byName: readonly CompiledType[];
}

const NO_CONTEXT: NameContext = { signs: new Set(), excludes: new Set(), byName: [] };

/** 1 for letters, digits and underscore: a value begins and ends where this changes. */
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) => (/\w/.test(String.fromCharCode(byte)) ? 1 : 0));

export class Scanner {
  readonly types: readonly CompiledType[];
  readonly starts: StartTable;
  readonly #atSign: readonly CompiledType[];
  readonly #names = new Map<string, NameContext>();

  /** @throws RangeError or SyntaxError for a document that cannot be compiled */
  constructor(documents: readonly DataTypeDocument[]) {
    this.types = documents.filter((document) => document.enabled).map(compileType);
    this.#atSign = this.types.filter((type) => type.trigger === 'at-sign');
    this.starts = new StartTable(this.types.filter((type) => type.trigger === 'anywhere'));
  }

  /** Hits in ascending order, at most {@link HITS_MAX}. */
  scan(bytes: Buffer, format: BodyFormat): Hit[] {
    const pass = new Pass(this, bytes);
    if (format === 'json' || format === 'ndjson') pass.scanJson();
    else pass.scanText(0, bytes.length, NO_CONTEXT);
    return pass.hits;
  }

  /** Hits in one decoded value, as byte offsets into its UTF-8 form, with the name it stands under. */
  scanValue(text: string, name: string): { readonly bytes: Buffer; readonly hits: Hit[] } {
    const bytes = Buffer.from(text, 'utf8');
    const pass = new Pass(this, bytes);
    pass.scanNamedValue(this.contextOf(name));
    return { bytes, hits: pass.hits };
  }

  get atSignTypes(): readonly CompiledType[] {
    return this.#atSign;
  }

  contextOf(name: string): NameContext {
    let context = this.#names.get(name);
    if (context === undefined) {
      context = this.#readName(name);
      // Names are the attacker's to choose: the table starts anew when it is full.
      if (this.#names.size >= NAMES_REMEMBERED_MAX) this.#names.clear();
      this.#names.set(name, context);
    }
    return context;
  }

  #readName(name: string): NameContext {
    const words = wordsOf(name);
    const signs = this.types.filter((type) => type.keys.hasAnyOf(words));
    const excludes = this.types.filter((type) => type.notKeys.hasAnyOf(words));
    if (signs.length === 0 && excludes.length === 0) return NO_CONTEXT;
    const byName = signs.filter((type) => type.trigger === 'by-name' && !excludes.includes(type));
    return { signs: new Set(signs), excludes: new Set(excludes), byName };
  }
}

class Pass {
  readonly hits: Hit[] = [];
  readonly #scanner: Scanner;
  readonly #bytes: Buffer;
  #latin1: string | undefined;
  #nextEscape = -1;
  #isJson = false;
  /** Nothing before this offset can begin a hit: it belongs to one already. */
  #taken = 0;

  constructor(scanner: Scanner, bytes: Buffer) {
    this.#scanner = scanner;
    this.#bytes = bytes;
  }

  get #text(): string {
    this.#latin1 ??= this.#bytes.toString('latin1');
    return this.#latin1;
  }

  scanJson(): void {
    this.#isJson = true;
    const bytes = this.#bytes;
    const end = bytes.length;
    let context = NO_CONTEXT;
    let i = 0;
    while (i < end) {
      const c = bytes[i]!;
      if (c === 0x22) {
        const start = i + 1;
        const stop = this.#closingQuote(start);
        i = stop + 1;
        let after = i;
        while (after < end && (bytes[after] === 0x20 || bytes[after] === 0x0a || bytes[after] === 0x0d)) after += 1;
        if (bytes[after] === 0x3a) {
          context =
            stop - start <= NAME_BYTES_MAX ? this.#scanner.contextOf(bytes.toString('utf8', start, stop)) : NO_CONTEXT;
          this.#scanSpan(start, stop, NO_CONTEXT);
          i = after + 1;
        } else this.#scanString(start, stop, context);
      } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
        const start = i;
        while (
          i < end &&
          ((bytes[i]! >= 0x2b && bytes[i]! <= 0x39) || (bytes[i]! | 0x20) === 0x65) &&
          bytes[i] !== 0x2c
        )
          i += 1;
        const before = this.hits.length;
        this.#scanSpan(start, i, context);
        if (context.byName.length > 0) this.#preferByName(before, start, i, context);
      } else i += 1;
    }
  }

  scanText(start: number, end: number, context: NameContext): void {
    this.#scanSpan(start, end, context);
  }

  scanNamedValue(context: NameContext): void {
    this.#scanSpan(0, this.#bytes.length, context);
    if (context.byName.length > 0) this.#preferByName(0, 0, this.#bytes.length, context);
  }

  #closingQuote(start: number): number {
    const bytes = this.#bytes;
    let i = bytes.indexOf(0x22, start);
    while (i !== -1) {
      let backslashes = 0;
      while (i - 1 - backslashes >= start && bytes[i - 1 - backslashes] === 0x5c) backslashes += 1;
      if (backslashes % 2 === 0) return i;
      i = bytes.indexOf(0x22, i + 1);
    }
    return bytes.length;
  }

  #scanString(start: number, stop: number, context: NameContext): void {
    const before = this.hits.length;
    this.#scanSpan(start, stop, context);
    if (context.byName.length > 0) this.#preferByName(before, start, stop, context);
    if (this.hits.length === before && this.#hidesAscii(start, stop)) this.#scanUnescaped(start, stop, context);
  }

  /** `\u0034` spells a digit that the pass over raw bytes does not see. */
  #hidesAscii(start: number, stop: number): boolean {
    // Looked for once in the whole text: searching from every string anew would be quadratic.
    while (this.#nextEscape < start) {
      const found = this.#bytes.indexOf('\\u00', start, 'latin1');
      this.#nextEscape = found === -1 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#nextEscape < stop;
  }

  #scanUnescaped(start: number, stop: number, context: NameContext): void {
    let decoded: string;
    try {
      decoded = JSON.parse(this.#bytes.toString('utf8', start - 1, stop + 1)) as string;
    } catch {
      return;
    }
    const pass = new Pass(this.#scanner, Buffer.from(decoded, 'utf8'));
    pass.scanNamedValue(context);
    // Offsets of the decoded text mean nothing in the raw one: the whole value is the hit.
    if (pass.hits.length > 0) this.#add(pass.hits[0]!.type, start, stop);
  }

  #scanSpan(start: number, end: number, context: NameContext): void {
    const bytes = this.#bytes;
    const { starts } = this.#scanner;
    let i = Math.max(start, this.#taken);
    while (i < end) {
      const c = bytes[i]!;
      const types = starts.typesAt(bytes, i);
      if (types !== undefined) {
        const stop = this.#tryTypes(types, i, start, end, context);
        if (stop > i) {
          i = stop;
          continue;
        }
      }
      if (c === 0x40 && this.#scanner.atSignTypes.length > 0) {
        const stop = this.#tryAtSign(i, start, end, context);
        if (stop > i) {
          i = stop;
          continue;
        }
      }
      i += 1;
      if (IS_WORD[c] === 1) while (i < end && IS_WORD[bytes[i]!] === 1) i += 1;
    }
  }

  #tryTypes(types: readonly CompiledType[], at: number, start: number, end: number, context: NameContext): number {
    const bytes = this.#bytes;
    for (const type of types) {
      for (const pattern of type.patterns) {
        if (!mayBegin(pattern, bytes, at, end)) continue;
        const stop = pattern.endFrom(this.#text, at);
        if (stop === -1 || stop > end || !this.#isWhole(at, stop, start, end)) continue;
        if (this.#isAccepted(type, at, stop, start, context)) {
          this.#add(type, at, stop);
          return stop;
        }
      }
    }
    return -1;
  }

  static readonly #LOCAL_PART_BYTES_MAX = 64;

  #tryAtSign(at: number, start: number, end: number, context: NameContext): number {
    const bytes = this.#bytes;
    const types = this.#scanner.atSignTypes;
    let from = at;
    const least = Math.max(start, this.#taken, at - Pass.#LOCAL_PART_BYTES_MAX);
    while (from > least && types.some((type) => type.patterns[0]!.allowed[0]![bytes[from - 1]!] === 1)) from -= 1;
    while (from < at && IS_WORD[bytes[from]!] === 0) from += 1;
    return from === at ? -1 : this.#tryTypes(types, from, start, end, context);
  }

  /** A type found in the whole value by its own form says more than the name; one found in a part of it says less. */
  #preferByName(before: number, start: number, stop: number, context: NameContext): void {
    if (this.hits.length === before + 1 && this.hits[before]!.start === start && this.hits[before]!.end === stop)
      return;
    const found = this.hits.splice(before);
    if (!this.#tryByName(start, stop, context)) this.hits.push(...found);
  }

  /** The whole value under a telling name. */
  #tryByName(start: number, stop: number, context: NameContext): boolean {
    for (const type of context.byName) {
      for (const pattern of type.patterns) {
        if (stop - start < pattern.charactersMin || pattern.endFrom(this.#text, start) !== stop) continue;
        if (type.validator !== undefined && !type.validator(this.#text.slice(start, stop))) continue;
        this.#add(type, start, stop);
        return true;
      }
    }
    return false;
  }

  /** A value is whole when no letter, digit or joined digit goes on at either end: a card is not the middle of an order number. */
  #isWhole(from: number, stop: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (from > start) {
      const before = bytes[from - 1]!;
      // A leading dash belongs to a PEM line or a negative number, which may follow anything.
      if (bytes[from] !== 0x2d && IS_WORD[before] === 1) return false;
      const isJoined = before === 0x2d || before === 0x2e || before === 0x2b;
      if (isJoined && from - 1 > start && IS_WORD[bytes[from - 2]!] === 1) return false;
    }
    if (stop < end) {
      const after = bytes[stop]!;
      if (IS_WORD[bytes[stop - 1]!] === 1 && IS_WORD[after] === 1) return false;
      const isJoined = after === 0x2d || after === 0x2e;
      if (isJoined && stop + 1 < end && IS_WORD[bytes[stop + 1]!] === 1) return false;
    }
    return true;
  }

  #isAccepted(type: CompiledType, at: number, stop: number, start: number, context: NameContext): boolean {
    if (context.excludes.has(type)) return false;
    if (type.validator !== undefined && !type.validator(this.#text.slice(at, stop))) return false;
    if (!type.isContextRequired) return true;
    return context.signs.has(type) || this.#isNear(type, at, start) || (!this.#isJson && this.#isNamedBefore(type, at));
  }

  #isNear(type: CompiledType, at: number, start: number): boolean {
    if (type.near.length === 0) return false;
    const before = this.#text.slice(Math.max(start, at - NEAR_BYTES), at).toLowerCase();
    return type.near.some((word) => before.includes(word));
  }

  /** `ssn=536228754`, `<ssn>536228754`, `SSN: 536228754`. */
  #isNamedBefore(type: CompiledType, at: number): boolean {
    const before = this.#text.slice(Math.max(0, at - NEAR_BYTES), at);
    const name = /([A-Za-z][\w .-]{0,40}?)["']?\s{0,2}[=:>]\s{0,2}["']?$/.exec(before)?.[1];
    return name !== undefined && type.keys.hasAnyOf(wordsOf(name));
  }

  #add(type: CompiledType, start: number, end: number): void {
    if (this.hits.length < HITS_MAX) this.hits.push({ type, start, end });
    this.#taken = end;
  }
}
