// The k smallest of many numbers: a sample of distinct hashes that does not depend on order, and whose union is a merge.
// Bar-Yossef et al., Counting Distinct Elements in a Data Stream (2002): the k-th smallest tells how many there are.

/** Hashes are spread over 0 … 2^53. */
const HASH_SPAN = 2 ** 53;

export class Smallest {
  readonly #max: number;
  #values: number[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** Ascending. */
  get values(): readonly number[] {
    return this.#values;
  }

  add(value: number): void {
    const values = this.#values;
    const { length } = values;
    if (length === 0) {
      // Of most there is one, and an array that is pushed to takes room for seventeen.
      this.#values = [value];
      return;
    }
    if (length === this.#max && value >= values[length - 1]!) return;
    let at = length;
    while (at > 0 && values[at - 1]! > value) at -= 1;
    if (at > 0 && values[at - 1] === value) return;
    if (length < this.#max) values.push(value);
    for (let i = values.length - 1; i > at; i--) values[i] = values[i - 1]!;
    values[at] = value;
  }

  merge(other: Smallest): void {
    for (const value of other.values) this.add(value);
  }

  /** Exact below the maximum, an estimate of distinct hashes from there on. */
  distinct(): number {
    const { length } = this.values;
    if (length < this.#max) return length;
    return Math.round((this.#max - 1) / (this.values[length - 1]! / HASH_SPAN));
  }
}

/** 53 bits of the hash of texts one behind the other (cyrb53, Bryc 2018): not secret, for counting only. */
export function hash53(first: string, second = '', third = ''): number {
  let h1 = 0xdeadbeef | 0;
  let h2 = 0x41c6ce57;
  for (let part = 0; part < 3; part++) {
    const text = part === 0 ? first : part === 1 ? second : third;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      h1 = Math.imul(h1 ^ c, 2654435761);
      h2 = Math.imul(h2 ^ c, 1597334677);
    }
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4294967296 * (2097151 & h2) + (h1 >>> 0);
}
