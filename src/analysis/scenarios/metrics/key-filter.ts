// Whether a table of hashes may hold one, for a hundredth of what asking the table costs: so many keys share a counter that a
// few that are not there look as if they were. 1 MiB, of which what is asked takes an eighth, and stays near the processor.
const SLOTS = 2 ** 20;
/** A counter that was full once stays: it no longer knows how many it stands for. */
const FULL = 255;

export class KeyFilter {
  readonly #counts = new Uint8Array(SLOTS);
  /** One bit for each counter that is not 0. */
  readonly #bits = new Uint32Array(SLOTS / 32);

  /** A key is added once. */
  add(key: number): void {
    const at = slotOf(key);
    if (this.#counts[at]! < FULL) this.#counts[at]! += 1;
    this.#bits[at >>> 5]! |= 1 << (at & 31);
  }

  /** Of a key that was added. */
  delete(key: number): void {
    const at = slotOf(key);
    if (this.#counts[at]! < FULL) this.#counts[at]! -= 1;
    if (this.#counts[at] === 0) this.#bits[at >>> 5]! &= ~(1 << (at & 31));
  }

  /** False for sure, true perhaps. Asked of a key, or of its lower 32 bits. */
  has(key: number): boolean {
    const at = slotOf(key);
    return (this.#bits[at >>> 5]! & (1 << (at & 31))) !== 0;
  }
}

/** Of 53 well mixed bits. */
function slotOf(key: number): number {
  return key & (SLOTS - 1);
}
