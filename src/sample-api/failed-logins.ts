// The lock on the door of the hardened shop: after some wrong passwords an account has to wait.
const FAILURES_MAX = 5;
const WINDOW_MS = 60_000;
const ACCOUNTS_MAX = 1_000;

export class FailedLogins {
  readonly #failures = new Map<string, { count: number; until: number }>();

  /** `now` in milliseconds since the epoch. */
  isLocked(account: string, now: number): boolean {
    const failed = this.#failures.get(account);
    return failed !== undefined && now < failed.until && failed.count >= FAILURES_MAX;
  }

  failed(account: string, now: number): void {
    const before = this.#failures.get(account);
    const count = before !== undefined && now < before.until ? before.count + 1 : 1;
    if (before === undefined && this.#failures.size >= ACCOUNTS_MAX)
      this.#failures.delete(this.#failures.keys().next().value!);
    this.#failures.set(account, { count, until: now + WINDOW_MS });
  }

  succeeded(account: string): void {
    this.#failures.delete(account);
  }
}
