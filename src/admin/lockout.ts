// Five wrong tokens within a minute close the door for that source for a minute. A clock that is set back opens it.

const FAILURES_MAX = 5;
const WINDOW_MS = 60_000;
const SOURCES_MAX = 10_000;

export class Lockout {
  readonly #failures = new Map<string, { count: number; since: number }>();

  failed(source: string, now: number): void {
    const entry = this.#failures.get(source);
    if (entry === undefined || Math.abs(now - entry.since) > WINDOW_MS) {
      if (this.#failures.size >= SOURCES_MAX) this.#failures.clear();
      this.#failures.set(source, { count: 1, since: now });
    } else entry.count += 1;
  }

  isLocked(source: string, now: number): boolean {
    const entry = this.#failures.get(source);
    return entry !== undefined && entry.count >= FAILURES_MAX && Math.abs(now - entry.since) <= WINDOW_MS;
  }
}
