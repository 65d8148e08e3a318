// Look-up of restricted actors on the hot path: one Map probe per actor, one binary search per address.
// Immutable once built, except for the request counters of rate limits, which belong to this worker.
import { type Actor, actorKey } from '../core/actor.ts';
import type { Restriction } from '../core/restriction.ts';
import { AddressRanges } from '../policy/address-ranges.ts';

export class RestrictionTable {
  readonly #byActor = new Map<string, Restriction>();
  readonly #byRange: AddressRanges<Restriction> | undefined;
  readonly size: number;

  /** How many there may be is bounded where they are made. A later one of the same actor wins. */
  constructor(restrictions: readonly Restriction[]) {
    const ranges: (readonly [string, Restriction])[] = [];
    for (const restriction of restrictions) {
      const { kind, id } = restriction.actor;
      if (kind === 'ip' && id.includes('/')) ranges.push([id, restriction]);
      else this.#byActor.set(actorKey(restriction.actor), restriction);
    }
    this.#byRange = ranges.length > 0 ? new AddressRanges(ranges) : undefined;
    this.size = restrictions.length;
  }

  /** The restriction that holds for any of the actors at `now` (milliseconds since the epoch); the strictest one. */
  find(actors: readonly Actor[], clientAddress: string, now: number): Restriction | undefined {
    if (this.size === 0) return undefined;
    let found: Restriction | undefined;
    for (const actor of actors) {
      found = stricter(found, this.#byActor.get(actorKey(actor)), now);
    }
    if (this.#byRange !== undefined) found = stricter(found, this.#byRange.find(clientAddress), now);
    return found;
  }
}

const STRICTNESS = { tag: 1, 'rate-limit': 2, block: 3 } as const;

function stricter(a: Restriction | undefined, b: Restriction | undefined, now: number): Restriction | undefined {
  if (b === undefined || b.expiresAt <= now) return a;
  return a === undefined || STRICTNESS[b.action] > STRICTNESS[a.action] ? b : a;
}
