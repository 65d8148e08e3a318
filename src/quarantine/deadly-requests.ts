// Which requests workers died of, kept by who outlives workers. A worker that dies names the request that it was at by two
// fingerprints: the whole head, and method, host and target alone (each with the body, once the body is being read). A
// fingerprint that was named so often is refused for a while; one that a worker survives was named by chance and is forgotten.
// Invariants: nothing is refused before it was named `DEATHS_MIN` times without being survived in between; the table is bounded.

export interface QuarantineState {
  /** True when workers note what they are at. */
  readonly isWatching: boolean;
  /** Fingerprints that were named, not often enough to be refused. */
  readonly suspects: readonly string[];
  readonly refused: readonly string[];
}

export const CALM: QuarantineState = { isWatching: false, suspects: [], refused: [] };

/** Deaths that name one fingerprint until it is refused. */
export const DEATHS_MIN = 2;
const WATCHED_MS = 3_600_000;
const REFUSED_MS = 3_600_000;
const FINGERPRINTS_MAX = 1_000;

interface Named {
  deaths: number;
  /** Milliseconds of a clock that never jumps. */
  at: number;
}

export class DeadlyRequests {
  /** Workers that ended without being asked to. */
  deaths = 0;
  readonly #named = new Map<string, Named>();
  #watchedUntil = Number.NEGATIVE_INFINITY;

  /** A worker ended at `now`, at what it had noted last, if it had. Says which fingerprints are refused from now on. */
  died(fingerprints: readonly string[], now: number): readonly string[] {
    this.deaths += 1;
    this.#watchedUntil = now + WATCHED_MS;
    const refused: string[] = [];
    for (const one of fingerprints) {
      const deaths = (this.#named.get(one)?.deaths ?? 0) + 1;
      this.#named.delete(one);
      this.#named.set(one, { deaths, at: now });
      if (deaths === DEATHS_MIN) refused.push(one);
    }
    while (this.#named.size > FINGERPRINTS_MAX) this.#named.delete(this.#named.keys().next().value!);
    return refused;
  }

  /** A request with these fingerprints did no harm. */
  survived(fingerprints: readonly string[]): void {
    for (const one of fingerprints) {
      if ((this.#named.get(one)?.deaths ?? DEATHS_MIN) < DEATHS_MIN) this.#named.delete(one);
    }
  }

  state(now: number): QuarantineState {
    const suspects: string[] = [];
    const refused: string[] = [];
    for (const [fingerprint, named] of this.#named) {
      if (named.deaths < DEATHS_MIN) {
        if (now - named.at < WATCHED_MS) suspects.push(fingerprint);
        else this.#named.delete(fingerprint);
      } else if (now - named.at < REFUSED_MS) refused.push(fingerprint);
      else {
        // Given another try: the policy or the release may be another by now. One more death, and it is refused again.
        this.#named.set(fingerprint, { deaths: DEATHS_MIN - 1, at: now });
        suspects.push(fingerprint);
      }
    }
    const isWatching = now < this.#watchedUntil || suspects.length > 0 || refused.length > 0;
    return { isWatching, suspects, refused };
  }
}
