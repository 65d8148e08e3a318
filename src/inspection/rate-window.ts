// Counts the requests of rate-limited actors: one fixed window of a minute per restriction, which is what the limit is stated
// in. Windows begin with the minute of the clock, so that the workers of a node can add up what each of them has counted.
// Bounded: when full, the table starts anew, which only ever lets more through.

const WINDOW_MS = 60_000;
const RESTRICTIONS_MAX = 100_000;
/** What is not told in one message is told in the next. */
const SHARED_COUNTS_MAX = 1_000;

/** Requests that one worker has counted since it last told. */
export interface RateCounts {
  /** Number of the minute since the epoch. */
  readonly minute: number;
  readonly counts: readonly (readonly [restriction: string, requests: number])[];
}

interface Window {
  /** Of all workers, as far as is known here. */
  requests: number;
  /** Counted here and not told yet. */
  untold: number;
}

export class RateWindows {
  readonly #windows = new Map<string, Window>();
  readonly #untold = new Set<string>();
  #minute = 0;

  /** Counts one request. Returns the seconds to wait when it is over `perMinuteMax`, else undefined. */
  count(restriction: string, perMinuteMax: number, now: number): number | undefined {
    const minute = Math.floor(now / WINDOW_MS);
    const window = this.#windowOf(restriction, minute);
    window.requests += 1;
    window.untold += 1;
    this.#untold.add(restriction);
    if (window.requests <= perMinuteMax) return undefined;
    return Math.max(1, Math.ceil(((minute + 1) * WINDOW_MS - now) / 1000));
  }

  /** What the other workers of the node should know; undefined when nothing was counted. */
  takeUntold(): RateCounts | undefined {
    if (this.#untold.size === 0) return undefined;
    const counts: [string, number][] = [];
    for (const restriction of this.#untold) {
      if (counts.length === SHARED_COUNTS_MAX) break;
      this.#untold.delete(restriction);
      const window = this.#windows.get(restriction)!;
      counts.push([restriction, window.untold]);
      window.untold = 0;
    }
    return { minute: this.#minute, counts };
  }

  /** Adds what another worker has counted; a minute that has passed counts no more. */
  add({ minute, counts }: RateCounts): void {
    if (minute < this.#minute) return;
    for (const [restriction, requests] of counts) this.#windowOf(restriction, minute).requests += requests;
  }

  #windowOf(restriction: string, minute: number): Window {
    if (minute !== this.#minute || this.#windows.size >= RESTRICTIONS_MAX) {
      this.#windows.clear();
      this.#untold.clear();
      this.#minute = minute;
    }
    let window = this.#windows.get(restriction);
    if (window === undefined) {
      window = { requests: 0, untold: 0 };
      this.#windows.set(restriction, window);
    }
    return window;
  }
}
