// Who is never restricted by a plan: allow-lists of the policy, and what the installation names (loopback, trusted proxies).
import { type Actor, actorKey } from '../../core/actor.ts';
import type { ListDocument } from '../../core/document.ts';
import { AddressRanges } from '../../policy/address-ranges.ts';
import { compileMatch } from '../../policy/match.ts';
import type { Occurrence } from '../scenarios/occurrence.ts';
import { factsOf } from '../scenarios/scenarios.ts';

interface AllowList {
  readonly id: string;
  readonly ranges: AddressRanges<true>;
  readonly actors: ReadonlySet<string>;
  readonly countries: ReadonlySet<string>;
  readonly matches: ReturnType<typeof compileMatch>;
}

export class Protections {
  readonly #lists: readonly AllowList[];
  readonly #never: AddressRanges<true>;

  constructor(documents: readonly ListDocument[], neverRestricted: readonly string[]) {
    this.#lists = documents
      .filter((document) => document.enabled && document.action === 'allow')
      .map((document) => ({
        id: document.id,
        ranges: new AddressRanges(document.entries.ips.map((range) => [range, true] as const)),
        actors: new Set(document.entries.actors.map(actorKey)),
        countries: new Set(document.entries.countries),
        matches: compileMatch(document.match),
      }));
    this.#never = new AddressRanges(neverRestricted.map((range) => [range, true] as const));
  }

  /** Why this actor must not be restricted, or undefined. */
  objection(actor: Actor): string | undefined {
    const address = actor.kind === 'ip' ? addressOf(actor.id) : undefined;
    if (address !== undefined && this.#never.find(address) !== undefined) return 'it is never restricted';
    const list = this.#lists.find(
      ({ ranges, actors }) => actors.has(actorKey(actor)) || (address !== undefined && ranges.find(address) === true),
    );
    return list === undefined ? undefined : `it is on the allow-list ${list.id}`;
  }

  /** True for traffic of somebody allowed here: it raises nothing. */
  isAllowed(occurrence: Occurrence): boolean {
    if (this.#lists.length === 0) return false;
    return this.#lists.some(({ ranges, actors, countries, matches }) => {
      const isListed =
        occurrence.actors.some(
          ({ actor, key }) => actors.has(key) || (actor.kind === 'ip' && ranges.find(addressOf(actor.id)) === true),
        ) ||
        (occurrence.country !== undefined && countries.has(occurrence.country));
      return isListed && matches(factsOf(occurrence));
    });
  }
}

/** Of an IPv6 /64 its first address. */
function addressOf(id: string): string {
  return id.split('/')[0]!;
}
