// A sum over the last so many seconds, in ten slots: what is older than the window by a tenth of it is gone.

const SLOTS = 10;

export class SlidingCount {
  readonly #slotMs: number;
  #slots: number[] = [];
  #newest = Number.NEGATIVE_INFINITY;
  #sum = 0;

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  /** Adds, and says the sum of the window that ends at `now`. */
  add(now: number, amount: number): number {
    this.#advance(now);
    const slot = Math.min(Math.floor(now / this.#slotMs), this.#newest);
    // A record that comes late counts in its own slot, as long as the window has it.
    if (slot > this.#newest - SLOTS) {
      this.#slots[slot % SLOTS] = (this.#slots[slot % SLOTS] ?? 0) + amount;
      this.#sum += amount;
    }
    return this.#sum;
  }

  sum(now: number): number {
    this.#advance(now);
    return this.#sum;
  }

  #advance(now: number): void {
    const slot = Math.floor(now / this.#slotMs);
    if (slot <= this.#newest) return;
    if (slot >= this.#newest + SLOTS) {
      // A literal takes the room it needs; an array that grows takes twice as much, of which there are hundreds of thousands.
      this.#slots = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
      this.#sum = 0;
    } else {
      for (let i = this.#newest + 1; i <= slot; i++) {
        this.#sum -= this.#slots[i % SLOTS]!;
        this.#slots[i % SLOTS] = 0;
      }
    }
    this.#newest = slot;
  }
}
