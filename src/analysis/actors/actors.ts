// Every identity seen lately, with what it did and how suspect it is.
// Invariants: at most `actorsMax` are kept; who is in an incident is kept before others, and who came once goes first; texts are
// held once. Who came once takes about 300 bytes, others 600 and more.

import { type Actor, type ActorKind, actorKey } from '../../core/actor.ts';
import type { ActorPopulation } from '../../core/actor-population.ts';
import type { ActorProfile, TimelineEntry } from '../../core/actor-profile.ts';
import { hashOf } from '../../core/hash.ts';
import type { Incident, IncidentStatus } from '../../core/incident.ts';
import { Listed } from '../json-pieces.ts';
import { HyperLogLog } from '../scenarios/metrics/hyper-log-log.ts';
import { OldestFirst } from '../scenarios/metrics/oldest-first.ts';
import type { Occurrence } from '../scenarios/occurrence.ts';
import { type Addend, confidenceOf } from './confidence.ts';
import { Foremost } from './foremost.ts';
import { Interner } from './interner.ts';
import { type Measured, populationOf } from './population.ts';
import { listed, note, numbersIn, renumber, SEEN_MAX } from './seen.ts';
import { type Sighting, sightingOf } from './sighting.ts';

const TIMELINE_MAX = 50;
const ADDENDS_MAX = 50;
const CHANCES = 16;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Texts per actor above which forgotten ones are cleared out. */
const TEXTS_PER_ACTOR_MAX = 8;

/** Plain JSON: there are few of these. */
interface Notable {
  addends: Addend[];
  timeline: TimelineEntry[];
}

interface Known {
  readonly actor: Actor;
  readonly firstSeen: number;
  lastSeen: number;
  transactions: number;
  errors: number;
  blocked: number;
  /** Empty as long as `first` says it. */
  seen: number[];
  first: Sighting | undefined;
  notable: Notable | undefined;
  /** Identities beyond those listed, today and yesterday: only of addresses that many share. */
  crowd: { today: HyperLogLog; yesterday: HyperLogLog | undefined; since: number } | undefined;
}

/** Numbers of a sighting's texts, one for all its identities. */
interface Texts {
  readonly place: number | undefined;
  readonly userAgent: number | undefined;
  readonly endpoint: number;
}

export interface ActorFilter {
  readonly kind?: ActorKind;
  readonly confidenceMin?: number;
  readonly text?: string;
}

export class Actors {
  evicted = 0;
  readonly #actorsMax: number;
  readonly #precisionOf: (detection: string) => number;
  readonly #statusOf: (incident: string) => IncidentStatus | undefined;
  readonly #known = new Map<string, Known>();
  readonly #oldest = new OldestFirst(this.#known);
  /** Keys of those with a part in incidents. */
  readonly #notable = new Set<string>();
  readonly #texts = new Interner();
  #textsMax: number;

  constructor(options: {
    readonly actorsMax: number;
    readonly precisionOf: (detection: string) => number;
    readonly statusOf: (incident: string) => IncidentStatus | undefined;
  }) {
    this.#actorsMax = options.actorsMax;
    this.#textsMax = options.actorsMax * TEXTS_PER_ACTOR_MAX;
    this.#precisionOf = options.precisionOf;
    this.#statusOf = options.statusOf;
  }

  get size(): number {
    return this.#known.size;
  }

  take(occurrence: Occurrence): void {
    const { at, actors } = occurrence;
    let sighting: Sighting | undefined;
    let texts: Texts | undefined;
    for (const { actor, key } of actors) {
      const known = this.#of(actor, key, at);
      known.transactions += 1;
      if (at > known.lastSeen) known.lastSeen = at;
      if (occurrence.status >= 400) known.errors += 1;
      if (occurrence.action === 'block') known.blocked += 1;
      sighting ??= sightingOf(occurrence);
      if (known.transactions === 1) known.first = sighting;
      else {
        texts ??= this.#textsOf(sighting);
        this.#see(known, key, sighting, texts);
      }
    }
  }

  /** An incident of the actors opened or changed. */
  accuse(incident: Incident, at: number): void {
    for (const actor of incident.actors) {
      const key = actorKey(actor);
      const notable = this.#notableOf(actor, key, at);
      let addend = notable.addends.find((one) => one.incident === incident.id);
      if (addend === undefined) {
        const { id, detection, title, result } = incident;
        addend = { incident: id, detection, title, result, count: 0, at };
        notable.addends.push(addend);
        if (notable.addends.length > ADDENDS_MAX) notable.addends.shift();
        this.#notice(notable, { at, kind: 'incident', text: incident.title, incident: incident.id });
      }
      Object.assign(addend, {
        detection: incident.detection,
        title: incident.title,
        result: incident.result,
        count: incident.count,
        at: Math.max(addend.at, incident.lastSeen),
      });
    }
  }

  /** An incident was taken in by another one, which accuses in its place. */
  forget(incident: Incident): void {
    for (const actor of incident.actors) {
      const notable = this.#known.get(actorKey(actor))?.notable;
      if (notable === undefined) continue;
      notable.addends = notable.addends.filter((one) => one.incident !== incident.id);
    }
  }

  noticeRestriction(actor: Actor, text: string, incident: string | undefined, at: number): void {
    this.#notice(this.#notableOf(actor, actorKey(actor), at), { at, kind: 'restriction', text, incident });
  }

  confidencePercent(key: string, now: number): number {
    const known = this.#known.get(key);
    return known?.notable === undefined ? 0 : this.#confidence(known, now).percent;
  }

  /** Identities seen with an actor in about a day, itself not counted. */
  othersPerDay(key: string, now: number): number {
    const known = this.#known.get(key);
    if (known === undefined) return 0;
    const linked = listed(this.#seenOf(known, key), 'linked').filter(({ lastSeen }) => lastSeen > now - DAY_MS);
    if (known.crowd === undefined) return linked.length;
    const all = new HyperLogLog();
    all.merge(known.crowd.today);
    if (known.crowd.yesterday !== undefined) all.merge(known.crowd.yesterday);
    return Math.max(linked.length, all.estimate());
  }

  get(key: string, now: number): ActorProfile | undefined {
    const known = this.#known.get(key);
    return known === undefined ? undefined : this.#profile(known, key, now);
  }

  /** Where it stands among all of its kind. */
  population(key: string): ActorPopulation | undefined {
    const own = this.#known.get(key);
    return own === undefined ? undefined : populationOf(measuredOf(own), this.#measured(own.actor.kind));
  }

  *#measured(kind: ActorKind): Iterable<Measured> {
    for (const known of this.#known.values()) if (known.actor.kind === kind) yield measuredOf(known);
  }

  /** Most suspect first, then the latest. Profiles are made of those shown only. */
  list(filter: ActorFilter, now: number, offset: number, limit: number): { total: number; items: ActorProfile[] } {
    const keys = (filter.confidenceMin ?? 0) > 0 ? this.#notable : this.#known.keys();
    const wanted = new Foremost<Ranked>(offset + limit, inRank);
    for (const key of keys) {
      const known = this.#known.get(key);
      if (known === undefined || !isWanted(known, key, filter)) continue;
      const percent = known.notable === undefined ? 0 : this.#confidence(known, now).percent;
      if (percent >= (filter.confidenceMin ?? 0)) wanted.add({ key, known, percent });
    }
    const shown = wanted.sorted().slice(offset);
    return { total: wanted.total, items: shown.map(({ key, known }) => this.#profile(known, key, now)) };
  }

  /** Who matters: those in incidents. The others come back by themselves. */
  dump(): unknown {
    return new Listed(() => this.#dumps());
  }

  *#dumps(): Generator<unknown> {
    for (const key of this.#notable) {
      const known = this.#known.get(key);
      if (known === undefined) continue;
      this.#seenOf(known, key);
      const { seen, crowd, first, ...rest } = known;
      const entries = (Object.keys(SEEN_MAX) as (keyof typeof SEEN_MAX)[]).flatMap((kind) =>
        listed(seen, kind).map(({ number, count, lastSeen }) => [kind, this.#texts.textOf(number), count, lastSeen]),
      );
      yield [key, rest, entries];
    }
  }

  restore(dump: unknown): void {
    type Entry = [keyof typeof SEEN_MAX, string, number, number];
    type Kept = Omit<Known, 'seen' | 'first' | 'crowd'>;
    for (const [key, rest, entries] of dump as [string, Kept, Entry[]][]) {
      const seen: number[] = [];
      for (const [kind, text, count, lastSeen] of entries) {
        note(seen, kind, this.#texts.numberOf(text), count, lastSeen);
      }
      this.#known.set(key, { ...rest, seen, first: undefined, crowd: undefined });
      this.#notable.add(key);
    }
  }

  #of(actor: Actor, key: string, at: number): Known {
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    if (this.#known.size >= this.#actorsMax) this.#makeRoom(at);
    const known: Known = {
      actor,
      firstSeen: at,
      lastSeen: at,
      transactions: 0,
      errors: 0,
      blocked: 0,
      seen: [],
      first: undefined,
      notable: undefined,
      crowd: undefined,
    };
    this.#known.set(key, known);
    return known;
  }

  /** What it was seen with, of which nothing is made before somebody wants to know. */
  #seenOf(known: Known, key: string): number[] {
    const { first } = known;
    if (first === undefined) return known.seen;
    known.first = undefined;
    this.#see(known, key, first, this.#textsOf(first));
    return known.seen;
  }

  #see(known: Known, key: string, sighting: Sighting, texts: Texts): void {
    const { at, dataTypes, keys } = sighting;
    const seen = this.#seenOf(known, key);
    if (texts.place !== undefined) note(seen, 'address', texts.place, 1, at);
    if (texts.userAgent !== undefined) note(seen, 'userAgent', texts.userAgent, 1, at);
    note(seen, 'endpoint', texts.endpoint, 1, at);
    for (const [type, values] of dataTypes) note(seen, 'dataType', this.#texts.numberOf(type), values, at);
    if (keys.length > 1) this.#noteLinks(known, key, keys, at);
  }

  #textsOf({ place, userAgent, endpoint }: Sighting): Texts {
    return {
      place: place === undefined ? undefined : this.#texts.numberOf(place),
      userAgent: userAgent === '' ? undefined : this.#texts.numberOf(userAgent),
      endpoint: this.#texts.numberOf(endpoint),
    };
  }

  #noteLinks(known: Known, key: string, keys: readonly string[], at: number): void {
    for (const other of keys) {
      if (other === key) continue;
      const hasRoom = note(known.seen, 'linked', this.#texts.numberOf(other), 1, at);
      if (known.actor.kind !== 'ip') continue;
      if (!hasRoom && known.crowd === undefined) this.#startCrowd(known, at);
      known.crowd?.today.add(hashOf(other));
    }
    const { crowd } = known;
    if (crowd !== undefined && at > crowd.since + DAY_MS) {
      crowd.yesterday = crowd.today;
      crowd.today = new HyperLogLog();
      crowd.since = at;
    }
  }

  #startCrowd(known: Known, at: number): void {
    const today = new HyperLogLog();
    for (const { number } of listed(known.seen, 'linked')) today.add(hashOf(this.#texts.textOf(number)));
    known.crowd = { today, yesterday: undefined, since: at };
  }

  #notableOf(actor: Actor, key: string, at: number): Notable {
    const known = this.#of(actor, key, at);
    this.#notable.add(key);
    known.notable ??= {
      addends: [],
      timeline: [{ at: known.firstSeen, kind: 'first-seen', text: 'First seen', incident: undefined }],
    };
    return known.notable;
  }

  #notice(notable: Notable, entry: TimelineEntry): void {
    notable.timeline.push(entry);
    if (notable.timeline.length > TIMELINE_MAX) notable.timeline.splice(1, 1);
  }

  #confidence(known: Known, now: number): ReturnType<typeof confidenceOf> {
    const counting = known.notable!.addends.filter(({ incident }) => {
      const status = this.#statusOf(incident);
      return status !== 'false-positive' && status !== 'accepted';
    });
    return confidenceOf(known.actor, counting, this.#precisionOf, now);
  }

  #profile(known: Known, key: string, now: number): ActorProfile {
    const { actor, notable } = known;
    const seen = this.#seenOf(known, key);
    const confidence = notable === undefined ? { percent: 0, addends: [] } : this.#confidence(known, now);
    const sightings = (kind: keyof typeof SEEN_MAX) =>
      listed(seen, kind).map(({ number, count, lastSeen }) => ({ what: this.#texts.textOf(number), count, lastSeen }));
    const addresses = sightings('address').map(({ what, count, lastSeen }) => {
      const [address = '', country = '', network = ''] = what.split('\n');
      return { what: address, count, lastSeen, country: country || undefined, network };
    });
    return {
      actor,
      key,
      confidencePercent: confidence.percent,
      addends: confidence.addends,
      firstSeen: known.firstSeen,
      lastSeen: known.lastSeen,
      transactions: known.transactions,
      errors: known.errors,
      blocked: known.blocked,
      country: addresses[0]?.country,
      network: addresses[0]?.network,
      addresses,
      userAgents: sightings('userAgent'),
      endpoints: sightings('endpoint'),
      dataTypes: sightings('dataType'),
      linked: sightings('linked'),
      othersPerDay: this.othersPerDay(key, now),
      incidents: (notable?.addends ?? []).map(({ incident }) => incident),
      timeline: [...(notable?.timeline ?? [])].reverse(),
    };
  }

  /** The one that came first and was not seen lately goes; those in incidents get more chances. */
  #makeRoom(now: number): void {
    for (let i = 0; i < CHANCES; i++) {
      const [key, known] = this.#oldest.next()!;
      this.#known.delete(key);
      const isKept = known.notable !== undefined || (known.transactions > 1 && known.lastSeen > now - HOUR_MS);
      if (!isKept || i === CHANCES - 1) {
        this.#notable.delete(key);
        this.evicted += 1;
        break;
      }
      this.#known.set(key, known);
    }
    if (this.#texts.size > this.#textsMax) this.#clearTexts();
  }

  #clearTexts(): void {
    const used = new Set<number>();
    for (const { seen } of this.#known.values()) numbersIn(seen, used);
    const moved = this.#texts.compact(used);
    for (const { seen } of this.#known.values()) renumber(seen, moved);
    // Not again before it is worth the walk.
    this.#textsMax = Math.max(this.#textsMax, Math.ceil(this.#texts.size * 1.5));
  }
}

interface Ranked {
  readonly key: string;
  readonly known: Known;
  readonly percent: number;
}

/** Most suspect first, then the latest. */
function inRank(a: Ranked, b: Ranked): number {
  return b.percent - a.percent || b.known.lastSeen - a.known.lastSeen;
}

function isWanted({ actor }: Known, key: string, { kind, text }: ActorFilter): boolean {
  return (kind === undefined || actor.kind === kind) && (text === undefined || key.includes(text));
}

function measuredOf({ transactions, errors, seen, first }: Known): Measured {
  const sensitiveValues =
    first === undefined
      ? listed(seen, 'dataType').reduce((sum, { count }) => sum + count, 0)
      : first.dataTypes.reduce((sum, [, values]) => sum + values, 0);
  return {
    requests: transactions,
    failures: errors,
    endpoints: first === undefined ? listed(seen, 'endpoint').length : 1,
    sensitiveValues,
  };
}
