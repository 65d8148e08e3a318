// From names to places: a value's key without prefix, and the shard it lives on. An owner becomes 128 bits of SHA-256, so that
// no client's text and no secret stands in a key, keys have one length, and owners spread evenly over the shards.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Fault } from '../core/fault.ts';
import { FIELD_CHARS_MAX, OWNER_CHARS_MAX, type StoreKey } from '../core/store.ts';

/** Hash tags in Redis. Part of the schema: another number would look for every value in another place. */
export const SHARDS = 32;

export type ValueKind = 'counters' | 'histogram' | 'distinct' | 'members' | 'index' | 'feed';

/** Values of one key and different kinds do not meet. */
const LETTERS: Record<ValueKind, string> = {
  counters: 'c',
  histogram: 'h',
  distinct: 'u',
  members: 's',
  index: 'z',
  feed: 'f',
};
export const VALUE_KINDS = Object.keys(LETTERS) as readonly ValueKind[];

export interface Place {
  /** `c:endpoint:hc0mYcoN6RHZo7nVQp1qVw:status.493124` */
  readonly text: string;
  readonly shard: number;
}

export function placeOf(kind: ValueKind, key: StoreKey): Place {
  if (!isWord(key.space) || !isWord(key.name)) {
    throw new Fault('STORE_KEY', 'gateway', 500, `\`${key.space}\` and \`${key.name}\` are to be plain words`);
  }
  const owner = ownerOf(key.owner);
  return { text: `${LETTERS[kind]}:${key.space}:${owner.digest}:${key.name}`, shard: owner.shard };
}

/** Where a document is: `d:incident:<digest of its id>`. */
export function placeOfDocument(kind: string, id: string): Place & { readonly digest: string; readonly id: string } {
  if (!isWord(kind)) throw new Fault('STORE_KEY', 'gateway', 500, `\`${kind}\` is to be a plain word`);
  const stored = storable(id);
  const { digest, shard } = ownerOf(stored);
  return { text: `d:${kind}:${digest}`, shard, digest, id: stored };
}

/** Text as every store gives it back: the file ends a text at its first NUL, which is therefore written as U+2400. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}

/** A field or member as it is stored: whole, or its beginning and a digest of the whole. */
export function boundedText(text: string): string {
  if (text.length <= FIELD_CHARS_MAX) return storable(text);
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return `${storable(text.slice(0, FIELD_CHARS_MAX - 23))}~${digest}`;
}

function isWord(text: string): boolean {
  return /^[\w.:-]{1,64}$/.test(text);
}

interface Owner {
  readonly digest: string;
  readonly shard: number;
}

const OWNERS_REMEMBERED = 20_000;
const owners = new LRUCache<string, Owner>({ max: OWNERS_REMEMBERED });

function ownerOf(text: string): Owner {
  const known = owners.get(text);
  if (known !== undefined) return known;
  if (text.length > OWNER_CHARS_MAX) throw new Fault('STORE_KEY', 'gateway', 500, 'the owner of a value is too long');
  const hash = createHash('sha256').update(text).digest();
  const owner = { digest: hash.toString('base64url', 0, 16), shard: hash[31]! % SHARDS };
  owners.set(text, owner);
  return owner;
}
