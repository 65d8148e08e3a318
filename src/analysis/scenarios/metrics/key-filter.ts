// Whether a table of hashes may hold one, for a hundredth of what asking the table costs: so many keys share a counter that a
// few that are not there look as if they were. 1 MiB.
const SLOTS = 2 ** 20;
/** A counter that was full once stays: it no longer knows how many it stands for. */
const FULL = 255;

export class KeyFilter {
  readonly #counts = new Uint8Array(SLOTS);

  /** A key is added once. */
  add(key: number): void {
    const at = slotOf(key);
    if (this.#counts[at]! < FULL) this.#counts[at]! += 1;
  }

  /** Of a key that was added. */
  delete(key: number): void {
    const at = slotOf(key);
    if (this.#counts[at]! < FULL) this.#counts[at]! -= 1;
  }

  /** False for sure, true perhaps. Asked of a key, or of its lower 32 bits. */
  has(key: number): boolean {
    return this.#counts[slotOf(key)] !== 0;
  }
}

/** Of 53 well mixed bits. */
function slotOf(key: number): number {
  return key & (SLOTS - 1);
}
