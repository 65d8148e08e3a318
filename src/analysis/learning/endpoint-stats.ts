// The baseline of one endpoint as counters that merge by addition.
// Invariant: everything here is bounded by the named maxima; what one principal adds within an hour is bounded by the caller.
import type { TransactionRecord } from '../../core/record.ts';
import { type Counts, fade, Histogram, RunCounts } from './counts.ts';
import { type Sample, SchemaStats } from './field-stats.ts';
import { ObjectOwners } from './ownership.ts';
import { Smallest } from './smallest.ts';

const NAMES_MAX = 64;
const COUNTRIES_MAX = 250;
const PRINCIPALS_KEPT = 64;
const HOURS_KEPT = 24;
const SHAPE_FIELDS_MAX = 40;
const HOURS_OF_DAY = 24;
const NO_AUTHENTICATION = 'none';
const CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

export class EndpointStats {
  firstSeen = Number.POSITIVE_INFINITY;
  lastSeen = 0;
  samples = 0;
  successes = 0;
  isWebSocket = false;
  /** Nothing is learned or merged into it. */
  isFrozen = false;
  readonly principals = new Smallest(PRINCIPALS_KEPT);
  /** Distinct hours and days in which it was used. */
  readonly hoursSeen = new Smallest(HOURS_KEPT);
  readonly daysSeen = new Smallest(HOURS_KEPT);
  readonly #statuses = new RunCounts<string>(NAMES_MAX);
  readonly #authentication = new RunCounts<string>(NAMES_MAX);
  readonly #countries = new RunCounts<string>(COUNTRIES_MAX);
  readonly #hours = new RunCounts<number>(HOURS_OF_DAY);
  #schemes: readonly string[] = [];
  #schemesName = NO_AUTHENTICATION;
  readonly query = new SchemaStats();
  readonly request = new SchemaStats();
  readonly responses = new Map<string, SchemaStats>();
  readonly requestBytes = new Histogram();
  readonly responseBytes = new Histogram();
  readonly records = new Histogram();
  readonly latencyMs = new Histogram();
  readonly requestsPerCaller = new Histogram();
  readonly failuresPerCaller = new Histogram();
  readonly dataTypes = new Map<string, Histogram>();
  readonly owners = new ObjectOwners();

  get statuses(): Counts<string> {
    return this.#statuses.counts;
  }

  get authentication(): Counts<string> {
    return this.#authentication.counts;
  }

  get countries(): Counts<string> {
    return this.#countries.counts;
  }

  /** Of the day. */
  get hours(): Counts<number> {
    return this.#hours.counts;
  }

  add(record: TransactionRecord, sample: Sample): void {
    const { observation, status } = record;
    const isSuccess = status < 400;
    this.samples += 1;
    if (isSuccess) this.successes += 1;
    this.firstSeen = Math.min(this.firstSeen, record.receivedAt);
    this.lastSeen = Math.max(this.lastSeen, record.receivedAt);
    this.principals.add(sample.principal);
    this.hoursSeen.add(sample.hour);
    this.daysSeen.add(Math.floor(sample.hour / 24));
    this.#statuses.add(String(status));
    this.#hours.add(sample.hour % HOURS_OF_DAY);
    this.latencyMs.add(record.durationMs);
    if (observation === undefined) return;
    if (observation.country !== undefined) this.#countries.add(observation.country);
    if (observation.response !== undefined) {
      const { mediaType, fields, isTruncated } = observation.response;
      this.response(CLASSES[Math.floor(status / 100)] ?? `${Math.floor(status / 100)}xx`).add(
        mediaType,
        fields,
        isTruncated,
        sample,
      );
    }
    // What was refused does not say what is right.
    if (!isSuccess) return;
    this.#authentication.add(this.#nameOf(observation.authentication));
    this.requestBytes.add(record.requestBodyBytes);
    this.responseBytes.add(record.responseBodyBytes);
    this.query.add('', observation.query, false, sample);
    if (observation.upgrade !== undefined && status === 101) this.isWebSocket = true;
    if (observation.request !== undefined) {
      const { mediaType, fields, isTruncated } = observation.request;
      this.request.add(mediaType, fields, isTruncated, sample);
    }
    if (observation.response === undefined) return;
    this.records.add(observation.response.records);
    for (const [type, values] of observation.response.dataTypes) this.dataType(type)?.add(values);
  }

  merge(other: EndpointStats): void {
    if (this.isFrozen) return;
    this.isFrozen = other.isFrozen;
    this.firstSeen = Math.min(this.firstSeen, other.firstSeen);
    this.lastSeen = Math.max(this.lastSeen, other.lastSeen);
    this.samples += other.samples;
    this.successes += other.successes;
    this.isWebSocket ||= other.isWebSocket;
    this.principals.merge(other.principals);
    this.hoursSeen.merge(other.hoursSeen);
    this.daysSeen.merge(other.daysSeen);
    this.#statuses.merge(other.#statuses);
    this.#authentication.merge(other.#authentication);
    this.#countries.merge(other.#countries);
    this.#hours.merge(other.#hours);
    this.query.merge(other.query);
    this.request.merge(other.request);
    for (const [status, schema] of other.responses) this.response(status).merge(schema);
    this.requestBytes.merge(other.requestBytes);
    this.responseBytes.merge(other.responseBytes);
    this.records.merge(other.records);
    this.latencyMs.merge(other.latencyMs);
    this.requestsPerCaller.merge(other.requestsPerCaller);
    this.failuresPerCaller.merge(other.failuresPerCaller);
    for (const [type, values] of other.dataTypes) this.dataType(type)?.merge(values);
    this.owners.merge(other.owners);
  }

  /** Old traffic counts less; to be called with the same factor on every node. */
  fade(factor: number): void {
    this.samples *= factor;
    this.successes *= factor;
    for (const counts of [this.statuses, this.authentication, this.countries]) fade(counts, factor);
    fade(this.hours, factor);
    for (const one of [this.requestBytes, this.responseBytes, this.records, this.latencyMs]) fade(one.buckets, factor);
    for (const one of [this.requestsPerCaller, this.failuresPerCaller]) fade(one.buckets, factor);
    for (const one of this.dataTypes.values()) fade(one.buckets, factor);
    for (const one of [this.query, this.request, ...this.responses.values()]) one.fade(factor);
  }

  /** Outer fields of successful answers: what siblings are compared by. */
  shape(): ReadonlySet<string> {
    const shape = new Set<string>();
    const schema = this.responses.get('2xx');
    if (schema === undefined) return shape;
    for (const type of schema.mediaTypes.keys()) shape.add(`type ${type}`);
    for (const pointer of schema.fields.keys()) {
      if (shape.size >= SHAPE_FIELDS_MAX) break;
      shape.add(pointer);
    }
    return shape;
  }

  /** Those of one transaction are as a rule those of the one before. */
  #nameOf(schemes: readonly string[]): string {
    const known = this.#schemes;
    const isSame = schemes.length === known.length && schemes.every((scheme, i) => scheme === known[i]);
    if (!isSame) {
      this.#schemes = schemes;
      this.#schemesName = schemes.length === 0 ? NO_AUTHENTICATION : schemes.join('+');
    }
    return this.#schemesName;
  }

  /** Made when it is not there. */
  response(status: string): SchemaStats {
    let schema = this.responses.get(status);
    if (schema === undefined) {
      schema = new SchemaStats();
      this.responses.set(status, schema);
    }
    return schema;
  }

  /** Made when it is not there and there is room. */
  dataType(type: string): Histogram | undefined {
    let values = this.dataTypes.get(type);
    if (values === undefined && this.dataTypes.size < NAMES_MAX * 4) {
      values = new Histogram();
      this.dataTypes.set(type, values);
    }
    return values;
  }
}

/** Names by their counts, the most frequent first. */
export function ranked<K extends string>(counts: ReadonlyMap<K, number>): (readonly [K, number])[] {
  return [...counts]
    .map(([name, count]) => [name, Math.round(count)] as const)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
