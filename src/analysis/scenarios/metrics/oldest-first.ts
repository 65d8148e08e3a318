// A hand that goes round a map, oldest entry first, and stays where it is between calls. Asking a map anew for its first entry
// costs a step over every entry deleted before it, which makes a queue of a hundred thousand quadratic.

export class OldestFirst<K, V> {
  readonly #map: ReadonlyMap<K, V>;
  #hand: IterableIterator<[K, V]> | undefined;

  constructor(map: ReadonlyMap<K, V>) {
    this.#map = map;
  }

  /** The next entry; after the last one, the first again. Undefined when the map is empty. */
  next(): [K, V] | undefined {
    const next = this.#hand?.next();
    if (next !== undefined && !next.done) return next.value;
    this.#hand = this.#map.entries();
    const first = this.#hand.next();
    return first.done ? undefined : first.value;
  }
}
