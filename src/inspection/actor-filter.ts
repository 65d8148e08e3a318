// Says at once of most actors that nobody restricts them, when a great many are: a look-up in a Map of a million goes through
// memory that is in no cache three times, this once.
// Source: a Bloom filter whose bits of one entry are in one word; F. Putze, P. Sanders, J. Singler, "Cache-, Hash- and
// Space-Efficient Bloom Filters", WEA 2007.
// Invariant: never says no of one that was added. Who is taken out stays in until the filter grows: he costs a look-up.

const BITS_PER_ACTOR = 16;
const ACTORS_MIN = 8_192;

export class ActorFilter {
  #words = new Uint32Array((ACTORS_MIN * BITS_PER_ACTOR) / 32);
  #roomFor = ACTORS_MIN;
  #added = 0;

  /** False when there is no room for another: then all have to be added to a larger one. */
  add(kind: string, id: string): boolean {
    if (this.#added >= this.#roomFor) return false;
    this.#added += 1;
    const hash = hashOf(kind, id);
    this.#words[(hash >>> 10) & (this.#words.length - 1)]! |= bitsOf(hash);
    return true;
  }

  /** Empty, with room for at least twice as many as `count`. */
  grow(count: number): void {
    while (this.#roomFor < count * 2) this.#roomFor *= 2;
    this.#words = new Uint32Array((this.#roomFor * BITS_PER_ACTOR) / 32);
    this.#added = 0;
  }

  mayHave(kind: string, id: string): boolean {
    const hash = hashOf(kind, id);
    const bits = bitsOf(hash);
    return (this.#words[(hash >>> 10) & (this.#words.length - 1)]! & bits) === bits;
  }
}

/** FNV-1a (Fowler, Noll, Vo) over UTF-16 code units, with its bits mixed at the end (murmur3, A. Appleby). */
function hashOf(kind: string, id: string): number {
  let hash = 0x811c9dc5 ^ kind.charCodeAt(0) ^ (kind.length << 8);
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Two bits by the ten that do not choose the word. */
function bitsOf(hash: number): number {
  return (1 << (hash & 31)) | (1 << ((hash >>> 5) & 31));
}
