// Values of requests that nobody sends: signs and zeros flipped, numbers far beyond all others, another type, a word outside an
// enumeration, another content type. Normal is what several principals sent at an endpoint, field by field.

import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf } from '../../../core/hash.ts';
import type { ValueDriftPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { Agreement } from '../agreement.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { SlidingCount } from '../metrics/sliding-count.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';
import { type NormDump, typeOf, ValueNorm } from './value-norm.ts';

const PLACES_MAX = 10_000;
const FIELDS_PER_PLACE_MAX = 100;
const FIELDS_PER_REQUEST_MAX = 60;
const ACTORS_MAX = 100_000;

/** What each kind of drift weighs; one whole is enough. */
const WEIGHTS = {
  sign: 1,
  structure: 1,
  'far range': 1,
  zero: 0.5,
  type: 0.5,
  'content type': 0.5,
  range: 0.5,
  word: 0.35,
} as const;
type Drift = keyof typeof WEIGHTS;
/** Times the factor of a range from which a number is no slip of a finger. */
const FAR_TIMES = 100;
/** A backend that refuses is what it should do; many refusals still tell of somebody who tries. */
const REFUSED_WEIGHT = 0.25;
/** Numbers that are negative in other parts of the world, or by their nature. */
const SIGNED_NAME =
  /(?:^|[/_-])(?:lat|lon|lng|x|y|z|tz|diff|delta)$|(?:latitude|longitude|coordinates?|offset|delta|timezone|score|vote|temperature|balance|change)$/i;

interface Place {
  samples: number;
  readonly principals: number[];
  readonly mediaTypes: Set<string>;
  readonly fields: Map<string, ValueNorm>;
}

export class ValueDrift implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: ValueDriftPattern;
  readonly #places = new Map<string, Place>();
  readonly #agreement: Agreement;
  readonly #drifts: ExpiringTable<SlidingCount>;

  constructor(scenario: ScenarioDocument, pattern: ValueDriftPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#agreement = new Agreement(pattern.principalsMin);
    this.#drifts = new ExpiringTable(ACTORS_MAX, pattern.windowSeconds * 1_000);
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { requestFields, requestMediaType, endpoint } = occurrence;
    if (requestFields.length === 0 && requestMediaType === '') return undefined;
    const place = this.#place(endpoint, occurrence);
    if (place === undefined) return undefined;
    const who = occurrence.principal ?? occurrence.actors.at(-1)?.key ?? '';
    const principal = hashOf(who);
    const drifts = this.#driftsOf(place, occurrence, principal);
    if (drifts.length === 0) {
      if (occurrence.isClean && occurrence.isAccepted) this.#learn(place, occurrence, principal);
      return undefined;
    }
    const weight =
      drifts.reduce((sum, [drift]) => sum + WEIGHTS[drift], 0) * (occurrence.isAccepted ? 1 : REFUSED_WEIGHT);
    const key = `${endpoint} ${who}`;
    const count =
      this.#drifts.get(key, occurrence.at) ??
      this.#drifts.set(key, new SlidingCount(this.#pattern.windowSeconds * 1_000), occurrence.at);
    const sum = count.add(occurrence.at, weight);
    if (sum < 1) return undefined;
    const [drift, pointer, seen] = drifts.sort((a, b) => WEIGHTS[b[0]] - WEIGHTS[a[0]])[0]!;
    const norm = place.fields.get(pointer);
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.map(({ actor }) => actor),
      groups: [who],
      endpoint,
      at: occurrence.at,
      result: occurrence.isAccepted ? 'succeeded' : 'attempt',
      count: 1,
      figures: {
        value: Math.round(sum * 100) / 100,
        drift,
        pointer: pointer || 'the content type',
        seen,
        usual: norm?.usual ?? [...place.mediaTypes].join(', '),
        samples: norm?.samples ?? place.samples,
        windowSeconds: this.#pattern.windowSeconds,
      },
      occurrence,
    };
  }

  sweep(now: number): readonly Signal[] {
    this.#drifts.sweep(now);
    this.#agreement.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#places.size, evicted: this.#drifts.evicted };
  }

  dump(): unknown {
    return listed(this.#places, ([endpoint, { samples, principals, mediaTypes, fields }]) => [
      endpoint,
      samples,
      principals,
      [...mediaTypes],
      [...fields].map(([pointer, norm]) => [pointer, norm.dump()]),
    ]);
  }

  restore(dump: unknown): void {
    for (const [endpoint, samples, principals, mediaTypes, fields] of dump as [
      string,
      number,
      number[],
      string[],
      [string, NormDump][],
    ][]) {
      const place = { samples, principals, mediaTypes: new Set(mediaTypes), fields: new Map<string, ValueNorm>() };
      this.#places.set(endpoint, place);
      for (const [pointer, norm] of fields) {
        // As it was kept before bounds had principals: learned anew.
        if (!Array.isArray(norm.largest)) continue;
        const restored = this.#newNorm();
        restored.restore(norm);
        place.fields.set(pointer, restored);
      }
    }
  }

  /** What is unlike everything learned, without what enough principals agree on by now. */
  #driftsOf(place: Place, occurrence: Occurrence, principal: number): [Drift, pointer: string, seen: string][] {
    const drifts: [Drift, string, string][] = [];
    const { requestMediaType, requestFields, endpoint, at } = occurrence;
    const add = (drift: Drift, pointer: string, seen: string): void => {
      if (!this.#agreement.add(`${endpoint} ${drift} ${pointer} ${seen}`, principal, at))
        drifts.push([drift, pointer, seen]);
    };
    const isKnown = this.#isMature(place);
    if (isKnown && requestMediaType !== '' && place.mediaTypes.size > 0 && !place.mediaTypes.has(requestMediaType)) {
      add('content type', '', requestMediaType.slice(0, 60));
    }
    for (const field of requestFields.slice(0, FIELDS_PER_REQUEST_MAX)) {
      const norm = place.fields.get(field.pointer);
      if (norm === undefined || !this.#isMature(norm)) continue;
      const type = typeOf(field);
      if (type === 'null') continue;
      if (!norm.hasType(type, principal))
        add(type === 'array' || type === 'object' ? 'structure' : 'type', field.pointer, type);
      else if (field.number !== undefined) {
        const { number } = field;
        const { range } = norm;
        if (range === undefined) continue;
        if (number < 0 && !norm.hasNegative(principal)) {
          if (!SIGNED_NAME.test(field.pointer)) add('sign', field.pointer, 'negative');
        } else if (number === 0 && !norm.hasZero(principal)) add('zero', field.pointer, 'zero');
        else if (range.largest > 0 && number > range.largest * this.#pattern.timesLargest) {
          const farTimes = this.#pattern.timesLargest * FAR_TIMES;
          const isFar = number > range.largest * farTimes;
          const times = isFar ? farTimes : this.#pattern.timesLargest;
          add(isFar ? 'far range' : 'range', field.pointer, `at least ${times} times the largest`);
        }
      } else if (field.word !== undefined && !norm.hasWord(field.word, principal)) {
        add('word', field.pointer, field.word);
      }
    }
    return drifts;
  }

  #isMature({ samples, principals }: { readonly samples: number; readonly principals: readonly number[] }): boolean {
    return samples >= this.#pattern.samplesMin && principals.length >= this.#pattern.principalsMin;
  }

  #learn(place: Place, occurrence: Occurrence, principal: number): void {
    this.#count(place, principal);
    if (occurrence.requestMediaType !== '' && place.mediaTypes.size < 10) {
      place.mediaTypes.add(occurrence.requestMediaType);
    }
    for (const field of occurrence.requestFields.slice(0, FIELDS_PER_REQUEST_MAX)) {
      let norm = place.fields.get(field.pointer);
      if (norm === undefined) {
        if (place.fields.size >= FIELDS_PER_PLACE_MAX) continue;
        norm = this.#newNorm();
        place.fields.set(field.pointer, norm);
      }
      norm.learn(field, principal);
    }
  }

  #newNorm(): ValueNorm {
    return new ValueNorm(this.#pattern.principalsMin, this.#pattern.enumerationMax);
  }

  #count(one: { samples: number; readonly principals: number[] }, principal: number): void {
    one.samples += 1;
    if (one.principals.length < this.#pattern.principalsMin && !one.principals.includes(principal)) {
      one.principals.push(principal);
    }
  }

  /** What is only probed takes no room: a place begins with what may be learned from. */
  #place(endpoint: string, { isAccepted, isClean }: Occurrence): Place | undefined {
    let place = this.#places.get(endpoint);
    if (place === undefined && isAccepted && isClean && this.#places.size < PLACES_MAX) {
      place = { samples: 0, principals: [], mediaTypes: new Set(), fields: new Map() };
      this.#places.set(endpoint, place);
    }
    return place;
  }
}
