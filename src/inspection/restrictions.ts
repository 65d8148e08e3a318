// Look-up of restricted actors on the hot path: one Map probe per actor, one binary search per address.
// Belongs to one worker; changes come from the supervisor, in the order in which they were made.
import { type Actor, actorKey } from '../core/actor.ts';
import type { Restriction, RestrictionChange } from '../core/restriction.ts';
import { AddressRanges } from '../policy/address-ranges.ts';

export class RestrictionTable {
  readonly #byActor = new Map<string, Restriction>();
  readonly #ranges = new Map<string, Restriction>();
  #byRange: AddressRanges<Restriction> | undefined;

  /** How many there may be is bounded where they are made. A later one of the same actor wins. */
  constructor(restrictions: readonly Restriction[]) {
    this.change({ added: restrictions, removed: [] });
  }

  get size(): number {
    return this.#byActor.size + this.#ranges.size;
  }

  /** A hundred thousand others stay where they are. A transaction asks once, so it sees the table before or after. */
  change({ added, removed }: RestrictionChange): void {
    let areRangesChanged = false;
    for (const { id, actor } of removed) {
      const key = actorKey(actor);
      const table = isRange(actor) ? this.#ranges : this.#byActor;
      if (table.get(key)?.id !== id) continue;
      table.delete(key);
      areRangesChanged ||= table === this.#ranges;
    }
    for (const restriction of added) {
      const table = isRange(restriction.actor) ? this.#ranges : this.#byActor;
      table.set(actorKey(restriction.actor), restriction);
      areRangesChanged ||= table === this.#ranges;
    }
    if (!areRangesChanged) return;
    const ranges = [...this.#ranges.values()].map((one) => [one.actor.id, one] as const);
    this.#byRange = ranges.length > 0 ? new AddressRanges(ranges) : undefined;
  }

  /** The restriction that holds for any of the actors at `now` (milliseconds since the epoch); the strictest one. */
  find(actors: readonly Actor[], clientAddress: string, now: number): Restriction | undefined {
    let found: Restriction | undefined;
    if (this.#byActor.size > 0) {
      for (const actor of actors) found = stricter(found, this.#byActor.get(actorKey(actor)), now);
    }
    if (this.#byRange !== undefined) found = stricter(found, this.#byRange.find(clientAddress), now);
    return found;
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
