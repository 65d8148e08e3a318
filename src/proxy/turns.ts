// Large answers beside everyone else: one socket that has more is read up to 32 times before the loop goes on (libuv, uv__read), and
// fifty of them would keep it from small requests for a tenth of a second. So pieces of large answers take turns, few in a round of
// the loop. Invariant: who waits gets a turn, in the order of asking.

/** Pieces of 64 KiB that are moved in one round of the event loop. */
const PIECES_PER_ROUND = 8;

export class Turns {
  /** At most one of each transaction. */
  readonly #waiting: (() => void)[] = [];
  #isRoundDue = false;
  readonly #round = (): void => {
    this.#isRoundDue = false;
    for (const go of this.#waiting.splice(0, PIECES_PER_ROUND)) go();
    if (this.#waiting.length > 0) this.#seeToRound();
  };

  wait(go: () => void): void {
    this.#waiting.push(go);
    this.#seeToRound();
  }

  #seeToRound(): void {
    if (this.#isRoundDue) return;
    this.#isRoundDue = true;
    setImmediate(this.#round);
  }
}
