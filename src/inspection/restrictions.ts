// Look-up of restricted actors on the hot path: a filter and a Map probe per actor, one binary search per address.
// Belongs to one worker; changes come from the supervisor, in the order in which they were made. How long each still lasts is told
// once, when it comes; from then on a clock decides that nobody sets.
import type { Actor, ActorKind } from '../core/actor.ts';
import type { Restriction, RestrictionChange } from '../core/restriction.ts';
import { AddressRanges } from '../policy/address-ranges.ts';
import { ActorFilter } from './actor-filter.ts';

export interface Clocks {
  /** Milliseconds since the epoch; may jump. */
  wall(): number;
  /** Milliseconds since any moment; never jumps. */
  steady(): number;
}

const SYSTEM: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

interface Lasting {
  readonly restriction: Restriction;
  /** By the steady clock. */
  readonly endsAt: number;
}

export class RestrictionTable {
  readonly #clocks: Clocks;
  /** By kind, then id: a key made of both would have to be made and hashed for every actor of every request. */
  readonly #byActor = new Map<ActorKind, Map<string, Lasting>>();
  readonly #filter = new ActorFilter();
  #actors = 0;
  readonly #ranges = new Map<string, Lasting>();
  #byRange: AddressRanges<Lasting> | undefined;

  /** How many there may be is bounded where they are made. A later one of the same actor wins. */
  constructor(restrictions: readonly Restriction[], clocks: Clocks = SYSTEM) {
    this.#clocks = clocks;
    this.change({ added: restrictions, removed: [] });
  }

  get size(): number {
    return this.#actors + this.#ranges.size;
  }

  /** A hundred thousand others stay where they are. A transaction asks once, so it sees the table before or after. */
  change({ added, removed }: RestrictionChange): void {
    const steadyMinusWall = this.#clocks.steady() - this.#clocks.wall();
    let areRangesChanged = false;
    for (const { id, actor } of removed) {
      const table = isRange(actor) ? this.#ranges : this.#byActor.get(actor.kind);
      if (table?.get(actor.id)?.restriction.id !== id) continue;
      table.delete(actor.id);
      if (table === this.#ranges) areRangesChanged = true;
      else this.#actors -= 1;
    }
    for (const restriction of added) {
      const { actor } = restriction;
      const known = isRange(actor) ? this.#ranges.get(actor.id) : this.#byActor.get(actor.kind)?.get(actor.id);
      // Told again by a clock that was set meanwhile, it lasts as long as it was to.
      const isKnown = known?.restriction.id === restriction.id && known.restriction.createdAt === restriction.createdAt;
      const endsAt = isKnown ? known.endsAt : restriction.expiresAt + steadyMinusWall;
      const lasting = { restriction, endsAt };
      if (isRange(actor)) {
        this.#ranges.set(actor.id, lasting);
        areRangesChanged = true;
        continue;
      }
      let table = this.#byActor.get(actor.kind);
      if (table === undefined) {
        table = new Map();
        this.#byActor.set(actor.kind, table);
      }
      const before = table.size;
      table.set(actor.id, lasting);
      this.#actors += table.size - before;
      if (!this.#filter.add(actor.kind, actor.id)) this.#growFilter();
    }
    if (!areRangesChanged) return;
    const ranges = [...this.#ranges.values()].map((one) => [one.restriction.actor.id, one] as const);
    this.#byRange = ranges.length > 0 ? new AddressRanges(ranges) : undefined;
  }

  /** The restriction that holds for any of the actors now; the strictest one. */
  find(actors: readonly Actor[], clientAddress: string): Restriction | undefined {
    let found: Restriction | undefined;
    if (this.#actors > 0) {
      for (const { kind, id } of actors) {
        if (this.#filter.mayHave(kind, id)) found = this.#stricter(found, this.#byActor.get(kind)?.get(id));
      }
    }
    if (this.#byRange !== undefined) found = this.#stricter(found, this.#byRange.find(clientAddress));
    return found;
  }

  #stricter(found: Restriction | undefined, other: Lasting | undefined): Restriction | undefined {
    if (other === undefined || other.endsAt <= this.#clocks.steady()) return found;
    const { restriction } = other;
    return found === undefined || STRICTNESS[restriction.action] > STRICTNESS[found.action] ? restriction : found;
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
