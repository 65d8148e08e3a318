// What comes out of a store is another's word: a person, another version, or another program may have written it. Every value
// is checked for its kind and size here; what fails is left out and counted, and never thrown.

import { BUCKET_MAX, BUCKET_ZERO } from '../core/log-buckets.ts';
import {
  DOCUMENT_BYTES_MAX,
  ENTRY_BYTES_MAX,
  FIELD_CHARS_MAX,
  OWNER_CHARS_MAX,
  type RankedMember,
  type StoredDocument,
} from '../core/store.ts';
import type { Tally } from './tally.ts';

/** Field, number, field, number … */
export function checkedCounters(flat: unknown, tally: Tally): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const [field, count] of pairs(flat, tally)) {
    const number = wholeNumber(count);
    if (isText(field) && number !== undefined) counters.set(field, number);
    else tally.ignored += 1;
  }
  return counters;
}

export function checkedBuckets(flat: unknown, tally: Tally): ReadonlyMap<number, number> {
  const buckets = new Map<number, number>();
  for (const [field, count] of pairs(flat, tally)) {
    const bucket = wholeNumber(field);
    const number = wholeNumber(count);
    const isBucket = bucket !== undefined && bucket >= BUCKET_ZERO && bucket <= BUCKET_MAX;
    if (isBucket && number !== undefined && number >= 0) buckets.set(bucket, number);
    else tally.ignored += 1;
  }
  return buckets;
}

export function checkedScores(flat: unknown, tally: Tally): readonly RankedMember[] {
  const ranked: RankedMember[] = [];
  for (const [member, written] of pairs(flat, tally)) {
    const score = typeof written === 'string' && written !== '' ? Number(written) : written;
    if (isText(member) && typeof score === 'number' && Number.isFinite(score)) ranked.push({ member, score });
    else tally.ignored += 1;
  }
  return ranked;
}

export function checkedMembers(list: unknown, tally: Tally): readonly string[] {
  return listOf(list, tally).filter((member): member is string => isText(member) || ignore(tally));
}

export function checkedEntries(list: unknown, tally: Tally): readonly string[] {
  const isEntry = (entry: unknown): entry is string => typeof entry === 'string' && entry.length <= ENTRY_BYTES_MAX;
  return listOf(list, tally).filter((entry): entry is string => isEntry(entry) || ignore(tally));
}

export function checkedDocument(
  id: unknown,
  version: unknown,
  json: unknown,
  tally: Tally,
): StoredDocument | undefined {
  const number = wholeNumber(version);
  const isDocument =
    typeof id === 'string' && id.length <= OWNER_CHARS_MAX && number !== undefined && number > 0 && isJson(json);
  if (isDocument) {
    try {
      return { id, version: number, value: JSON.parse(json) as unknown };
    } catch {
      // Counted below.
    }
  }
  tally.ignored += 1;
  return undefined;
}

function isJson(json: unknown): json is string {
  return typeof json === 'string' && json.length <= DOCUMENT_BYTES_MAX;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= FIELD_CHARS_MAX;
}

function wholeNumber(written: unknown): number | undefined {
  const number = typeof written === 'string' && /^-?\d{1,16}$/.test(written) ? Number(written) : written;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

function* pairs(flat: unknown, tally: Tally): Generator<readonly [unknown, unknown]> {
  const list = listOf(flat, tally);
  for (let i = 0; i + 1 < list.length; i += 2) yield [list[i], list[i + 1]];
}

function listOf(list: unknown, tally: Tally): readonly unknown[] {
  if (Array.isArray(list)) return list;
  tally.ignored += 1;
  return [];
}

function ignore(tally: Tally): false {
  tally.ignored += 1;
  return false;
}
