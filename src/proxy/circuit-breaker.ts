// Leaves a URL alone that keeps failing, and asks it with one transaction at a time whether it is back.
// closed → (5 failures in a row) → open for a while → half open: one probe → closed, or open again.

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 5_000;

export class CircuitBreaker {
  #failures = 0;
  #openUntil = 0;
  #isProbing = false;

  /** `now` in milliseconds. */
  lets(now: number): boolean {
    if (this.#openUntil === 0) return true;
    return now >= this.#openUntil && !this.#isProbing;
  }

  /** A transaction goes to this URL. */
  begin(): void {
    if (this.#openUntil !== 0) this.#isProbing = true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntil = 0;
    this.#isProbing = false;
  }

  failed(now: number): void {
    this.#isProbing = false;
    this.#failures += 1;
    if (this.#failures >= FAILURES_TO_OPEN) this.#openUntil = now + OPEN_MS;
  }

  /** It ended without saying anything about the URL: the client left, or inspection refused. */
  endedOtherwise(): void {
    this.#isProbing = false;
  }
}
