// What a JSON body is observed for, read off its bytes: what observe-body.ts finds in the parsed value, without making the value.
// Invariants: of a body that this reads, both find the same, in the same order, under the same bounds. What takes more than a look at
// the bytes is left to the parser: names that stand twice in an object, look like numbers, or are very long, objects with very
// many, very deep bodies, and whole ones with more fields than are kept.
import type { BodyView } from '../core/detector.ts';
import type { ObservedField, ObservedType } from '../core/observation.ts';
import { formatOf } from '../core/text-format.ts';
import {
  ARRAY,
  DECODED,
  END,
  IdentifierTokens,
  INTEGER,
  KIND,
  KINDS,
  LEVEL,
  LITERAL,
  NODE,
  NUMBER,
  OBJECT,
  PLAIN,
  RECORDS,
  START,
  TEXT_BYTES_MAX,
  TOKEN_WORDS,
  WHOLE,
} from './identifier-tokens.ts';
import { DEPTH_MAX, FIELDS_MAX, HASHED_CHARS_MAX, ID_FORMATS, type SeenData, WORD } from './observe-bounds.ts';
import type { KeyedHash } from './observe-hash.ts';
import type { ObservedPlace } from './observed-place.ts';

export interface ReadBody {
  readonly fields: readonly ObservedField[];
  /** Elements of the largest array of objects; 0 without one. */
  readonly records: number;
  readonly isTruncated: boolean;
}

/** Elements of the innermost array that is looked at stand one level below it. */
const LEVELS = DEPTH_MAX + 1;

const LETTER_N = 0x6e;

/** Made when the first body is there to be read. */
let reader: IdentifierTokens | undefined;

/** Undefined when the body is no JSON, or has to be parsed. */
export function readBody(
  body: BodyView,
  root: ObservedPlace,
  data: SeenData,
  hash: KeyedHash,
  whole: boolean,
): ReadBody | undefined {
  if (body.bytes.length > TEXT_BYTES_MAX) return undefined;
  reader ??= new IdentifierTokens();
  const count = reader.read(body.bytes, root, whole);
  if (count === -1 || (whole && count >= FIELDS_MAX)) return undefined;
  const found = new Found(body, data, hash);
  found.take(reader, count);
  return found.result(!whole || reader.wasCut);
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

  take(reader: IdentifierTokens, count: number): void {
    const { tokens } = reader;
    const text = count === 0 ? '' : this.#body.latin1;
    for (let at = 0; at < count * TOKEN_WORDS; at += TOKEN_WORDS) {
      const level = tokens[at + LEVEL]!;
      const start = tokens[at + START]!;
      const end = tokens[at + END]!;
      const kind = tokens[at + KIND]!;
      if ((kind & RECORDS) !== 0) this.#array(level, start);
      if (this.#isFull(level)) continue;
      const place = reader.placeOf(tokens[at + NODE]!);
      const isWhole = (kind & WHOLE) !== 0;
      switch (kind & KINDS) {
        case PLAIN:
          this.#text(text.slice(start, end), place, level, isWhole);
          break;
        case DECODED:
          this.#text(
            JSON.parse(this.#body.bytes.toString('utf8', start - 1, end + 1)) as string,
            place,
            level,
            isWhole,
          );
          break;
        case INTEGER:
          this.#integer(text.slice(start, end), place, level);
          break;
        case NUMBER: {
          const value = Number(text.slice(start, end));
          if (Number.isSafeInteger(value)) this.#number(value, String(value), place, level);
          else if (isWhole) this.#number(value, undefined, place, level);
          break;
        }
        case ARRAY:
          if (isWhole) this.#plain('array', start, place, level);
          break;
        case OBJECT:
          this.#plain('object', undefined, place, level);
          break;
        case LITERAL:
          this.#plain(start === LETTER_N ? 'null' : 'boolean', undefined, place, level);
          break;
        default:
      }
    }
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

  #text(text: string, place: ObservedPlace, level: number, isWhole: boolean): void {
    const format = formatOf(text);
    if (!isWhole && !place.isNamedId && !(format !== undefined && ID_FORMATS.has(format))) return;
    const isHashed = text.length > 0 && text.length <= HASHED_CHARS_MAX;
    const isWord = isWhole && !place.isPrivate && WORD.test(text) && !this.#data.holds(place.pointer);
    this.#push(level, {
      pointer: place.pointer,
      type: 'string',
      format,
      length: text.length,
      number: undefined,
      hash: isHashed ? this.#hash.of(text) : undefined,
      word: isWord ? text : undefined,
    });
  }

  #integer(digits: string, place: ObservedPlace, level: number): void {
    let value = 0;
    for (let i = 0; i < digits.length; i++) value = value * 10 + digits.charCodeAt(i) - 0x30;
    this.#number(value, digits, place, level);
  }

  /** `text` is an integer as JavaScript writes it; of other numbers there is none. */
  #number(value: number, text: string | undefined, { pointer }: ObservedPlace, level: number): void {
    this.#push(level, {
      pointer,
      type: text === undefined ? 'number' : 'integer',
      format: undefined,
      length: undefined,
      number: this.#data.counts.length > 0 && this.#data.holds(pointer) ? undefined : value,
      hash: text === undefined ? undefined : this.#hash.of(text),
      word: undefined,
    });
  }

  #plain(type: ObservedType, length: number | undefined, { pointer }: ObservedPlace, level: number): void {
    this.#push(level, {
      pointer,
      type,
      format: undefined,
      length,
      number: undefined,
      hash: undefined,
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

  result(isTruncated: boolean): ReadBody {
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
    return { fields: all, records, isTruncated };
  }
}
