// An endpoint against itself: share of errors, latency and size of answers in this hour against the same hour of earlier days,
// or against all earlier hours while days are few. Robust z = (x − median) / (1.4826 · MAD), Iglewicz and Hoaglin 1993.

import type { ScenarioDocument } from '../../../core/document.ts';
import type { EndpointDriftPattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { LogHistogram } from '../metrics/log-histogram.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const HOUR_MS = 3_600_000;
const HOURS_KEPT_MAX = 14 * 24;
const ENDPOINTS_MAX = 10_000;
const IDLE_MS = HOURS_KEPT_MAX * HOUR_MS;
const SAME_HOURS_MIN = 5;
/** Deviations below this share of the median are noise, whatever the hours before say. */
const DEVIATION_SHARE_MIN = 0.05;
const AGAIN_AFTER_MS = 10 * 60_000;

interface Course {
  hour: number;
  samples: number;
  errors: number;
  values: LogHistogram;
  /** Hour and figure of the hours before, oldest first. */
  readonly hours: [hour: number, figure: number][];
  raisedAt: number;
  hasRaised: boolean;
  /** Since the last sweep. */
  isTouched: boolean;
  last: Occurrence | undefined;
}

export class EndpointDrift implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: EndpointDriftPattern;
  readonly #courses = new ExpiringTable<Course>(ENDPOINTS_MAX, IDLE_MS);
  /** Endpoints with transactions since the last sweep. */
  #touched: string[] = [];

  constructor(scenario: ScenarioDocument, pattern: EndpointDriftPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
  }

  take(occurrence: Occurrence): undefined {
    const { at, endpoint } = occurrence;
    const isError = occurrence.status >= 500;
    if (occurrence.action === 'block' || occurrence.status === 0) return;
    if (this.#pattern.of !== 'errors' && !occurrence.isAccepted) return;
    const course = this.#course(endpoint, at);
    if (course === undefined) return;
    course.samples += 1;
    if (isError) course.errors += 1;
    if (this.#pattern.of === 'latency') course.values.add(occurrence.upstreamMs ?? occurrence.durationMs);
    if (this.#pattern.of === 'size') course.values.add(occurrence.responseBodyBytes);
    if (this.#pattern.of !== 'errors' || isError) course.last = occurrence;
    if (course.isTouched) return;
    course.isTouched = true;
    this.#touched.push(endpoint);
  }

  sweep(now: number): readonly Signal[] {
    const signals: Signal[] = [];
    for (const endpoint of this.#touched) {
      const course = this.#courses.peek(endpoint);
      if (course?.isTouched !== true) continue;
      course.isTouched = false;
      const signal = this.#judge(endpoint, course, now);
      if (signal !== undefined) signals.push(signal);
    }
    this.#touched = [];
    this.#courses.sweep(now);
    return signals;
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#courses.size, evicted: this.#courses.evicted };
  }

  dump(): unknown {
    return listed(this.#courses.entries(), ([endpoint, { hours }]) => [endpoint, hours]);
  }

  restore(dump: unknown): void {
    for (const [endpoint, hours] of dump as [string, [number, number][]][]) {
      const last = (hours.at(-1)?.[0] ?? 0) * HOUR_MS;
      this.#courses.set(endpoint, { ...emptyCourse(hours.at(-1)?.[0] ?? 0), hours: [...hours] }, last);
    }
  }

  #course(endpoint: string, at: number): Course | undefined {
    const hour = Math.floor(at / HOUR_MS);
    const course = this.#courses.get(endpoint, at) ?? this.#courses.set(endpoint, emptyCourse(hour), at);
    if (hour < course.hour) return undefined;
    if (hour > course.hour) {
      // An hour that was raised is no example, but a change that stays is learned after a day of it.
      const isRecent = at - course.raisedAt < 24 * HOUR_MS;
      if (course.samples >= this.#pattern.samplesMin && !(course.hasRaised && isRecent)) {
        course.hours.push([course.hour, figureOf(course, this.#pattern.of)]);
        if (course.hours.length > HOURS_KEPT_MAX) course.hours.shift();
      }
      Object.assign(course, { hour, samples: 0, errors: 0, values: new LogHistogram() });
    }
    return course;
  }

  #judge(endpoint: string, course: Course, now: number): Signal | undefined {
    const { samplesMin, hoursMin, robustZ, changeMin, floor, of } = this.#pattern;
    if (course.samples < samplesMin || course.hours.length < hoursMin) return undefined;
    const sameHours = course.hours.filter(([hour]) => (course.hour - hour) % 24 === 0);
    const before = (sameHours.length >= SAME_HOURS_MIN ? sameHours : course.hours).map(([, figure]) => figure);
    const median = middle(before);
    const deviation = middle(before.map((figure) => Math.abs(figure - median))) * 1.4826;
    const figure = figureOf(course, of);
    const z = (figure - median) / Math.max(deviation, median * DEVIATION_SHARE_MIN, of === 'errors' ? 0.002 : 1);
    const isChange = of === 'errors' ? figure - median >= changeMin : figure >= median * changeMin;
    if (z < robustZ || !isChange || figure < floor) {
      course.hasRaised = false;
      return undefined;
    }
    if (course.hasRaised && now - course.raisedAt < AGAIN_AFTER_MS) return undefined;
    course.hasRaised = true;
    course.raisedAt = now;
    return {
      scenario: this.#scenario,
      actors: [],
      groups: [`endpoint:${endpoint}`],
      endpoint,
      at: now,
      result: 'succeeded',
      count: of === 'errors' ? course.errors : course.samples,
      figures: {
        value: of === 'errors' ? percent(figure) : Math.round(figure),
        usual: of === 'errors' ? percent(median) : Math.round(median),
        unit: of === 'errors' ? '%' : of === 'latency' ? 'ms' : 'bytes',
        robustZ: Math.round(z * 10) / 10,
        threshold: robustZ,
        hours: before.length,
        samples: course.samples,
      },
      occurrence: course.last,
    };
  }
}

function emptyCourse(hour: number): Course {
  return {
    hour,
    samples: 0,
    errors: 0,
    values: new LogHistogram(),
    hours: [],
    raisedAt: 0,
    hasRaised: false,
    isTouched: false,
    last: undefined,
  };
}

function figureOf(course: Course, of: EndpointDriftPattern['of']): number {
  return of === 'errors' ? course.errors / course.samples : course.values.quantile(0.9);
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function percent(share: number): number {
  return Math.round(share * 1_000) / 10;
}
