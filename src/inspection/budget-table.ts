// Sensitive values that each actor has had in the running minute of the clock, against what its peers have.
// Invariant: at most ACTORS_MAX actors; when they are more, counting starts anew, which only ever lets more through.
import { type Actor, actorKey } from '../core/actor.ts';
import type { ValueBudgets } from '../core/baseline.ts';

const MINUTE_MS = 60_000;
const ACTORS_MAX = 50_000;

/** What an actor has had, with the values of the answer in hand. */
export interface Spent {
  readonly values: number;
  readonly valuesMax: number;
}

export class BudgetTable {
  #peers: ReadonlyMap<string, number> = new Map();
  #exceptions: ReadonlyMap<string, number> = new Map();
  readonly #spent = new Map<string, number>();
  #minute = 0;

  change({ peers, exceptions }: ValueBudgets): void {
    this.#peers = new Map(peers);
    this.#exceptions = new Map(exceptions);
  }

  /** Undefined where nothing is known of the actor's peers. */
  spend(actor: Actor, role: string, values: number, now: number): Spent | undefined {
    const budget = this.#peers.get(`${actor.kind} ${role}`);
    if (budget === undefined) return undefined;
    const key = actorKey(actor);
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute || this.#spent.size >= ACTORS_MAX) {
      this.#spent.clear();
      this.#minute = minute;
    }
    const spent = (this.#spent.get(key) ?? 0) + values;
    this.#spent.set(key, spent);
    return { values: spent, valuesMax: Math.max(budget, this.#exceptions.get(key) ?? 0) };
  }
}
