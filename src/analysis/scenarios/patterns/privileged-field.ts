// A field that decides over rights or money (role, tenant, price …) sent, and accepted, by somebody whose peers never send it at
// this endpoint: privilege escalation by mass assignment.

import type { PrivilegedSenders } from '../../../core/baseline.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { plainName } from '../../../core/field.ts';
import { hashOf } from '../../../core/hash.ts';
import type { PrivilegedFieldPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { Agreement } from '../agreement.ts';
import { HyperLogLog } from '../metrics/hyper-log-log.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const PLACES_MAX = 10_000;
const SENDERS_PER_PLACE_MAX = 200;
const PRINCIPALS_AGREEING_MIN = 3;

interface Place {
  requests: number;
  readonly principals: HyperLogLog;
  /** `role pointer` of those who may send it. */
  readonly senders: Set<string>;
}

/** Where it is known well who sends such fields. */
export interface PrivilegedPlace extends PrivilegedSenders {
  readonly endpoint: string;
}

export class PrivilegedField implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: PrivilegedFieldPattern;
  readonly #names: ReadonlySet<string>;
  readonly #places = new Map<string, Place>();
  readonly #agreement = new Agreement(PRINCIPALS_AGREEING_MIN);

  constructor(scenario: ScenarioDocument, pattern: PrivilegedFieldPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#names = new Set(pattern.names.map(plainName));
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { requestFields, endpoint, role, at } = occurrence;
    if (requestFields.length === 0 || !occurrence.isAccepted) return undefined;
    const place = this.#place(endpoint);
    if (place === undefined) return undefined;
    const who = occurrence.principal ?? occurrence.actors.at(-1)?.key ?? '';
    const principal = hashOf(who);
    const isMature = this.#isMature(place);
    const sent: string[] = [];
    for (const { pointer } of requestFields) {
      if (!this.#names.has(plainName(pointer.slice(pointer.lastIndexOf('/') + 1)))) continue;
      const key = `${role} ${pointer}`;
      if (place.senders.has(key)) continue;
      const isAgreed = this.#agreement.add(`${endpoint} ${key}`, principal, at);
      if ((!isMature || isAgreed) && occurrence.isClean) {
        if (place.senders.size < SENDERS_PER_PLACE_MAX) place.senders.add(key);
      } else if (isMature && !isAgreed) sent.push(pointer);
    }
    if (sent.length === 0) {
      if (occurrence.isClean) {
        place.requests += 1;
        place.principals.add(principal);
      }
      return undefined;
    }
    const echoed = occurrence.responseFields.some(
      (field) =>
        field.hash !== undefined &&
        requestFields.some(({ pointer, hash }) => sent.includes(pointer) && hash === field.hash) &&
        sent.some((pointer) => field.pointer.endsWith(pointer.slice(pointer.lastIndexOf('/')))),
    );
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.map(({ actor }) => actor),
      groups: [who],
      endpoint,
      at,
      result: 'succeeded',
      count: 1,
      figures: {
        value: sent.length,
        pointer: sent.slice(0, 3).join(', '),
        requests: place.requests,
        peers: place.principals.estimate(),
        role,
        echo: echoed
          ? 'The answer gave the value back, so it was stored'
          : 'The answer does not show whether it was stored',
      },
      occurrence,
    };
  }

  places(): PrivilegedPlace[] {
    const names = [...this.#names];
    return [...this.#places]
      .filter(([, place]) => this.#isMature(place))
      .map(([endpoint, { senders }]) => ({ endpoint, names, senders: [...senders] }));
  }

  sweep(now: number): readonly Signal[] {
    this.#agreement.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#places.size, evicted: 0 };
  }

  dump(): unknown {
    return listed(this.#places, ([endpoint, { requests, principals, senders }]) => [
      endpoint,
      requests,
      Buffer.from(principals.registers).toString('base64'),
      [...senders],
    ]);
  }

  restore(dump: unknown): void {
    for (const [endpoint, requests, principals, senders] of dump as [string, number, string, string[]][]) {
      this.#places.set(endpoint, {
        requests,
        principals: new HyperLogLog(new Uint8Array(Buffer.from(principals, 'base64'))),
        senders: new Set(senders),
      });
    }
  }

  #isMature({ requests, principals }: Place): boolean {
    return requests >= this.#pattern.requestsMin && principals.estimate() >= this.#pattern.principalsMin;
  }

  #place(endpoint: string): Place | undefined {
    let place = this.#places.get(endpoint);
    if (place === undefined && this.#places.size < PLACES_MAX) {
      place = { requests: 0, principals: new HyperLogLog(), senders: new Set() };
      this.#places.set(endpoint, place);
    }
    return place;
  }
}
