// Looking for holes: many different places with an error answer, and attacks of several kinds, by one actor in a short time.
// Places are endpoints, not paths: ids of one endpoint that are not found are no scan.
import type { Actor } from '../../../core/actor.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf } from '../../../core/hash.ts';
import type { ScanPattern } from '../../../core/scenario.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { FirstSightings } from '../metrics/first-sightings.ts';
import { SlidingDistinct } from '../metrics/sliding-distinct.ts';
import { type Occurrence, statusMatcher } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const ACTORS_MAX = 20_000;
/** They may have come upon a dead link. */
const ACTORS_SEEN_ONCE_MAX = 50_000;
const KINDS_MAX = 40;
/** Says who looks, not what for. */
const PROBE = 'scanner-signature';

interface Tally {
  readonly places: SlidingDistinct;
  /** Attacks by kind, with when the last one was. */
  readonly kinds: Map<string, { count: number; at: number }>;
  hits: number;
  hasRaised: boolean;
}

const ALIVE_MAX = 10_000;
/** From so many endpoints with answers it is known what is there. */
const ALIVE_MIN = 5;

export class Scan implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: ScanPattern;
  readonly #titleOf: (detection: string) => string | undefined;
  readonly #windowMs: number;
  readonly #isError: (status: number) => boolean;
  readonly #alive = new Set<string>();
  readonly #tallies: ExpiringTable<Tally, number>;
  /** Those with one place so far, and no attack. */
  readonly #once: FirstSightings;

  /** `titleOf`: what people call a detection. */
  constructor(scenario: ScenarioDocument, pattern: ScanPattern, titleOf: (detection: string) => string | undefined) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#titleOf = titleOf;
    this.#windowMs = pattern.windowSeconds * 1_000;
    this.#isError = statusMatcher(pattern.statuses);
    this.#tallies = new ExpiringTable(ACTORS_MAX, this.#windowMs);
    this.#once = new FirstSightings(ACTORS_SEEN_ONCE_MAX, this.#windowMs, 2);
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { attacks, at, endpoint } = occurrence;
    if (occurrence.isAccepted && this.#alive.size < ALIVE_MAX) this.#alive.add(endpoint);
    // An attack that was refused is one thing, not two.
    const isError = attacks.length === 0 && !occurrence.isLogin && this.#isErrorAt(occurrence);
    if (attacks.length === 0 && !isError) return undefined;
    const passed: { actor: Actor; tally: Tally; places: number }[] = [];
    for (const { actor, hash, share } of occurrence.actors) {
      if (share === 0) continue;
      const tally = this.#tally(hash, occurrence);
      if (tally === undefined) continue;
      tally.hits += 1;
      if (isError) tally.places.add(at, occurrence.endpointHash);
      for (const attack of attacks) {
        tally.places.add(at, hashOf(`${attack} ${endpoint}`));
        const kind = tally.kinds.get(attack);
        if (kind !== undefined) Object.assign(kind, { count: kind.count + 1, at });
        else if (tally.kinds.size < KINDS_MAX) tally.kinds.set(attack, { count: 1, at });
      }
      const places = tally.places.count(at) * share;
      const families = this.#families(tally, at);
      const isOver =
        places >= this.#pattern.distinctMin ||
        (families >= this.#pattern.familiesMin && places >= this.#pattern.distinctWithFamiliesMin);
      if (isOver) passed.push({ actor, tally, places });
    }
    const first = passed[0];
    if (first === undefined) return undefined;
    const count = first.tally.hasRaised ? 1 : first.tally.hits;
    for (const { tally } of passed) tally.hasRaised = true;
    return {
      scenario: this.#scenario,
      actors: passed.map(({ actor }) => actor),
      groups: passed.map(({ actor }) => `${actor.kind}:${actor.id}`),
      endpoint: '*',
      at,
      result: occurrence.isAccepted ? 'succeeded' : 'attempt',
      count,
      figures: {
        value: Math.round(first.places),
        windowSeconds: this.#pattern.windowSeconds,
        threshold: this.#pattern.distinctMin,
        kinds: first.tally.kinds.size,
        dominant: this.#dominant(first.tally),
        isEstimate: first.tally.places.isEstimate ? 'about ' : '',
      },
      occurrence,
    };
  }

  sweep(now: number): readonly Signal[] {
    this.#tallies.sweep(now);
    this.#once.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#tallies.size + this.#once.size, evicted: this.#tallies.evicted + this.#once.evicted };
  }

  dump(): unknown {
    return [...this.#alive];
  }

  restore(dump: unknown): void {
    for (const endpoint of dump as readonly string[]) this.#alive.add(endpoint);
  }

  /** Undefined for the first error of an actor, which is remembered. */
  #tally(key: number, { attacks, at, endpointHash }: Occurrence): Tally | undefined {
    const known = this.#tallies.get(key, at);
    if (known !== undefined) return known;
    const first = this.#once.recall(key, at);
    if (first === undefined && attacks.length === 0 && this.#pattern.distinctMin > 1) {
      this.#once.note(key, at, [endpointHash, at]);
      return undefined;
    }
    const tally = { places: new SlidingDistinct(this.#windowMs), kinds: new Map(), hits: 0, hasRaised: false };
    if (first !== undefined) {
      tally.places.add(first[1]!, first[0]!);
      tally.hits = 1;
    }
    return this.#tallies.set(key, tally, at);
  }

  /** Where everything unknown is answered with 401, that is an error at what nobody ever got an answer from. */
  #isErrorAt({ status, endpoint }: Occurrence): boolean {
    if (this.#isError(status)) return true;
    return status === 401 && this.#alive.size >= ALIVE_MIN && !this.#alive.has(endpoint);
  }

  #families(tally: Tally, now: number): number {
    let families = 0;
    for (const { at } of tally.kinds.values()) if (at > now - this.#windowMs) families += 1;
    return families;
  }

  #dominant(tally: Tally): string {
    let dominant: string | undefined;
    let most = 0;
    for (const [kind, { count }] of tally.kinds) {
      if (kind === PROBE || count <= most) continue;
      dominant = kind;
      most = count;
    }
    return dominant === undefined ? 'Forced Browsing' : (this.#titleOf(dominant) ?? dominant);
  }
}
