// Fields of answers that always equal who asks: the owner, the tenant. Learned per endpoint, role and claim; an answer in which
// such a field names somebody else has left its owner.

import type { ScenarioDocument } from '../../../core/document.ts';
import type { OwnerFieldPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const PLACES_MAX = 10_000;
const INVARIANTS_PER_PLACE_MAX = 32;
const EQUAL_SHARE_MIN = 0.999;

interface Invariant {
  seen: number;
  equal: number;
  readonly principals: HyperLogLog;
}

interface Place {
  readonly invariants: Map<string, Invariant>;
  /** Pointers that are in one: most fields are in none, and for them no key is put together. */
  readonly pointers: Set<string>;
}

/** For the data plane, which can hold an answer back before it leaves. */
export interface OwnerInvariant {
  readonly endpoint: string;
  readonly role: string;
  readonly pointer: string;
  readonly claim: string;
}

export class OwnerField implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: OwnerFieldPattern;
  /** `endpoint role` → `pointer claim` → invariant. */
  readonly #places = new Map<string, Place>();

  constructor(scenario: ScenarioDocument, pattern: OwnerFieldPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { principal, claims, responseFields } = occurrence;
    const isRead = occurrence.status >= 200 && occurrence.status < 300;
    if (principal === undefined || claims.length === 0 || !isRead || responseFields.length === 0) return undefined;
    const place = this.#place(`${occurrence.endpoint}\n${occurrence.role}`);
    if (place === undefined) return undefined;
    const { invariants, pointers } = place;
    const broken: string[] = [];
    // One answer may hold the same field many times; it is equal when all of them are.
    const found = new Map<string, boolean>();
    for (const { pointer, hash } of responseFields) {
      if (hash === undefined || (!pointers.has(pointer) && !claims.some((claim) => claim.hash === hash))) continue;
      for (const claim of claims) {
        const key = `${pointer}\n${claim.name}`;
        const isEqual = hash === claim.hash;
        if (!isEqual && !invariants.has(key)) continue;
        found.set(key, isEqual && found.get(key) !== false);
      }
    }
    for (const [key, isEqual] of found) {
      const invariant = invariants.get(key);
      if (invariant !== undefined && !isEqual && this.#isMature(invariant)) broken.push(key);
      else if (occurrence.isClean) learn(place, key, isEqual, occurrence.principalHash);
    }
    if (broken.length === 0) return undefined;
    const [pointer, claim] = broken[0]!.split('\n') as [string, string];
    const invariant = invariants.get(broken[0]!)!;
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.filter(({ actor }) => actor.kind !== 'ip').map(({ actor }) => actor),
      groups: [principal],
      endpoint: occurrence.endpoint,
      at: occurrence.at,
      result: occurrence.isAccepted ? 'succeeded' : 'attempt',
      count: 1,
      figures: { value: 1, pointer, claim, answers: invariant.seen, peers: invariant.principals.estimate() },
      occurrence,
    };
  }

  /** What is learned well enough to act on. */
  invariants(): OwnerInvariant[] {
    const learned: OwnerInvariant[] = [];
    for (const [place, { invariants }] of this.#places) {
      const [endpoint, role] = place.split('\n') as [string, string];
      for (const [key, invariant] of invariants) {
        const [pointer, claim] = key.split('\n') as [string, string];
        if (this.#isMature(invariant)) learned.push({ endpoint, role, pointer, claim });
      }
    }
    return learned;
  }

  sweep(): readonly Signal[] {
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#places.size, evicted: 0 };
  }

  dump(): unknown {
    return listed(this.#places, ([place, { invariants }]) => [
      place,
      [...invariants].map(([key, { seen, equal, principals }]) => [
        key,
        { seen, equal, principals: Buffer.from(principals.registers).toString('base64') },
      ]),
    ]);
  }

  restore(dump: unknown): void {
    for (const [place, invariants] of dump as [
      string,
      [string, { seen: number; equal: number; principals: string }][],
    ][]) {
      const restored: Place = { invariants: new Map(), pointers: new Set() };
      this.#places.set(place, restored);
      for (const [key, { seen, equal, principals }] of invariants) {
        const registers = new Uint8Array(Buffer.from(principals, 'base64'));
        put(restored, key, { seen, equal, principals: new HyperLogLog(registers) });
      }
    }
  }

  #isMature({ seen, equal, principals }: Invariant): boolean {
    return (
      seen >= this.#pattern.responsesMin &&
      equal >= seen * EQUAL_SHARE_MIN &&
      principals.estimate() >= this.#pattern.principalsMin
    );
  }

  #place(key: string): Place | undefined {
    let place = this.#places.get(key);
    if (place === undefined && this.#places.size < PLACES_MAX) {
      place = { invariants: new Map(), pointers: new Set() };
      this.#places.set(key, place);
    }
    return place;
  }
}

function put({ invariants, pointers }: Place, key: string, invariant: Invariant): void {
  invariants.set(key, invariant);
  pointers.add(key.slice(0, key.lastIndexOf('\n')));
}

function learn(place: Place, key: string, isEqual: boolean, principal: number): void {
  let invariant = place.invariants.get(key);
  if (invariant === undefined) {
    if (place.invariants.size >= INVARIANTS_PER_PLACE_MAX) return;
    invariant = { seen: 0, equal: 0, principals: new HyperLogLog() };
    put(place, key, invariant);
  }
  invariant.seen += 1;
  if (isEqual) invariant.equal += 1;
  invariant.principals.add(principal);
}
