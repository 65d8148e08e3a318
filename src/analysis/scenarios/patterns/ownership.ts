// Whose objects are read by whom. Where nearly every object was only ever read by one principal, the endpoint is private, and a
// second principal's success on an owned object is broken object level authorization at the first request.
// Those whose work it is to read others' objects (a role, or without roles a principal) are learned as such beforehand.

import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf, highOf, lowOfPair, pairOf } from '../../../core/hash.ts';
import type { OwnershipPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { isIdentifierName } from '../asked-in-body.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import { KeyFilter } from '../metrics/key-filter.ts';
import { OldestFirst } from '../metrics/oldest-first.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';
import { type Listed, OwnLists } from './own-lists.ts';
import { Readers } from './readers.ts';

const OBJECTS_MAX = 300_000;
const ENDPOINTS_MAX = 5_000;
const READERS_PER_ENDPOINT_MAX = 10_000;
const SHARED = 0;
/** So many different second readers are no attackers: the place only looked private while few were there. */
const STRANGERS_MAX = 5;
/** Of what somebody reads, the share of others' objects from which reading them is its work. */
const BROAD_SHARE_MIN = 0.2;

const BROAD_TOLD_MAX = 1_000;
/** Of one owner so many objects count at least: a robot that reads the same hundred every hour says nothing of people. */
const COUNTED_OF_OWNER_MIN = 3;
const COUNTED_OF_OWNER_MAX = 20;
const OWNERS_MIN = 20;
const OWNERS_SHARE_MIN = 0.4;

/** Ids of lists are looked up at so many private endpoints. */
const PRIVATE_ENDPOINTS_MAX = 20;
const CHANGES: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);
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
  /** Its upper bits, and the other 32. */
  readonly high: number;
  readonly low: number;
  objects: number;
  /** Objects read again by their owner alone, and objects read by others too. */
  again: number;
  shared: number;
  /** Owners of at least so many objects that they read again, by that number less one. */
  readonly owners: number[];
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
  /** Of the keys of owners: a list names many ids at many places, and hardly any of them is there. */
  readonly #mayOwn = new KeyFilter();
  #evicted = 0;
  /** Objects whose owner became another since the data plane was told. */
  readonly #changed = new Set<number>();
  #isTold = false;
  readonly #lists = new OwnLists();
  readonly #readers = new Readers();
  #privateNow: readonly EndpointOwnership[] = [];
  #privateAt = Number.NEGATIVE_INFINITY;

  constructor(scenario: ScenarioDocument, pattern: OwnershipPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { principal } = occurrence;
    if (principal === undefined || !occurrence.isAccepted) return undefined;
    let signal: Signal | undefined;
    for (const object of objectsOf(occurrence)) signal ??= this.#read(occurrence, principal, object);
    if (signal === undefined && occurrence.isClean) this.#share(occurrence, occurrence.principalHash || 1);
    return signal;
  }

  #read(occurrence: Occurrence, principal: string, object: number): Signal | undefined {
    const { endpoint } = occurrence;
    const place = this.#place(endpoint);
    if (place === undefined) return undefined;
    const reader = occurrence.principalHash || 1;
    const who = occurrence.role === 'authenticated' ? principal : occurrence.role;
    const key = pairOf(place.hash, object);
    const marked = this.#owners.get(key);
    const owner = marked === undefined ? undefined : Math.abs(marked);
    if (this.#isBroad(place, who)) {
      if (place.broad.size < READERS_PER_ENDPOINT_MAX) place.broad.add(reader);
      return undefined;
    }
    const isTheirs = owner === undefined || owner === reader || owner === SHARED || place.broad.has(owner);
    if (
      !isTheirs &&
      this.#isPrivate(place) &&
      !this.#lists.hasGiven(occurrence, object, reader) &&
      (isOfOwners(place) || this.#readers.hasReadOfSeveral(place.hash, reader, owner))
    ) {
      place.strangers.add(reader);
      if (this.#isPrivate(place)) return this.#signal(occurrence, place);
    }
    const read = owner === undefined ? this.#readPlaceOf(endpoint, object, reader, who) : undefined;
    if (read !== undefined && !this.#lists.hasGiven(occurrence, object, reader)) {
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
      if (marked! < 0) this.#countAgain(place, owner, -1);
    } else if (owner === reader && marked! > 0) {
      this.#owners.set(key, -reader);
      this.#countAgain(place, reader, 1);
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
    const listed = this.#lists.note(occurrence, reader);
    if (occurrence.at >= this.#privateAt + PRIVATE_AGAIN_MS) {
      this.#privateAt = occurrence.at;
      const places = [...this.#endpoints.values()].filter((place) => this.#isPrivate(place));
      this.#privateNow = places.slice(0, PRIVATE_ENDPOINTS_MAX);
    }
    const places = this.#privateNow;
    for (const one of listed) {
      const high = highOf(one.id);
      const low = one.id | 0;
      for (let i = 0; i < places.length; i++) {
        const place = places[i]!;
        if (this.#mayOwn.has(lowOfPair(place.high, place.low, high, low))) this.#shareAt(place, one, reader);
      }
    }
  }

  #shareAt(place: EndpointOwnership, { list, id }: Listed, reader: number): void {
    const key = pairOf(place.hash, id);
    const marked = this.#owners.get(key);
    if (marked === undefined || marked === SHARED || place.broad.has(Math.abs(marked))) return;
    const isOwn = Math.abs(marked) === reader;
    if (!this.#lists.judge(list, isOwn) || isOwn) return;
    // It counts as private all the same: nobody read what it was not given.
    this.#owners.set(key, SHARED);
    this.#note(key);
  }

  /**
   * Endpoints where one object of another says enough, with those whose work it is to read others' objects there. Where it takes
   * objects of several, a worker, which sees one request, says nothing.
   */
  privatePlaces(): PrivatePlace[] {
    const places: PrivatePlace[] = [];
    for (const [endpoint, place] of this.#endpoints) {
      if (!this.#isPrivate(place) || !isOfOwners(place)) continue;
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
      lists: this.#lists.dump(),
      readersOwn: this.#readers.dump(),
      owners: listed(this.#owners, (entry) => entry),
      endpoints: listed(this.#endpoints, ([endpoint, one]) => [
        endpoint,
        {
          objects: one.objects,
          again: one.again,
          shared: one.shared,
          owners: one.owners,
          principals: Buffer.from(one.principals.registers).toString('base64'),
          readers: [...one.readers],
          broad: [...one.broad],
        },
      ]),
    };
  }

  restore(dump: unknown): void {
    const { owners, endpoints, lists, readersOwn } = dump as {
      lists?: unknown;
      readersOwn?: unknown;
      owners: [number, number][];
      endpoints: [
        string,
        {
          objects: number;
          again: number;
          shared: number;
          owners?: number[];
          principals: string;
          readers: [string, { own: number; others: number }][];
          broad: number[];
        },
      ][];
    };
    if (lists !== undefined) this.#lists.restore(lists);
    if (readersOwn !== undefined) this.#readers.restore(readersOwn);
    for (const [key, owner] of owners) this.#own(key, owner);
    for (const [endpoint, one] of endpoints) {
      this.#endpoints.set(endpoint, {
        ...hashed(endpoint),
        objects: one.objects,
        again: one.again,
        shared: one.shared,
        owners: one.owners ?? [],
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
    const { objectsMin, objectsReadAgainMin, singleOwnerShareMin, principalsMin } = this.#pattern;
    if (place.strangers.size > STRANGERS_MAX || place.objects < objectsMin) return false;
    if (place.again + place.shared < objectsReadAgainMin) return false;
    if (place.again < (place.again + place.shared) * singleOwnerShareMin) return false;
    const principals = place.principals.estimate();
    if (principals < principalsMin) return false;
    // The more people there are, the less of it may come from a few.
    const countedMax = Math.max(COUNTED_OF_OWNER_MIN, Math.ceil((2 * objectsReadAgainMin) / principals));
    let again = 0;
    for (const owners of place.owners.slice(0, countedMax)) again += owners;
    return again + place.shared >= objectsReadAgainMin && again >= (again + place.shared) * singleOwnerShareMin;
  }

  #countAgain(place: EndpointOwnership, owner: number, change: 1 | -1): void {
    place.again += change;
    const count = this.#readers.countOwn(place.hash, owner, change);
    const at = change === 1 ? count - 1 : count;
    if (at >= 0 && at < COUNTED_OF_OWNER_MAX) place.owners[at] = Math.max(0, (place.owners[at] ?? 0) + change);
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
        ...hashed(endpoint),
        objects: 0,
        again: 0,
        shared: 0,
        owners: [],
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
    const before = this.#owners.size;
    this.#owners.set(key, reader);
    if (this.#owners.size > before) this.#mayOwn.add(key);
    this.#note(key);
    if (this.#owners.size <= OBJECTS_MAX) return;
    const [oldest] = this.#oldest.next()!;
    this.#owners.delete(oldest);
    this.#mayOwn.delete(oldest);
    this.#evicted += 1;
  }
}

function hashed(endpoint: string): Pick<EndpointOwnership, 'hash' | 'high' | 'low'> {
  const hash = hashOf(endpoint);
  return { hash, high: highOf(hash), low: hash | 0 };
}

/** The one object that is named, or each of a batch. */
function objectsOf({ object, parameters }: Occurrence): readonly number[] {
  if (object !== undefined) return [object];
  const batch = parameters.find(({ name }) => name.endsWith('*') && isIdentifierName(name));
  return parameters.flatMap(({ name, hash }) => (name === batch?.name ? [hash] : []));
}

/**
 * Most who come here have objects that they alone read again: then one object of another says enough. Where few have, those few
 * may be robots, and the others colleagues; then it takes objects of several.
 */
function isOfOwners({ owners, principals }: EndpointOwnership): boolean {
  const having = owners[0] ?? 0;
  return having >= OWNERS_MIN && having >= principals.estimate() * OWNERS_SHARE_MIN;
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
