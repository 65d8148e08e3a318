// Writes that wait for the next flush. Those to the same field become one, so what is popular costs one write a flush, however
// often it happens. Bounded in values and bytes: what still adds to a value that waits already is taken, what is new is not.
import { ENTRY_BYTES_MAX, type Keep, type StoreKey } from '../core/store.ts';
import { boundedText, placeOf, SHARDS, storable, type ValueKind } from './keys.ts';
import type { Tally } from './tally.ts';

export interface PendingBounds {
  readonly valuesMax: number;
  /** As estimated: the texts, and 100 bytes for each value. */
  readonly bytesMax: number;
}

export const PENDING_BOUNDS: PendingBounds = { valuesMax: 200_000, bytesMax: 16_777_216 };

/** The largest a value may be told to become. */
export const SIZE_MAX = 65_536;

/** Everything that waits for one value. */
export interface PendingValue {
  readonly kind: ValueKind;
  readonly place: string;
  /** 0 leaves the expiry as it is: nothing but taking away waits. */
  ttlMs: number;
  sizeMax: number;
  /** Field → what to add, member → score; undefined takes a member away. A feed's entries are keyed by their order. */
  readonly items: Map<string, Item>;
}
export type Item = number | string | undefined;

const VALUE_OVERHEAD_BYTES = 100;
const KEY_OVERHEAD_BYTES = 300;

export class Pending {
  size = 0;
  #bytes = 0;
  #entries = 0;
  readonly #bounds: PendingBounds;
  readonly #tally: Tally;
  readonly #shards = Array.from({ length: SHARDS }, () => new Map<string, PendingValue>());

  constructor(tally: Tally, bounds: PendingBounds = PENDING_BOUNDS) {
    this.#tally = tally;
    this.#bounds = bounds;
  }

  /** Adds to a number that may wait already. */
  add(kind: 'counters' | 'histogram', key: StoreKey, field: string, by: number, keep: Keep): boolean {
    return this.#put(kind, key, boundedText(field), keep, (before) => sum(before, by));
  }

  /** The latest item wins. */
  set(kind: 'distinct' | 'members' | 'index', key: StoreKey, member: string, item: Item, keep: Keep): boolean {
    return this.#put(kind, key, boundedText(member), keep, () => item);
  }

  /** Takes a member of an index away; what is known of its bounds stays. */
  unset(key: StoreKey, member: string): boolean {
    return this.#put('index', key, boundedText(member), undefined, () => undefined);
  }

  append(key: StoreKey, entry: string, keep: Keep): boolean {
    if (Buffer.byteLength(entry) > ENTRY_BYTES_MAX) {
      this.#tally.refused += 1;
      return false;
    }
    this.#entries += 1;
    return this.#put('feed', key, `${this.#entries}`, keep, () => storable(entry));
  }

  /** Takes up to `valuesMax` values of a shard out. */
  take(shard: number, valuesMax: number): readonly PendingValue[] {
    const waiting = this.#shards[shard]!;
    const taken: PendingValue[] = [];
    let room = valuesMax;
    for (const [place, value] of waiting) {
      if (room <= 0) break;
      const part = value.items.size <= room ? value : firstOf(value, room);
      if (part === value) {
        waiting.delete(place);
        this.#bytes -= KEY_OVERHEAD_BYTES + place.length;
      }
      room -= part.items.size;
      this.size -= part.items.size;
      for (const [field, item] of part.items) this.#bytes -= costOf(field, item);
      taken.push(part);
    }
    return taken;
  }

  isEmpty(shard: number): boolean {
    return this.#shards[shard]!.size === 0;
  }

  #put(kind: ValueKind, key: StoreKey, field: string, keep: Keep | undefined, next: (before: Item) => Item): boolean {
    const place = placeOf(kind, key);
    const shard = this.#shards[place.shard]!;
    let value = shard.get(place.text);
    if (value === undefined) {
      if (!this.#hasRoom()) return this.#drop();
      value = { kind, place: place.text, ttlMs: 0, sizeMax: SIZE_MAX, items: new Map() };
      shard.set(place.text, value);
      this.#bytes += KEY_OVERHEAD_BYTES + place.text.length;
    }
    if (keep !== undefined) {
      value.ttlMs = Math.max(1, Math.ceil(keep.ttlMs));
      value.sizeMax = Math.min(Math.max(1, keep.sizeMax), SIZE_MAX);
    }
    const before = value.items.get(field);
    if (before === undefined && !value.items.has(field)) {
      if (!this.#hasRoom()) return this.#drop();
      this.size += 1;
      this.#bytes += costOf(field, next(undefined));
    }
    value.items.set(field, next(before));
    if (kind === 'feed' && value.items.size > value.sizeMax) this.#forgetOldest(value);
    return true;
  }

  /** The feed would let it go anyway. */
  #forgetOldest(value: PendingValue): void {
    const [field, item] = value.items.entries().next().value!;
    value.items.delete(field);
    this.size -= 1;
    this.#bytes -= costOf(field, item);
  }

  #hasRoom(): boolean {
    return this.size < this.#bounds.valuesMax && this.#bytes < this.#bounds.bytesMax;
  }

  #drop(): false {
    this.#tally.dropped += 1;
    return false;
  }
}

function sum(before: Item, by: number): number {
  const whole = (typeof before === 'number' ? before : 0) + Math.trunc(by);
  return Math.min(Math.max(whole, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) || 0;
}

function costOf(field: string, item: Item): number {
  return VALUE_OVERHEAD_BYTES + field.length + (typeof item === 'string' ? item.length * 2 : 0);
}

/** Splits the first items off. */
function firstOf(value: PendingValue, itemsMax: number): PendingValue {
  const items = new Map<string, Item>();
  for (const [field, item] of value.items) {
    if (items.size >= itemsMax) break;
    items.set(field, item);
    value.items.delete(field);
  }
  return { ...value, items };
}
