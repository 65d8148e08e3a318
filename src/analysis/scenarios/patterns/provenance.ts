// Where an id came from. Honest clients ask for ids that an earlier answer gave them; where that is always so, somebody who asks
// for several that it was never given has guessed or been told them.
// What was issued to whom is a pair of hashes in a Bloom filter of two generations: constant memory, and its false positives
// (under one percent when full) only ever miss, never accuse.

import type { ScenarioDocument } from '../../../core/document.ts';
import { pairOf } from '../../../core/hash.ts';
import { PairFilter } from '../../../core/pair-filter.ts';
import type { ProvenancePattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { isIdentifierName } from '../asked-in-body.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import { SlidingDistinct } from '../metrics/sliding-distinct.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const IDS_PER_RESPONSE_MAX = 200;
const PLACES_MAX = 10_000;
const PRINCIPALS_MAX = 100_000;
/** A client that was never given an id to come here with may have kept some from before it was first seen. */
const TIMES_OBJECTS_OF_STRANGERS = 3;
/** Pairs between two calls of `takeIssued`; of more, everything is told anew. */
const FRESH_MAX = 100_000;

interface Place {
  accesses: number;
  issued: number;
  readonly principals: HyperLogLog;
}

/** An endpoint where callers of one role ask only for ids that they were given. */
export interface IssuedPlace {
  readonly endpoint: string;
  readonly role: string;
}

/** Pairs of principal and id, as hashes: those since the last time, or all there are. */
export interface Issued {
  readonly pairs: readonly number[];
  /** Words of a {@link PairFilter}. */
  readonly whole: Uint32Array | undefined;
}

export class Provenance implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: ProvenancePattern;
  readonly #issued = new PairFilter();
  #fresh: number[] = [];
  #isTold = false;
  /** By endpoint and role: a support desk types in what it is told. */
  readonly #places = new Map<string, Place>();
  readonly #guesses: ExpiringTable<SlidingDistinct>;

  constructor(scenario: ScenarioDocument, pattern: ProvenancePattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#guesses = new ExpiringTable(PRINCIPALS_MAX, pattern.windowSeconds * 1_000);
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { principal } = occurrence;
    if (principal === undefined || !occurrence.isAccepted) return undefined;
    const who = occurrence.principalHash;
    const signal = this.#judge(occurrence, principal, who);
    if (signal === undefined) {
      const { identifiers } = occurrence;
      const given = Math.min(identifiers.length, IDS_PER_RESPONSE_MAX);
      for (let i = 0; i < given; i++) this.#give(pairOf(who, identifiers[i]!.id));
    }
    return signal;
  }

  issuedPlaces(): IssuedPlace[] {
    return [...this.#places]
      .filter(([, place]) => this.#isMature(place))
      .map(([key]) => ({ endpoint: endpointOf(key), role: key.slice(endpointOf(key).length + 1) }));
  }

  /** What the data plane has to know to tell at once; nothing is kept for it before it has asked for the whole. */
  takeIssued(isWhole: boolean): Issued {
    const isLost = this.#fresh.length >= FRESH_MAX;
    const pairs = this.#fresh;
    this.#fresh = [];
    if (!isWhole && !isLost) return { pairs, whole: undefined };
    this.#isTold = true;
    return { pairs: [], whole: this.#issued.whole() };
  }

  sweep(now: number): readonly Signal[] {
    this.#guesses.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#places.size, evicted: this.#guesses.evicted };
  }

  dump(): unknown {
    return {
      issued: this.#issued.dump(),
      places: listed(this.#places, ([key, one]) => [
        key,
        { ...one, principals: Buffer.from(one.principals.registers).toString('base64') },
      ]),
    };
  }

  restore(dump: unknown): void {
    const { issued, places } = dump as {
      issued: unknown;
      places: [string, { accesses: number; issued: number; principals: string }][];
    };
    this.#issued.restore(issued);
    for (const [key, one] of places) {
      const principals = new HyperLogLog(new Uint8Array(Buffer.from(one.principals, 'base64')));
      this.#places.set(key, { ...one, principals });
    }
  }

  #give(pair: number): void {
    if (this.#isTold && this.#fresh.length < FRESH_MAX && !this.#issued.has(pair)) this.#fresh.push(pair);
    this.#issued.add(pair);
  }

  #judge(occurrence: Occurrence, principal: string, who: number): Signal | undefined {
    const ids = askedFor(occurrence);
    if (ids.length === 0) return undefined;
    const place = this.#place(`${occurrence.endpoint} ${occurrence.role}`);
    if (place === undefined) return undefined;
    const unknown = ids.filter((id) => !this.#issued.has(pairOf(who, id)));
    const isIssued = unknown.length === 0;
    if (isIssued || !this.#isMature(place)) {
      if (!occurrence.isClean) return undefined;
      place.accesses += 1;
      if (isIssued) place.issued += 1;
      place.principals.add(who);
      // Beside the ids: the principal came to this endpoint with an id it had been given.
      if (isIssued) this.#issued.add(pairOf(who, occurrence.endpointHash));
      return undefined;
    }
    const isStranger = !this.#issued.has(pairOf(who, occurrence.endpointHash));
    const objectsMin = this.#pattern.objectsMin * (isStranger ? TIMES_OBJECTS_OF_STRANGERS : 1);
    const key = `${occurrence.endpoint} ${principal}`;
    const guesses =
      this.#guesses.get(key, occurrence.at) ??
      this.#guesses.set(key, new SlidingDistinct(this.#pattern.windowSeconds * 1_000), occurrence.at);
    for (const id of unknown) guesses.add(occurrence.at, id);
    const count = guesses.count(occurrence.at);
    if (count < objectsMin) {
      // Too few to say; they count as what happens here, so that an endpoint that changes its ways is no longer judged.
      // Of a stranger one does: the more it may ask for, the more it could change the ways by asking.
      if (!isStranger || count === 1) place.accesses += 1;
      return undefined;
    }
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.filter(({ actor }) => actor.kind !== 'ip').map(({ actor }) => actor),
      groups: [principal],
      endpoint: occurrence.endpoint,
      at: occurrence.at,
      result: 'succeeded',
      count: count === objectsMin ? count : 1,
      figures: {
        value: count,
        windowSeconds: this.#pattern.windowSeconds,
        threshold: objectsMin,
        issuedPercent: Math.round((place.issued / place.accesses) * 1_000) / 10,
        accesses: place.accesses,
        peers: place.principals.estimate(),
      },
      occurrence,
    };
  }

  #isMature(place: Place): boolean {
    return (
      place.accesses >= this.#pattern.accessesMin &&
      place.issued >= place.accesses * this.#pattern.issuedShareMin &&
      place.principals.estimate() >= this.#pattern.principalsMin
    );
  }

  #place(key: string): Place | undefined {
    let place = this.#places.get(key);
    if (place === undefined && this.#places.size < PLACES_MAX) {
      place = { accesses: 0, issued: 0, principals: new HyperLogLog() };
      this.#places.set(key, place);
    }
    return place;
  }
}

/** `GET api.example/orders/{id}` of `GET api.example/orders/{id} role:customer`. */
function endpointOf(key: string): string {
  return key.slice(0, key.indexOf(' ', key.indexOf('/')));
}

/** What the request names: the last parameter of the path, or the ids in query and body. */
function askedFor({ parameters }: Occurrence): readonly number[] {
  const last = parameters.findLast(({ name }) => name.startsWith('path:'));
  if (last !== undefined) return [last.hash];
  return parameters.flatMap(({ name, hash }) => (isIdentifierName(name) ? [hash] : []));
}
