// Do the words of a field name say what its value is? `customerSSN`, `customer_ssn` and `SSN (customer)` all say `ssn`;
// `classname` does not say `name`, and `ssns` says `ssn`. All names of all types are one trie over letters and digits, walked
// over the raw bytes from the start of every word: constant work per byte, nothing allocated, nothing remembered.

const SEPARATOR = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const NON_ASCII = 4;

const KIND = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return NON_ASCII;
  const c = String.fromCharCode(byte);
  return /[a-z]/.test(c) ? LOWER : /[A-Z]/.test(c) ? UPPER : /\d/.test(c) ? DIGIT : SEPARATOR;
});
const LOWER_S = 0x73;

/** A place in the trie, as an index into its rows; 0 is nowhere. */
type TrieNode = number;

export class NameTrie {
  readonly #classOf: Uint8Array;
  readonly #next: Uint32Array;
  /** Per node: 1 + the index of the name that ends here. */
  readonly #name: Uint32Array;
  readonly #root: TrieNode;
  /** Of the last {@link find}: the index of the name that is the whole of the field name, or -1. */
  whole = -1;

  /** Names as people write them: `credit card`, `creditCard` and `credit-card` are one. */
  constructor(names: readonly string[]) {
    const spelled = names.map((name) => [...Buffer.from(name, 'utf8')].map(folded).filter((byte) => byte !== 0));
    const bytes = [...new Set(spelled.flat())].sort((a, b) => a - b);
    const classOf = new Uint8Array(256);
    for (const [i, byte] of bytes.entries()) classOf[byte] = i + 1;
    for (let byte = 0; byte < 256; byte++) if (KIND[byte] === UPPER) classOf[byte] = classOf[byte + 0x20]!;
    const width = bytes.length + 1;
    const rows: Uint32Array[] = [new Uint32Array(width), new Uint32Array(width)];
    const ends = new Map<number, number>();
    for (const [i, letters] of spelled.entries()) {
      let node = 1;
      for (const letter of letters) {
        let next = rows[node]![classOf[letter]!]!;
        if (next === 0) {
          next = rows.push(new Uint32Array(width)) - 1;
          rows[node]![classOf[letter]!] = next;
        }
        node = next;
      }
      if (node !== 1) ends.set(node, i + 1);
    }
    this.#classOf = classOf;
    this.#root = width;
    this.#next = new Uint32Array(rows.length * width);
    this.#name = new Uint32Array(rows.length * width);
    for (const [at, row] of rows.entries()) {
      for (let one = 0; one < width; one++) this.#next[at * width + one] = row[one]! * width;
      this.#name[at * width] = ends.get(at) ?? 0;
    }
  }

  /**
   * Calls nothing, allocates nothing: writes the indexes of names that some run of words spells into `found` and returns
   * their number. `open` are places where the words of an enclosing name have led, from {@link openEnds}.
   */
  find(bytes: Uint8Array, start: number, end: number, open: readonly TrieNode[], found: Uint32Array): number {
    let n = 0;
    this.whole = -1;
    for (let k = 0; k < open.length; k++) n = this.#walk(bytes, start, start, end, open[k]!, found, n);
    for (let at = start; at < end; at++) {
      if (KIND[bytes[at]!] !== SEPARATOR && isBoundary(bytes, start, at, end))
        n = this.#walk(bytes, at, start, end, this.#root, found, n);
    }
    return n;
  }

  /** Where runs of words that last to the end of this name have led: `card` in front of `number` begins `card number`. */
  openEnds(bytes: Uint8Array, start: number, end: number): readonly TrieNode[] {
    const open: TrieNode[] = [];
    for (let at = start; at < end && open.length < OPEN_ENDS_MAX; at++) {
      if (KIND[bytes[at]!] === SEPARATOR || !isBoundary(bytes, start, at, end)) continue;
      let node = this.#root;
      let i = at;
      for (; i < end; i++) {
        if (KIND[bytes[i]!] === SEPARATOR) continue;
        const next = this.#next[node + this.#classOf[bytes[i]!]!]!;
        if (next === 0 && !(bytes[i] === LOWER_S && i === end - 1)) break;
        if (next !== 0) node = next;
      }
      if (i === end && node !== this.#root) open.push(node);
    }
    return open;
  }

  #walk(
    bytes: Uint8Array,
    from: number,
    start: number,
    end: number,
    node: TrieNode,
    found: Uint32Array,
    n: number,
  ): number {
    let at = node;
    let count = n;
    for (let i = from; i < end; i++) {
      const byte = bytes[i]!;
      if (KIND[byte] === SEPARATOR) continue;
      const isBound = isBoundary(bytes, start, i + 1, end);
      if (byte === LOWER_S && isBound && i > from) {
        // A plural.
        const singular = this.#name[at]!;
        if (singular !== 0 && count < found.length) found[count++] = singular - 1;
      }
      const next = this.#next[at + this.#classOf[byte]!]!;
      if (next === 0) return count;
      at = next;
      const name = this.#name[at]!;
      if (name !== 0 && count < found.length && isBound) {
        found[count++] = name - 1;
        if (from === start && i + 1 === end && node === this.#root) this.whole = name - 1;
      }
    }
    return count;
  }
}

const OPEN_ENDS_MAX = 4;

/** True when a word begins or ends at `at`. */
function isBoundary(bytes: Uint8Array, start: number, at: number, end: number): boolean {
  if (at <= start || at >= end) return true;
  const before = KIND[bytes[at - 1]!]!;
  const here = KIND[bytes[at]!]!;
  if (before !== here) {
    // `Xy` is one word, `xY` and `x1` are two.
    return !(before === UPPER && here === LOWER);
  }
  if (here === UPPER) return at + 1 < end && KIND[bytes[at + 1]!] === LOWER;
  return here === SEPARATOR;
}

function folded(byte: number): number {
  const kind = KIND[byte];
  return kind === SEPARATOR ? 0 : kind === UPPER ? byte + 0x20 : byte;
}
