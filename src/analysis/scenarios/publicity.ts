// Which places hold what everybody reads: a catalogue, not accounts. Where many objects had several different readers, reading
// many of them is no sign of anything.

import { hashOf, pairOf } from '../../core/hash.ts';
import { listed } from '../json-pieces.ts';
import { OldestFirst } from './metrics/oldest-first.ts';

const OBJECTS_MAX = 200_000;
const ENDPOINTS_MAX = 10_000;
/** An owner, a support agent and one intruder are three. */
const READERS_MIN = 4;
const PUBLIC_SHARE_MIN = 0.2;
const OBJECTS_MIN = 10;

interface Place {
  readonly hash: number;
  /** Objects with at least so many reads, and those with as many different readers. */
  judged: number;
  public: number;
}

interface Readers {
  reads: number;
  readonly readers: number[];
}

export class Publicity {
  readonly #places = new Map<string, Place>();
  /** The oldest are forgotten. */
  readonly #objects = new Map<number, Readers>();
  readonly #oldest = new OldestFirst(this.#objects);

  /** Notes a successful read; true when the endpoint is a public place. */
  note(endpoint: string, object: number, reader: string): boolean {
    let place = this.#places.get(endpoint);
    if (place === undefined) {
      if (this.#places.size >= ENDPOINTS_MAX) return false;
      place = { hash: hashOf(endpoint), judged: 0, public: 0 };
      this.#places.set(endpoint, place);
    }
    const key = pairOf(place.hash, object);
    const known = this.#objects.get(key);
    if (known === undefined) {
      if (this.#objects.size >= OBJECTS_MAX) this.#objects.delete(this.#oldest.next()![0]);
      this.#objects.set(key, { reads: 1, readers: [hashOf(reader)] });
      return isPublic(place);
    }
    known.reads += 1;
    if (known.reads === READERS_MIN) place.judged += 1;
    if (known.readers.length < READERS_MIN) {
      const hash = hashOf(reader);
      if (!known.readers.includes(hash)) known.readers.push(hash);
      if (known.readers.length === READERS_MIN) place.public += 1;
    }
    return isPublic(place);
  }

  dump(): unknown {
    return listed(this.#places, ([endpoint, place]) => [endpoint, place.judged, place.public]);
  }

  restore(dump: unknown): void {
    for (const [endpoint, judged, open] of dump as [string, number, number][]) {
      this.#places.set(endpoint, { hash: hashOf(endpoint), judged, public: open });
    }
  }
}

function isPublic(place: Place): boolean {
  return place.judged >= OBJECTS_MIN && place.public >= place.judged * PUBLIC_SHARE_MIN;
}
