// The identifiers of a JSON body read off its bytes: what observe-body.ts keeps of the parsed value when it keeps identifiers
// only, without making the value.
// Invariants: of a body that this reads, both find the same, in the same order, under the same bounds. What takes more than a look at
// the bytes is left to the parser: names that stand twice in an object, look like numbers, or are very long, objects with very
// many, and very deep bodies.
import type { BodyView } from '../core/detector.ts';
import type { ObservedField } from '../core/observation.ts';
import { formatOf } from '../core/text-format.ts';
import {
  ARRAY,
  DECODED,
  END,
  IdentifierTokens,
  INTEGER,
  KIND,
  LEVEL,
  NODE,
  NUMBER,
  PLAIN,
  START,
  TEXT_BYTES_MAX,
  TOKEN_WORDS,
} from './identifier-tokens.ts';
import { DEPTH_MAX, FIELDS_MAX, HASHED_CHARS_MAX, ID_FORMATS, type SeenData } from './observe-bounds.ts';
import type { KeyedHash } from './observe-hash.ts';
import type { ObservedPlace } from './observed-place.ts';

export interface FoundIdentifiers {
  readonly fields: readonly ObservedField[];
  /** Elements of the largest array of objects; 0 without one. */
  readonly records: number;
}

/** Elements of the innermost array that is looked at stand one level below it. */
const LEVELS = DEPTH_MAX + 1;

/** Made when the first body is there to be read. */
let reader: IdentifierTokens | undefined;

/** Undefined when the body is no JSON, or has to be parsed. */
export function identifiersOf(
  body: BodyView,
  root: ObservedPlace,
  data: SeenData,
  hash: KeyedHash,
): FoundIdentifiers | undefined {
  if (body.bytes.length > TEXT_BYTES_MAX) return undefined;
  reader ??= new IdentifierTokens();
  const count = reader.read(body.bytes, root);
  return count === -1 ? undefined : new Found(body, data, hash).from(reader, count);
}

class Found {
  readonly #body: BodyView;
  readonly #data: SeenData;
  readonly #hash: KeyedHash;
  /** By level: the walk of a parsed value meets the outer levels first. */
  readonly #levels: (ObservedField[] | undefined)[] = [];
  /** By level: the longest array of objects by the number of fields of the level that were found before it. */
  #records: (number[] | undefined)[] | undefined;

  constructor(body: BodyView, data: SeenData, hash: KeyedHash) {
    this.#body = body;
    this.#data = data;
    this.#hash = hash;
  }

  from(reader: IdentifierTokens, count: number): FoundIdentifiers {
    const { tokens } = reader;
    const text = count === 0 ? '' : this.#body.latin1;
    for (let at = 0; at < count * TOKEN_WORDS; at += TOKEN_WORDS) {
      const level = tokens[at + LEVEL]!;
      const start = tokens[at + START]!;
      const end = tokens[at + END]!;
      const kind = tokens[at + KIND]!;
      if (kind === ARRAY) {
        this.#array(level, start);
        continue;
      }
      if (this.#isFull(level)) continue;
      const place = reader.placeOf(tokens[at + NODE]!);
      if (kind === PLAIN) this.#text(text.slice(start, end), place, level);
      else if (kind === INTEGER) this.#integer(text.slice(start, end), place, level);
      else if (kind === DECODED) {
        this.#text(JSON.parse(this.#body.bytes.toString('utf8', start - 1, end + 1)) as string, place, level);
      } else if (kind === NUMBER) {
        const value = Number(text.slice(start, end));
        if (Number.isSafeInteger(value)) this.#number(value, String(value), place, level);
      }
    }
    return this.#result();
  }

  #array(level: number, count: number): void {
    const before = this.#levels[level]?.length ?? 0;
    if (before >= FIELDS_MAX) return;
    this.#records ??= new Array(LEVELS).fill(undefined);
    let longest = this.#records[level];
    if (longest === undefined) {
      longest = [];
      this.#records[level] = longest;
    }
    while (longest.length <= before) longest.push(0);
    if (longest[before]! < count) longest[before] = count;
  }

  #text(text: string, place: ObservedPlace, level: number): void {
    const format = formatOf(text);
    if (!place.isNamedId && !(format !== undefined && ID_FORMATS.has(format))) return;
    const isHashed = text.length > 0 && text.length <= HASHED_CHARS_MAX;
    this.#push(level, {
      pointer: place.pointer,
      type: 'string',
      format,
      length: text.length,
      number: undefined,
      hash: isHashed ? this.#hash.of(text) : undefined,
      word: undefined,
    });
  }

  #integer(digits: string, place: ObservedPlace, level: number): void {
    let value = 0;
    for (let i = 0; i < digits.length; i++) value = value * 10 + digits.charCodeAt(i) - 0x30;
    this.#number(value, digits, place, level);
  }

  /** `text` is the value as JavaScript writes it. */
  #number(value: number, text: string, { pointer }: ObservedPlace, level: number): void {
    this.#push(level, {
      pointer,
      type: 'integer',
      format: undefined,
      length: undefined,
      number: this.#data.counts.length > 0 && this.#data.holds(pointer) ? undefined : value,
      hash: this.#hash.of(text),
      word: undefined,
    });
  }

  #push(level: number, field: ObservedField): void {
    const fields = this.#levels[level];
    if (fields !== undefined) {
      fields.push(field);
      return;
    }
    while (this.#levels.length < level) this.#levels.push(undefined);
    this.#levels[level] = [field];
  }

  /** What stands here and further out is as many as there may be. */
  #isFull(level: number): boolean {
    let count = 0;
    for (let i = Math.min(level, this.#levels.length - 1); i >= 0; i--) count += this.#levels[i]?.length ?? 0;
    return count >= FIELDS_MAX;
  }

  #result(): FoundIdentifiers {
    const all: ObservedField[] = [];
    let records = 0;
    for (let level = 0; level < LEVELS; level++) {
      const longest = this.#records?.[level];
      if (longest !== undefined)
        for (let before = 0; before < longest.length && all.length + before < FIELDS_MAX; before++)
          records = Math.max(records, longest[before]!);
      const fields = this.#levels[level];
      if (fields !== undefined) for (let i = 0; i < fields.length && all.length < FIELDS_MAX; i++) all.push(fields[i]!);
    }
    return { fields: all, records };
  }
}
