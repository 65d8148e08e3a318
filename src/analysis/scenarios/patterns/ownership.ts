// Whose objects are read by whom. Where nearly every object was only ever read by one principal, the endpoint is private, and a
// second principal's success on an owned object is broken object level authorization at the first request.
// Those whose work it is to read others' objects (a role, or without roles a principal) are learned as such beforehand.
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf, pairOf } from '../../../core/hash.ts';
import type { OwnershipPattern } from '../../../core/scenario.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import { OldestFirst } from '../metrics/oldest-first.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const OBJECTS_MAX = 300_000;
const ENDPOINTS_MAX = 5_000;
const READERS_PER_ENDPOINT_MAX = 10_000;
const SHARED = 0;
/** Of what somebody reads, the share of others' objects from which reading them is its work. */
const BROAD_SHARE_MIN = 0.2;

const BROAD_TOLD_MAX = 1_000;

export interface PrivatePlace {
  readonly endpoint: string;
  /** Roles, or principals where there are no roles. */
  readonly broad: readonly string[];
}

/** Hash of endpoint and object, hash of the principal. */
export type ObjectOwner = readonly [object: number, owner: number];

interface EndpointOwnership {
  readonly hash: number;
  objects: number;
  /** Objects read again by their owner alone, and objects read by others too. */
  again: number;
  shared: number;
  readonly principals: HyperLogLog;
  /** Role or principal → objects read, and others' objects among them. */
  readonly readers: Map<string, { own: number; others: number }>;
  /** Principals (hashes) that read others' objects as their work: they own nothing. */
  readonly broad: Set<number>;
}

export class Ownership implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: OwnershipPattern;
  readonly #endpoints = new Map<string, EndpointOwnership>();
  /** Object at endpoint → hash of its only reader, negative when it read it again, or SHARED. The oldest are forgotten. */
  readonly #owners = new Map<number, number>();
  readonly #oldest = new OldestFirst(this.#owners);
  #evicted = 0;
  /** Objects whose owner became another since the data plane was told. */
  readonly #changed = new Set<number>();
  #isTold = false;

  constructor(scenario: ScenarioDocument, pattern: OwnershipPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { principal, object, endpoint } = occurrence;
    if (principal === undefined || object === undefined || !occurrence.isAccepted) return undefined;
    const place = this.#place(endpoint);
    if (place === undefined) return undefined;
    const reader = hashOf(principal) || 1;
    const who = occurrence.role === 'authenticated' ? principal : occurrence.role;
    const key = pairOf(place.hash, object);
    const marked = this.#owners.get(key);
    const owner = marked === undefined ? undefined : Math.abs(marked);
    if (this.#isBroad(place, who)) {
      if (place.broad.size < READERS_PER_ENDPOINT_MAX) place.broad.add(reader);
      return undefined;
    }
    const isTheirs = owner === undefined || owner === reader || owner === SHARED || place.broad.has(owner);
    if (!isTheirs && this.#isPrivate(place)) return this.#signal(occurrence, place);
    if (!occurrence.isClean) return undefined;
    place.principals.add(reader);
    if (owner === undefined || (owner !== SHARED && place.broad.has(owner))) {
      if (owner === undefined) place.objects += 1;
      this.#own(key, reader);
    } else if (owner !== reader && owner !== SHARED) {
      this.#owners.set(key, SHARED);
      this.#note(key);
      place.shared += 1;
      if (marked! < 0) place.again -= 1;
    } else if (owner === reader && marked! > 0) {
      this.#owners.set(key, -reader);
      place.again += 1;
    }
    note(place, who, isTheirs);
    return undefined;
  }

  /** Endpoints that are private now, with those whose work it is to read others' objects there. */
  privatePlaces(): PrivatePlace[] {
    const places: PrivatePlace[] = [];
    for (const [endpoint, place] of this.#endpoints) {
      if (!this.#isPrivate(place)) continue;
      const broad = [...place.readers.keys()].filter((who) => this.#isBroad(place, who));
      places.push({ endpoint, broad: broad.slice(0, BROAD_TOLD_MAX) });
    }
    return places;
  }

  /** Objects with their owners: everything known, newest last, or what changed since the last call. 0 stands for several. */
  takeOwners(isWhole: boolean, entriesMax: number): ObjectOwner[] {
    const told = isWhole
      ? [...this.#owners]
      : [...this.#changed].map((key) => [key, this.#owners.get(key) ?? SHARED] as const);
    this.#changed.clear();
    this.#isTold = true;
    const broad = new Set<number>();
    for (const place of this.#endpoints.values()) for (const one of place.broad) broad.add(one);
    return told.slice(-entriesMax).map(([key, owner]) => [key, broad.has(Math.abs(owner)) ? SHARED : Math.abs(owner)]);
  }

  sweep(): readonly Signal[] {
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#owners.size, evicted: this.#evicted };
  }

  dump(): unknown {
    return {
      owners: [...this.#owners],
      endpoints: [...this.#endpoints].map(([endpoint, one]) => [
        endpoint,
        {
          objects: one.objects,
          again: one.again,
          shared: one.shared,
          principals: Buffer.from(one.principals.registers).toString('base64'),
          readers: [...one.readers],
          broad: [...one.broad],
        },
      ]),
    };
  }

  restore(dump: unknown): void {
    const { owners, endpoints } = dump as {
      owners: [number, number][];
      endpoints: [
        string,
        {
          objects: number;
          again: number;
          shared: number;
          principals: string;
          readers: [string, { own: number; others: number }][];
          broad: number[];
        },
      ][];
    };
    for (const [key, owner] of owners) this.#owners.set(key, owner);
    for (const [endpoint, one] of endpoints) {
      this.#endpoints.set(endpoint, {
        hash: hashOf(endpoint),
        objects: one.objects,
        again: one.again,
        shared: one.shared,
        principals: new HyperLogLog(new Uint8Array(Buffer.from(one.principals, 'base64'))),
        readers: new Map(one.readers),
        broad: new Set(one.broad),
      });
    }
  }

  #signal(occurrence: Occurrence, place: EndpointOwnership): Signal {
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.filter(({ actor }) => actor.kind !== 'ip').map(({ actor }) => actor),
      groups: [occurrence.principal!],
      endpoint: occurrence.endpoint,
      at: occurrence.at,
      result: 'succeeded',
      count: 1,
      figures: {
        value: 1,
        objects: place.objects,
        again: place.again + place.shared,
        singleOwnerPercent: Math.round((place.again / (place.again + place.shared)) * 1_000) / 10,
        threshold: Math.round(this.#pattern.singleOwnerShareMin * 100),
        peers: place.principals.estimate(),
      },
      occurrence,
    };
  }

  #isPrivate(place: EndpointOwnership): boolean {
    return (
      place.objects >= this.#pattern.objectsMin &&
      place.again + place.shared >= this.#pattern.objectsReadAgainMin &&
      place.again >= (place.again + place.shared) * this.#pattern.singleOwnerShareMin &&
      place.principals.estimate() >= this.#pattern.principalsMin
    );
  }

  #isBroad(place: EndpointOwnership, who: string): boolean {
    const reads = place.readers.get(who);
    if (reads === undefined || reads.others < this.#pattern.broadObjectsMin) return false;
    return reads.others >= (reads.own + reads.others) * BROAD_SHARE_MIN;
  }

  #place(endpoint: string): EndpointOwnership | undefined {
    let place = this.#endpoints.get(endpoint);
    if (place === undefined && this.#endpoints.size < ENDPOINTS_MAX) {
      place = {
        hash: hashOf(endpoint),
        objects: 0,
        again: 0,
        shared: 0,
        principals: new HyperLogLog(),
        readers: new Map(),
        broad: new Set(),
      };
      this.#endpoints.set(endpoint, place);
    }
    return place;
  }

  #note(key: number): void {
    if (this.#isTold && this.#changed.size < OBJECTS_MAX) this.#changed.add(key);
  }

  #own(key: number, reader: number): void {
    this.#owners.set(key, reader);
    this.#note(key);
    if (this.#owners.size <= OBJECTS_MAX) return;
    this.#owners.delete(this.#oldest.next()![0]);
    this.#evicted += 1;
  }
}

function note(place: EndpointOwnership, who: string, isTheirs: boolean): void {
  const reads = place.readers.get(who);
  if (reads !== undefined) {
    if (isTheirs) reads.own += 1;
    else reads.others += 1;
  } else if (place.readers.size < READERS_PER_ENDPOINT_MAX) {
    place.readers.set(who, { own: isTheirs ? 1 : 0, others: isTheirs ? 0 : 1 });
  }
}
