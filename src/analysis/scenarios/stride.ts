// Whether numbers come one after the other: a person clicks around, a script counts.

const SHARE_MIN = 0.7;
const NUMBERS_MIN = 10;
const STEP_MAX = 10;

export class Stride {
  #last: number | undefined;
  #step = 0;
  #same = 0;
  #all = 0;

  add(number: number): void {
    if (this.#last !== undefined) {
      const step = number - this.#last;
      this.#all += 1;
      if (step !== 0 && Math.abs(step) <= STEP_MAX && step === this.#step) this.#same += 1;
      this.#step = step;
    }
    this.#last = number;
  }

  get isWalk(): boolean {
    return this.#all >= NUMBERS_MIN && this.#same / this.#all >= SHARE_MIN;
  }
}
