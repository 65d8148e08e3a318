// Look-up of restricted actors on the hot path: a filter and a Map probe per actor, one binary search per address.
// Belongs to one worker; changes come from the supervisor, in the order in which they were made.
import type { Actor, ActorKind } from '../core/actor.ts';
import type { Restriction, RestrictionChange } from '../core/restriction.ts';
import { AddressRanges } from '../policy/address-ranges.ts';
import { ActorFilter } from './actor-filter.ts';

export class RestrictionTable {
  /** By kind, then id: a key made of both would have to be made and hashed for every actor of every request. */
  readonly #byActor = new Map<ActorKind, Map<string, Restriction>>();
  readonly #filter = new ActorFilter();
  #actors = 0;
  readonly #ranges = new Map<string, Restriction>();
  #byRange: AddressRanges<Restriction> | undefined;

  /** How many there may be is bounded where they are made. A later one of the same actor wins. */
  constructor(restrictions: readonly Restriction[]) {
    this.change({ added: restrictions, removed: [] });
  }

  get size(): number {
    return this.#actors + this.#ranges.size;
  }

  /** A hundred thousand others stay where they are. A transaction asks once, so it sees the table before or after. */
  change({ added, removed }: RestrictionChange): void {
    let areRangesChanged = false;
    for (const { id, actor } of removed) {
      const table = isRange(actor) ? this.#ranges : this.#byActor.get(actor.kind);
      if (table?.get(actor.id)?.id !== id) continue;
      table.delete(actor.id);
      if (table === this.#ranges) areRangesChanged = true;
      else this.#actors -= 1;
    }
    for (const restriction of added) {
      const { actor } = restriction;
      if (isRange(actor)) {
        this.#ranges.set(actor.id, restriction);
        areRangesChanged = true;
        continue;
      }
      let table = this.#byActor.get(actor.kind);
      if (table === undefined) {
        table = new Map();
        this.#byActor.set(actor.kind, table);
      }
      const before = table.size;
      table.set(actor.id, restriction);
      this.#actors += table.size - before;
      if (!this.#filter.add(actor.kind, actor.id)) this.#growFilter();
    }
    if (!areRangesChanged) return;
    const ranges = [...this.#ranges.values()].map((one) => [one.actor.id, one] as const);
    this.#byRange = ranges.length > 0 ? new AddressRanges(ranges) : undefined;
  }

  /** The restriction that holds for any of the actors at `now` (milliseconds since the epoch); the strictest one. */
  find(actors: readonly Actor[], clientAddress: string, now: number): Restriction | undefined {
    let found: Restriction | undefined;
    if (this.#actors > 0) {
      for (const { kind, id } of actors) {
        if (this.#filter.mayHave(kind, id)) found = stricter(found, this.#byActor.get(kind)?.get(id), now);
      }
    }
    if (this.#byRange !== undefined) found = stricter(found, this.#byRange.find(clientAddress), now);
    return found;
  }

  #growFilter(): void {
    this.#filter.grow(this.#actors);
    for (const [kind, ids] of this.#byActor) for (const id of ids.keys()) this.#filter.add(kind, id);
  }
}

function isRange({ kind, id }: Restriction['actor']): boolean {
  return kind === 'ip' && id.includes('/');
}

const STRICTNESS = { tag: 1, 'rate-limit': 2, block: 3 } as const;

function stricter(a: Restriction | undefined, b: Restriction | undefined, now: number): Restriction | undefined {
  if (b === undefined || b.expiresAt <= now) return a;
  return a === undefined || STRICTNESS[b.action] > STRICTNESS[a.action] ? b : a;
}
