// What each reader has at an endpoint: how many objects are its own there, and whose objects it read besides.

import { pairOf } from '../../../core/hash.ts';
import { listed } from '../../json-pieces.ts';
import { OldestFirst } from '../metrics/oldest-first.ts';

const READERS_MAX = 200_000;
const HESITANT_MAX = 20_000;
/** Objects of so many different owners are no colleague's. */
const OWNERS_MIN = 3;

export class Readers {
  /** Pairs of place and reader → objects there that it alone reads, again and again. */
  readonly #owned = new Map<number, number>();
  readonly #oldestOwned = new OldestFirst(this.#owned);
  /** Pairs of place and reader → whose objects it read. */
  readonly #hesitant = new Map<number, number[]>();
  readonly #oldestHesitant = new OldestFirst(this.#hesitant);

  /** One object more that is the reader's own, or one less since it is shared; says how many there are now. */
  countOwn(place: number, reader: number, change: 1 | -1): number {
    const key = pairOf(place, reader);
    const owned = Math.max(0, (this.#owned.get(key) ?? 0) + change);
    if (this.#owned.size >= READERS_MAX && !this.#owned.has(key)) this.#owned.delete(this.#oldestOwned.next()![0]);
    this.#owned.set(key, owned);
    return owned;
  }

  /** Notes whose object it read; true once they are of several. */
  hasReadOfSeveral(place: number, reader: number, owner: number): boolean {
    const key = pairOf(place, reader);
    const owners = this.#hesitant.get(key);
    if (owners === undefined) {
      if (this.#hesitant.size >= HESITANT_MAX) this.#hesitant.delete(this.#oldestHesitant.next()![0]);
      this.#hesitant.set(key, [owner]);
      return false;
    }
    if (owners.length < OWNERS_MIN && !owners.includes(owner)) owners.push(owner);
    return owners.length >= OWNERS_MIN;
  }

  dump(): unknown {
    return listed(this.#owned, (entry) => entry);
  }

  restore(dump: unknown): void {
    for (const [key, owned] of (dump as [number, number][]).slice(0, READERS_MAX)) this.#owned.set(key, owned);
  }
}
