// Whether numbers come one after the other: a person clicks around, a script counts. Where a load balancer spreads the requests,
// their order is lost on the way; then it is told by how densely they fill their range.

const SHARE_MIN = 0.7;
const NUMBERS_MIN = 10;
const STEP_MAX = 10;
/** So many different numbers, in a range at most this much wider. */
const DENSE_NUMBERS_MIN = 25;
const DENSE_RANGE_MAX = 1.3;

export class Stride {
  #last: number | undefined;
  #step = 0;
  #same = 0;
  #all = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  /** A number that was not there before. */
  add(number: number): void {
    this.#least = Math.min(this.#least, number);
    this.#most = Math.max(this.#most, number);
    if (this.#last !== undefined) {
      const step = number - this.#last;
      this.#all += 1;
      if (step !== 0 && Math.abs(step) <= STEP_MAX && step === this.#step) this.#same += 1;
      this.#step = step;
    }
    this.#last = number;
  }

  get isWalk(): boolean {
    if (this.#all >= NUMBERS_MIN && this.#same / this.#all >= SHARE_MIN) return true;
    const numbers = this.#all + 1;
    return numbers >= DENSE_NUMBERS_MIN && this.#most - this.#least + 1 <= numbers * DENSE_RANGE_MAX;
  }
}
