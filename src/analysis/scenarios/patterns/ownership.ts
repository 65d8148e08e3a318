// Whose objects are read by whom. Where nearly every object was only ever read by one principal, the endpoint is private, and a
// second principal's success on an owned object is broken object level authorization at the first request.
// Those whose work it is to read others' objects (a role, or without roles a principal) are learned as such beforehand.
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf, numberOfHash, pairOf } from '../../../core/hash.ts';
import { isIdentifierField } from '../../../core/identifier-field.ts';
import type { OwnershipPattern } from '../../../core/scenario.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import { OldestFirst } from '../metrics/oldest-first.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const OBJECTS_MAX = 300_000;
const ENDPOINTS_MAX = 5_000;
const READERS_PER_ENDPOINT_MAX = 10_000;
const SHARED = 0;
/** So many different second readers are no attackers: the place only looked private while few were there. */
const STRANGERS_MAX = 5;
/** Of what somebody reads, the share of others' objects from which reading them is its work. */
const BROAD_SHARE_MIN = 0.2;

const BROAD_TOLD_MAX = 1_000;

/** Lists whose ids are looked up: so many of one answer, at so many private endpoints. */
const LISTED_IDS_MAX = 50;
const PRIVATE_ENDPOINTS_MAX = 20;
const LISTS_MAX = 10_000;
const CHANGES: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);
/** From so many known objects a list is judged, and it is a list of one's own when so many of them are. */
const LISTED_MIN = 30;
const LISTED_OWN_SHARE_MIN = 0.7;
const PRIVATE_AGAIN_MS = 60_000;

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
  /** Principals (hashes) that were told of here: one intruder is one of them, however much it reads. */
  readonly strangers: Set<number>;
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
  /** Field of an answer → how often it named an object of whom it was given to, or of somebody else. */
  readonly #lists = new Map<string, { own: number; others: number }>();
  #privateNow: readonly EndpointOwnership[] = [];
  #privateAt = Number.NEGATIVE_INFINITY;

  constructor(scenario: ScenarioDocument, pattern: OwnershipPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { principal } = occurrence;
    if (principal === undefined || !occurrence.isAccepted) return undefined;
    const signal = this.#read(occurrence, principal);
    if (signal === undefined && occurrence.isClean) this.#share(occurrence, hashOf(principal) || 1);
    return signal;
  }

  #read(occurrence: Occurrence, principal: string): Signal | undefined {
    const { object, endpoint } = occurrence;
    if (object === undefined) return undefined;
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
    if (!isTheirs && this.#isPrivate(place)) {
      place.strangers.add(reader);
      if (this.#isPrivate(place)) return this.#signal(occurrence, place);
    }
    const read = owner === undefined ? this.#readPlaceOf(endpoint, object, reader, who) : undefined;
    if (read !== undefined) {
      read.strangers.add(reader);
      return this.#signal(occurrence, read);
    }
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

  /**
   * Where the object is read, when it is changed or deleted here for the first time and belongs to somebody else there. Only for
   * the same template: what is done below an object of another (a message to it, a payment into it) may be meant so.
   */
  #readPlaceOf(endpoint: string, object: number, reader: number, who: string): EndpointOwnership | undefined {
    const space = endpoint.indexOf(' ');
    if (!CHANGES.has(endpoint.slice(0, space)) || !endpoint.endsWith('}')) return undefined;
    const place = this.#endpoints.get(`GET${endpoint.slice(space)}`);
    // Who never reads there, such as a role that only cleans up, is not compared with those who do.
    if (place === undefined || !this.#isPrivate(place) || !place.readers.has(who) || this.#isBroad(place, who))
      return undefined;
    const owner = Math.abs(this.#owners.get(pairOf(place.hash, object)) ?? SHARED);
    return owner === SHARED || owner === reader || place.broad.has(owner) ? undefined : place;
  }

  /**
   * A list that names the caller's own objects names those shared with it as well: a joint account, a family's records.
   * A list that names everybody's (authors, search results) shares nothing.
   */
  #share(occurrence: Occurrence, reader: number): void {
    if (occurrence.responseFields.length === 0) return;
    if (occurrence.at >= this.#privateAt + PRIVATE_AGAIN_MS) {
      this.#privateAt = occurrence.at;
      const places = [...this.#endpoints.values()].filter((place) => this.#isPrivate(place));
      this.#privateNow = places.slice(0, PRIVATE_ENDPOINTS_MAX);
    }
    if (this.#privateNow.length === 0) return;
    let ids = 0;
    for (const field of occurrence.responseFields) {
      if (!isIdentifierField(field)) continue;
      if (++ids > LISTED_IDS_MAX) return;
      const id = numberOfHash(field.hash!);
      // What the request itself asked for says nothing of whose it is.
      if (occurrence.parameters.some(({ hash }) => hash === id)) continue;
      for (const place of this.#privateNow) {
        const key = pairOf(place.hash, id);
        const marked = this.#owners.get(key);
        if (marked === undefined || marked === SHARED || place.broad.has(Math.abs(marked))) continue;
        const isOwn = Math.abs(marked) === reader;
        if (!this.#isListOfOwn(`${occurrence.endpoint} ${field.pointer}`, isOwn) || isOwn) continue;
        // It counts as private all the same: nobody read what it was not given.
        this.#owners.set(key, SHARED);
        this.#note(key);
      }
    }
  }

  #isListOfOwn(field: string, isOwn: boolean): boolean {
    let list = this.#lists.get(field);
    if (list === undefined) {
      if (this.#lists.size >= LISTS_MAX) return false;
      list = { own: 0, others: 0 };
      this.#lists.set(field, list);
    }
    if (isOwn) list.own += 1;
    else list.others += 1;
    const sum = list.own + list.others;
    return sum >= LISTED_MIN && list.own >= sum * LISTED_OWN_SHARE_MIN;
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
        strangers: new Set(),
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
      place.strangers.size <= STRANGERS_MAX &&
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
        strangers: new Set(),
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
