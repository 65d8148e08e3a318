// Time as the transactions tell it. A recording without times gets one: a second between two transactions, which is slow enough
// that no rate is invented and quick enough that a campaign stays one.
const STEP_MS = 1_000;

export class RecordedClock {
  #last: number;
  /** Transactions that named no time. */
  untimed = 0;

  /** `start`: the time of the first transaction, when it names none. */
  constructor(start: number) {
    this.#last = start;
  }

  at(given: number, isTimed: boolean): number {
    if (isTimed) {
      this.#last = given;
      return given;
    }
    this.untimed += 1;
    this.#last += STEP_MS;
    return this.#last;
  }
}
