// Where recorded transactions go, whichever way they come in: judged one by one, and no faster than the analyst takes them.
import type { RecordedTransaction } from '../core/recorded-transaction.ts';

export interface Intake {
  /** Judges it and hands its record on. `id` undefined: it gets one. */
  take(transaction: RecordedTransaction, id?: string): void;
  /** Resolves with true once there is room, with false when there was none for so long. */
  room(waitMs: number): Promise<boolean>;
}

/** An intake over a queue of which only the length is known. */
export class PacedIntake implements Intake {
  readonly take: Intake['take'];
  readonly #waiting: () => number;
  readonly #waitingMax: number;

  constructor(take: Intake['take'], waiting: () => number, waitingMax: number) {
    this.take = take;
    this.#waiting = waiting;
    this.#waitingMax = waitingMax;
  }

  async room(waitMs: number): Promise<boolean> {
    const end = performance.now() + waitMs;
    while (this.#waiting() >= this.#waitingMax) {
      if (performance.now() >= end) return false;
      await new Promise((turn) => setTimeout(turn, LOOK_MS));
    }
    return true;
  }
}

const LOOK_MS = 20;
