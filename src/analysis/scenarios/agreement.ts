// When something new is normal: when several different principals do it. One alone may be an attacker.
import { ExpiringTable } from './metrics/expiring-table.ts';

const PENDING_MAX = 50_000;
const PENDING_IDLE_MS = 24 * 3_600_000;

export class Agreement {
  readonly #principalsMin: number;
  readonly #pending = new ExpiringTable<number[]>(PENDING_MAX, PENDING_IDLE_MS);

  constructor(principalsMin: number) {
    this.#principalsMin = principalsMin;
  }

  /** Notes that a principal (its hash) did it; true once enough different ones have. */
  add(key: string, principal: number, now: number): boolean {
    const principals = this.#pending.get(key, now) ?? this.#pending.set(key, [], now);
    if (!principals.includes(principal) && principals.length < this.#principalsMin) principals.push(principal);
    return principals.length >= this.#principalsMin;
  }

  sweep(now: number): void {
    this.#pending.sweep(now);
  }
}
