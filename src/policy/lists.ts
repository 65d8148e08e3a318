// Allow-lists and deny-lists of addresses, actors and countries. Allow always wins.
import { actorKey } from '../core/actor.ts';
import type { ListDocument } from '../core/document.ts';
import { AddressRanges } from './address-ranges.ts';
import { compileMatch, type Facts, type Matcher } from './match.ts';

interface CompiledList {
  readonly document: ListDocument;
  readonly matches: Matcher;
  readonly ranges: AddressRanges<true> | undefined;
  readonly actors: ReadonlySet<string>;
  readonly countries: ReadonlySet<string>;
}

export class Lists {
  readonly #allow: readonly CompiledList[];
  readonly #deny: readonly CompiledList[];

  constructor(documents: readonly ListDocument[]) {
    this.#allow = documents.filter((document) => document.action === 'allow').map(compileList);
    this.#deny = documents.filter((document) => document.action === 'deny').map(compileList);
  }

  /** `country` is an ISO 3166-1 alpha-2 code, or undefined when it is not known. */
  allowing(facts: Facts, country: string | undefined): ListDocument | undefined {
    return this.#allow.find((list) => isOn(list, facts, country))?.document;
  }

  denying(facts: Facts, country: string | undefined): ListDocument | undefined {
    return this.#deny.find((list) => isOn(list, facts, country))?.document;
  }
}

function compileList(document: ListDocument): CompiledList {
  const { ips, actors, countries } = document.entries;
  return {
    document,
    matches: compileMatch(document.match),
    ranges: ips.length === 0 ? undefined : new AddressRanges(ips.map((range) => [range, true] as const)),
    actors: new Set(actors.map(actorKey)),
    countries: new Set(countries),
  };
}

function isOn(list: CompiledList, facts: Facts, country: string | undefined): boolean {
  const isListed =
    list.ranges?.find(facts.clientAddress) === true ||
    (country !== undefined && list.countries.has(country)) ||
    (list.actors.size > 0 && facts.actors.some((actor) => list.actors.has(actorKey(actor))));
  return isListed && list.matches(facts);
}
