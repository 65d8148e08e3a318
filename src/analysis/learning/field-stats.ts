// The schema of one kind of body, as counters: fields with types, formats, lengths, numbers and words.
// Invariants: at most FIELDS_MAX fields, the rest is counted; every part merges by addition or union; a value is normal only
// from PRINCIPALS_MIN principals over HOURS_MIN hours, so that nobody teaches it alone or at once.
import type { LearnedField, LearnedRange, LearnedSchema } from '../../core/learned-endpoint.ts';
import type { ObservedClaim, ObservedField, ObservedType } from '../../core/observation.ts';
import { type Counts, fade, Histogram, RunCounts, totalOf } from './counts.ts';
import { Smallest } from './smallest.ts';

const FIELDS_MAX = 500;
const WORDS_MAX = 32;
/** More than there are. */
const TYPES_MAX = 8;
const FORMATS_MAX = 12;
const MEDIA_TYPES_MAX = 8;
const CLAIMS_MAX = 8;
export const PRINCIPALS_MIN = 3;
export const HOURS_MIN = 5;
const FORMAT_SHARE_MIN = 0.99;
const OWNER_FIELD_SAMPLES_MIN = 30;

export interface FieldStats {
  readonly types: RunCounts<ObservedType>;
  readonly formats: RunCounts<string>;
  readonly principals: Smallest;
  readonly hours: Smallest;
  /** Bodies that had it. */
  present: number;
  strings: number;
  lengths: Histogram | undefined;
  numbers: Histogram | undefined;
  negatives: number;
  /** Words, each with the principals that used it; undefined once there are too many. */
  words: ReadonlyMap<string, Smallest> | undefined;
  wordless: number;
  /** A few: how often the field was there together with a claim, and how often they were equal. */
  claims: ClaimCount[] | undefined;
  /** Number of the body that was counted last. */
  stamp: number;
}

interface ClaimCount {
  readonly claim: string;
  together: number;
  equal: number;
}

/** Of fields without a word so far; never written to. */
const NO_WORDS: ReadonlyMap<string, Smallest> = new Map();

export interface Sample {
  readonly principal: number;
  readonly hour: number;
  /** Those that name somebody: no words, and not the token itself. */
  readonly claims: readonly ObservedClaim[];
}

/** Of what never had a body; never written to. */
const NO_FIELDS = new Map<string, FieldStats>();

export class SchemaStats {
  #fields = NO_FIELDS;
  readonly #mediaTypes = new RunCounts<string>(MEDIA_TYPES_MAX);
  samples = 0;
  fieldsRefused = 0;
  #stamp = 0;

  get mediaTypes(): Counts<string> {
    return this.#mediaTypes.counts;
  }

  get fields(): ReadonlyMap<string, FieldStats> {
    return this.#fields;
  }

  put(pointer: string, stats: FieldStats): void {
    if (this.#fields === NO_FIELDS) this.#fields = new Map();
    this.#fields.set(pointer, stats);
  }

  /** `isPartial` bodies say nothing about what is absent. */
  add(mediaType: string, fields: readonly ObservedField[], isPartial: boolean, sample: Sample): void {
    this.#mediaTypes.add(mediaType);
    if (isPartial && this.samples > 0) return;
    this.samples += 1;
    this.#stamp += 1;
    for (const field of fields) {
      let stats = this.fields.get(field.pointer);
      if (stats === undefined) {
        if (this.fields.size >= FIELDS_MAX) {
          this.fieldsRefused += 1;
          continue;
        }
        stats = emptyField();
        this.put(field.pointer, stats);
      }
      if (stats.stamp !== this.#stamp) {
        stats.stamp = this.#stamp;
        stats.present += 1;
        stats.principals.add(sample.principal);
        stats.hours.add(sample.hour);
      }
      addField(stats, field, sample);
    }
  }

  merge(other: SchemaStats): void {
    this.samples += other.samples;
    this.fieldsRefused += other.fieldsRefused;
    this.#mediaTypes.merge(other.#mediaTypes);
    for (const [pointer, from] of other.fields) {
      let into = this.fields.get(pointer);
      if (into === undefined) {
        if (this.fields.size >= FIELDS_MAX) {
          this.fieldsRefused += from.present;
          continue;
        }
        into = emptyField();
        this.put(pointer, into);
      }
      mergeField(into, from);
    }
  }

  fade(factor: number): void {
    this.samples *= factor;
    fade(this.mediaTypes, factor);
    for (const [pointer, stats] of this.#fields) {
      stats.present *= factor;
      if (stats.present < 0.25) {
        this.#fields.delete(pointer);
        continue;
      }
      stats.strings *= factor;
      stats.wordless *= factor;
      stats.negatives *= factor;
      fade(stats.types.counts, factor);
      fade(stats.formats.counts, factor);
      if (stats.lengths !== undefined) fade(stats.lengths.buckets, factor);
      if (stats.numbers !== undefined) fade(stats.numbers.buckets, factor);
    }
  }

  learned(): LearnedSchema {
    const fields = [...this.fields].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      samples: Math.round(this.samples),
      mediaTypes: [...this.mediaTypes.keys()].filter((type) => type !== '').sort(),
      fields: fields.map(([pointer, stats]) => this.#learnedField(pointer, stats)),
      fieldsRefused: this.fieldsRefused,
    };
  }

  ownerFields(): (readonly [string, string])[] {
    const owners: (readonly [string, string])[] = [];
    for (const [pointer, { claims }] of this.fields) {
      for (const { claim, together, equal } of claims ?? []) {
        if (together >= OWNER_FIELD_SAMPLES_MIN && equal === together) owners.push([pointer, claim]);
      }
    }
    return owners.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #learnedField(pointer: string, stats: FieldStats): LearnedField {
    const [format] = [...stats.formats.counts].sort((a, b) => b[1] - a[1]);
    const words = stats.wordless === 0 ? stats.words : undefined;
    const isShared = words !== undefined && [...words.values()].every((who) => who.values.length >= PRINCIPALS_MIN);
    return {
      pointer,
      types: [...stats.types.counts.keys()].sort(),
      format: format !== undefined && format[1] >= FORMAT_SHARE_MIN * stats.strings ? format[0] : undefined,
      isRequired: totalOf(stats.types.counts) >= this.#timesOfParent(pointer) - 1e-6,
      length: stats.lengths === undefined ? undefined : rangeOf(stats.lengths),
      number: stats.numbers === undefined ? undefined : rangeOf(stats.numbers),
      words: isShared && words.size > 0 && stats.present >= 5 * words.size ? [...words.keys()].sort() : undefined,
      isNormal: stats.principals.values.length >= PRINCIPALS_MIN && stats.hours.values.length >= HOURS_MIN,
    };
  }

  /** How often the object was there that a field is in; a path that was left out stands for its own parent. */
  #timesOfParent(pointer: string): number {
    let parent = pointer.slice(0, pointer.lastIndexOf('/'));
    while (parent !== '') {
      const stats = this.fields.get(parent);
      if (stats !== undefined) return totalOf(stats.types.counts);
      parent = parent.slice(0, parent.lastIndexOf('/'));
    }
    return this.samples;
  }
}

export function rangeOf(histogram: Histogram): LearnedRange {
  return {
    p50: histogram.quantile(0.5),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    count: Math.round(histogram.count),
  };
}

function addField(stats: FieldStats, field: ObservedField, sample: Sample): void {
  const { type, format, length, word } = field;
  stats.types.add(type);
  if (type === 'string') {
    stats.strings += 1;
    if (format !== undefined) stats.formats.add(format);
    if (word === undefined) stats.wordless += 1;
    else addWord(stats, word, sample.principal);
  }
  if (length !== undefined) {
    stats.lengths ??= new Histogram();
    stats.lengths.add(length);
  }
  if (field.number !== undefined) {
    stats.numbers ??= new Histogram();
    stats.numbers.add(Math.abs(field.number));
    if (field.number < 0) stats.negatives += 1;
  }
  if (field.hash === undefined || field.word !== undefined) return;
  for (const { name, hash } of sample.claims) {
    const known = claimOf(stats, name);
    const isEqual = hash === field.hash ? 1 : 0;
    if (known !== undefined) {
      known.together += 1;
      known.equal += isEqual;
    } else if ((stats.claims?.length ?? 0) < CLAIMS_MAX) addClaim(stats, { claim: name, together: 1, equal: isEqual });
  }
}

function claimOf({ claims }: FieldStats, name: string): ClaimCount | undefined {
  if (claims !== undefined) for (const one of claims) if (one.claim === name) return one;
  return undefined;
}

function addClaim(stats: FieldStats, count: ClaimCount): void {
  if (stats.claims === undefined) stats.claims = [count];
  else stats.claims.push(count);
}

function addWord(stats: FieldStats, word: string, principal: number): void {
  if (stats.words === undefined) return;
  let who = stats.words.get(word);
  if (who === undefined) {
    who = new Smallest(PRINCIPALS_MIN);
    setWord(stats, stats.words, word, who);
  }
  who.add(principal);
}

/** Of too many words none is kept. */
function setWord(stats: FieldStats, words: ReadonlyMap<string, Smallest>, word: string, who: Smallest): void {
  if (words.size >= WORDS_MAX && !words.has(word)) {
    stats.words = undefined;
    return;
  }
  const own = words === NO_WORDS ? new Map<string, Smallest>() : (words as Map<string, Smallest>);
  own.set(word, who);
  stats.words = own;
}

function mergeField(into: FieldStats, from: FieldStats): void {
  into.present += from.present;
  into.strings += from.strings;
  into.negatives += from.negatives;
  into.wordless += from.wordless;
  into.types.merge(from.types);
  into.formats.merge(from.formats);
  into.principals.merge(from.principals);
  into.hours.merge(from.hours);
  if (from.lengths !== undefined) {
    into.lengths ??= new Histogram();
    into.lengths.merge(from.lengths);
  }
  if (from.numbers !== undefined) {
    into.numbers ??= new Histogram();
    into.numbers.merge(from.numbers);
  }
  if (from.words === undefined) into.words = undefined;
  for (const [word, who] of from.words ?? []) {
    if (into.words === undefined) break;
    const known = into.words.get(word) ?? new Smallest(PRINCIPALS_MIN);
    known.merge(who);
    setWord(into, into.words, word, known);
  }
  for (const { claim, together, equal } of from.claims ?? []) {
    const known = claimOf(into, claim);
    if (known === undefined) addClaim(into, { claim, together, equal });
    else {
      known.together += together;
      known.equal += equal;
    }
  }
}

/** A word that was kept: of whom. */
export function keepWord(stats: FieldStats, word: string, who: Smallest): void {
  if (stats.words !== undefined) setWord(stats, stats.words, word, who);
}

export function emptyField(): FieldStats {
  return {
    types: new RunCounts(TYPES_MAX),
    formats: new RunCounts(FORMATS_MAX),
    principals: new Smallest(PRINCIPALS_MIN),
    hours: new Smallest(HOURS_MIN),
    present: 0,
    strings: 0,
    lengths: undefined,
    numbers: undefined,
    negatives: 0,
    words: NO_WORDS,
    wordless: 0,
    claims: undefined,
    stamp: 0,
  };
}
