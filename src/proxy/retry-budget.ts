// Second attempts may add at most a tenth to the load of an upstream, or they would finish off one that is failing.

const RETRIES_PER_REQUEST = 0.1;
const SAVED_MAX = 10;

export class RetryBudget {
  #saved = SAVED_MAX;

  /** A first attempt is made. */
  earn(): void {
    this.#saved = Math.min(SAVED_MAX, this.#saved + RETRIES_PER_REQUEST);
  }

  /** True when a second attempt may be made; takes it from the budget. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
