// Counts the requests of rate-limited actors in this worker: one fixed window of a minute per restriction, which is what
// the limit is stated in. Bounded: when full, the table starts anew, which only ever lets more through.

const WINDOW_MS = 60_000;
const ACTORS_MAX = 100_000;

export class RateWindows {
  readonly #windows = new Map<string, { start: number; count: number }>();

  /** Counts one request. Returns the seconds to wait when it is over `perMinuteMax`, else undefined. */
  count(key: string, perMinuteMax: number, now: number): number | undefined {
    let window = this.#windows.get(key);
    if (window === undefined || now - window.start >= WINDOW_MS || now < window.start) {
      if (this.#windows.size >= ACTORS_MAX) this.#windows.clear();
      window = { start: now, count: 0 };
      this.#windows.set(key, window);
    }
    window.count += 1;
    return window.count <= perMinuteMax ? undefined : Math.max(1, Math.ceil((window.start + WINDOW_MS - now) / 1000));
  }
}
