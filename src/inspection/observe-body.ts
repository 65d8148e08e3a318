// The fields of a body as learning sees them: pointer with array positions as `*`, type, format, length, number, hash, word.
// Invariants: at most FIELDS_MAX fields; no recursion; values leave only as hashes, numbers, lengths, and as short words of
// places where no sensitive value was found.
import type { BodyView } from '../core/detector.ts';
import type { ObservedBody, ObservedField, ObservedType } from '../core/observation.ts';
import { formatOf } from '../core/text-format.ts';
import { decodePairs } from '../decoding/target.ts';
import {
  DEPTH_MAX,
  ELEMENTS_MAX,
  FIELDS_MAX,
  HASHED_CHARS_MAX,
  ID_FORMATS,
  KEYS_MAX,
  POINTER_CHARS_MAX,
  type SeenData,
  WORD,
} from './observe-bounds.ts';
import { readBody } from './observe-bytes.ts';
import type { KeyedHash } from './observe-hash.ts';
import { ObservedPlace } from './observed-place.ts';

/** Elements of an array that are looked at whole; of those behind them only identifiers are. */
const WHOLE_ELEMENTS_MAX = 3;
/** Larger bodies are read only in part, or not at all. */
const BODY_BYTES_MAX = 65_536;
const FORM_PAIRS_MAX = 200;

/** Of all bodies in this process: their places are a function of names alone. */
let root = new ObservedPlace();

/** `whole: false` keeps identifiers only. */
export function observeBody(body: BodyView, data: SeenData, hash: KeyedHash, whole: boolean): ObservedBody {
  if (body.format !== 'json' || body.bytes.length > BODY_BYTES_MAX) return observeDecoded(body, data, hash, whole);
  root = root.fresh;
  const read = readBody(body, root, data, hash, whole);
  if (read === undefined) return observeDecoded(body, data, hash, whole);
  return {
    mediaType: body.mediaType,
    fields: read.fields,
    records: Math.max(read.records, 1),
    dataTypes: data.counts,
    isTruncated: read.isTruncated,
  };
}

/** The same of the decoded value, whatever the body is. */
export function observeDecoded(body: BodyView, data: SeenData, hash: KeyedHash, whole: boolean): ObservedBody {
  const value = decodedValue(body);
  if (value === undefined) {
    const isEmpty = body.format === 'empty';
    return { mediaType: body.mediaType, fields: [], records: 0, dataTypes: data.counts, isTruncated: !isEmpty };
  }
  const walk = new Walk(data, hash, whole);
  walk.from(value);
  return {
    mediaType: body.mediaType,
    fields: walk.fields,
    records: Math.max(walk.records, 1),
    dataTypes: data.counts,
    isTruncated: walk.isTruncated || !whole,
  };
}

function decodedValue(body: BodyView): unknown {
  if (body.bytes.length > BODY_BYTES_MAX) return undefined;
  if (body.format === 'form') {
    try {
      return Object.fromEntries(decodePairs(body.bytes.toString('utf8'), FORM_PAIRS_MAX));
    } catch {
      return undefined;
    }
  }
  return body.json();
}

interface Open {
  readonly value: unknown;
  readonly place: ObservedPlace;
  readonly depth: number;
  readonly isWhole: boolean;
}

class Walk {
  readonly fields: ObservedField[] = [];
  records = 0;
  isTruncated = false;
  readonly #data: SeenData;
  readonly #hash: KeyedHash;
  readonly #isWhole: boolean;

  constructor(data: SeenData, hash: KeyedHash, isWhole: boolean) {
    this.#data = data;
    this.#hash = hash;
    this.#isWhole = isWhole;
  }

  from(value: unknown): void {
    root = root.fresh;
    // A queue, so that the outer fields are known before the bound is met inside.
    const open: Open[] = [{ value, place: root, depth: 0, isWhole: this.#isWhole }];
    for (let next = 0; next < open.length; next++) {
      if (this.fields.length >= FIELDS_MAX) {
        this.isTruncated = true;
        return;
      }
      this.#visit(open[next]!, open);
    }
  }

  #visit({ value, place, depth, isWhole }: Open, open: Open[]): void {
    if (typeof value !== 'object' || value === null) {
      this.#scalar(value, place, isWhole);
      return;
    }
    const { pointer } = place;
    const isArray = Array.isArray(value);
    if (isWhole) this.#add(pointer, isArray ? 'array' : 'object', undefined, isArray ? value.length : undefined);
    if (depth >= DEPTH_MAX || pointer.length > POINTER_CHARS_MAX) {
      this.isTruncated = true;
      return;
    }
    if (isArray) {
      this.#elements(value, place.elements(), depth, isWhole, open);
      return;
    }
    let keys = 0;
    for (const key in value) {
      if (++keys > KEYS_MAX || this.fields.length >= FIELDS_MAX) {
        this.isTruncated = true;
        return;
      }
      const child = (value as Record<string, unknown>)[key];
      const at = place.member(key);
      if (typeof child === 'object' && child !== null)
        open.push({ value: child, place: at, depth: depth + 1, isWhole });
      else this.#scalar(child, at, isWhole);
    }
  }

  #elements(value: readonly unknown[], place: ObservedPlace, depth: number, isWhole: boolean, open: Open[]): void {
    if (typeof value[0] === 'object' && value[0] !== null) this.records = Math.max(this.records, value.length);
    const count = Math.min(value.length, ELEMENTS_MAX);
    for (let i = 0; i < count; i++) {
      open.push({ value: value[i], place, depth: depth + 1, isWhole: isWhole && i < WHOLE_ELEMENTS_MAX });
    }
  }

  #scalar(value: unknown, place: ObservedPlace, isWhole: boolean): void {
    const { pointer } = place;
    if (typeof value === 'string') {
      const format = formatOf(value);
      if (!isWhole && !place.isNamedId && !(format !== undefined && ID_FORMATS.has(format))) return;
      const isHashed = value.length > 0 && value.length <= HASHED_CHARS_MAX;
      const word = isWhole && !place.isPrivate && WORD.test(value) && !this.#data.holds(pointer) ? value : undefined;
      this.#push(pointer, 'string', format, value.length, undefined, isHashed ? this.#hash.of(value) : undefined, word);
    } else if (typeof value === 'number') {
      const isInteger = Number.isSafeInteger(value);
      if (!isWhole && !(isInteger && place.isNamedId)) return;
      const number = this.#data.counts.length > 0 && this.#data.holds(pointer) ? undefined : value;
      const hash = isInteger ? this.#hash.of(String(value)) : undefined;
      this.#push(pointer, isInteger ? 'integer' : 'number', undefined, undefined, number, hash, undefined);
    } else if (isWhole) this.#add(pointer, typeof value === 'boolean' ? 'boolean' : 'null', undefined, undefined);
  }

  #add(pointer: string, type: ObservedType, format: string | undefined, length: number | undefined): void {
    this.#push(pointer, type, format, length, undefined, undefined, undefined);
  }

  #push(
    pointer: string,
    type: ObservedType,
    format: string | undefined,
    length: number | undefined,
    number: number | undefined,
    hash: string | undefined,
    word: string | undefined,
  ): void {
    if (this.fields.length >= FIELDS_MAX) this.isTruncated = true;
    else this.fields.push({ pointer, type, format, length, number, hash, word });
  }
}
