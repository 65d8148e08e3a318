// Learns from records: which endpoints there are, and what is normal at each. No clock: time comes with the records.
// Invariants (against poisoning): only clean transactions of actors without incidents are learned from; one caller adds at most
// SAMPLES_PER_CALLER_MAX an hour to an endpoint; endpoints begin with a success, so that probes never make one.
// Nodes never coordinate: what was learned since the last `increments()` is a Model of its own, and merging is addition.
import { LRUCache } from 'lru-cache';
import { actorKey } from '../../core/actor.ts';
import { LEARNED_DATA_DETECTIONS } from '../../core/baseline.ts';
import { pairOf } from '../../core/hash.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import type { ObservedClaim } from '../../core/observation.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { jsonPieces, listed } from '../json-pieces.ts';
import { dumpOf, lazyDumpOf, modelOf } from './dump.ts';
import type { EndpointStats } from './endpoint-stats.ts';
import { isEndpoint, learnedOf } from './learned-of.ts';
import { DEFAULT_BOUNDS, type FoundEndpoint, Model, type ModelBounds, type StatedTemplate } from './model.ts';
import { hash53 } from './smallest.ts';
import { Versions } from './versions.ts';

const HOUR_MS = 3_600_000;
const SAMPLES_PER_CALLER_MAX = 200;
/** Of the running hour, at an endpoint each; they take 12 MB when there are so many. */
const CALLERS_MAX = 50_000;
/** Found once for each; forgotten when there are so many. */
const ENDPOINT_HASHES_MAX = 10_000;
const SETTLE_EVERY = 20_000;

export interface LearnerOptions {
  /** True for actors that are accused of something: nothing is learned from them. */
  readonly isSuspect?: (actorKey: string) => boolean;
  readonly bounds?: ModelBounds;
  readonly stated?: readonly StatedTemplate[];
  /** Keeps what is new apart, for `increments`. */
  readonly isShared?: boolean;
}

export interface EndpointPage {
  /** On all pages. */
  readonly total: number;
  readonly items: readonly LearnedEndpoint[];
}

/** What one caller does at one endpoint within one hour. */
interface CallerHour {
  readonly hour: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly operation: string | undefined;
  requests: number;
  failures: number;
}

export class Learner {
  readonly #options: LearnerOptions;
  readonly #bounds: ModelBounds;
  #model: Model;
  #fresh: Model;
  readonly #callers: LRUCache<number, CallerHour>;
  readonly #endpointHashes = new Map<string, number>();
  readonly #versions = new Versions();
  #takenSinceSettled = 0;
  /** Of what was learned, otherwise than by learning. */
  #changes = 0;
  readonly counts = { learned: 0, unclean: 0, suspect: 0, capped: 0, unknown: 0, frozen: 0, refused: 0 };

  constructor(options: LearnerOptions = {}) {
    this.#options = options;
    this.#bounds = options.bounds ?? DEFAULT_BOUNDS;
    this.#model = new Model(this.#bounds, options.stated);
    this.#fresh = this.#freshModel();
    this.#callers = new LRUCache({ max: CALLERS_MAX, dispose: (caller) => this.#closeHour(caller) });
  }

  /** Grows with everything that changes what is learned. */
  get changes(): number {
    return this.counts.learned + this.#changes;
  }

  take(record: TransactionRecord): void {
    const { counts } = this;
    if (!isClean(record)) {
      counts.unclean += 1;
      return;
    }
    if (this.#isSuspect(record)) {
      counts.suspect += 1;
      return;
    }
    const principal = hash53(principalOf(record));
    const { method, host, path, status, observation } = record;
    const operation = observation?.graphqlOperation;
    const isSuccess = (status >= 200 && status < 400) || status === 101;
    const known = this.#model.find(method, host, path, operation);
    if (known?.isFrozen === true) {
      counts.frozen += 1;
      return;
    }
    const stats = isSuccess ? this.#fresh.grow(method, host, path, operation) : this.#failing(record, operation);
    if (stats === undefined) {
      counts[isSuccess ? 'refused' : 'unknown'] += 1;
      return;
    }
    const hour = Math.floor(record.receivedAt / HOUR_MS);
    if (!this.#mayAdd(record, principal, hour)) {
      counts.capped += 1;
      return;
    }
    counts.learned += 1;
    stats.add(record, { principal, hour, claims: namingClaims(observation?.claims) });
    const object = isSuccess ? objectOf(record) : undefined;
    if (object !== undefined) stats.owners.read(object, principal);
    this.#takenSinceSettled += 1;
    if (this.#takenSinceSettled >= SETTLE_EVERY) this.#settle();
  }

  /** A template of an OpenAPI document or of an operator; what it covers becomes one endpoint. */
  state(stated: StatedTemplate): void {
    this.#changes += 1;
    this.#model.state(stated);
    if (this.#fresh !== this.#model) this.#fresh.state(stated);
  }

  /** Takes a template back that was stated. */
  retract(stated: StatedTemplate): void {
    this.#changes += 1;
    this.#model.retract(stated);
    if (this.#fresh !== this.#model) this.#fresh.retract(stated);
  }

  endpoints(): LearnedEndpoint[] {
    return this.#found().map(learnedOf);
  }

  /**
   * The same one by one, a tenth of a millisecond's work each. Learning may go on between them, and what becomes part of another
   * endpoint meanwhile is told as it was; `isStill` as `isWhole` of `dumpText`.
   */
  look(): { readonly endpoints: Iterable<LearnedEndpoint>; isStill(): boolean } {
    const changes = this.#changes;
    return { endpoints: listed(this.#found(), learnedOf), isStill: () => this.#changes === changes };
  }

  /** Those of which `isWanted`, in the order of their ids; only these are made that are asked for. */
  page(isWanted: (one: Pick<FoundEndpoint, 'id' | 'host'>) => boolean, offset: number, limit: number): EndpointPage {
    const wanted = this.#found().filter(isWanted);
    return { total: wanted.length, items: wanted.slice(offset, offset + limit).map(learnedOf) };
  }

  endpoint(id: string): LearnedEndpoint | undefined {
    const found = this.#foundById(id);
    return found === undefined ? undefined : learnedOf(found);
  }

  /** What was learned since the last call, as plain JSON for other nodes; undefined when there is nothing. */
  increments(): unknown {
    const increments = this.#fresh;
    const isEmpty = increments.tries.size === 0 && increments.operations.size === 0;
    if (increments === this.#model || isEmpty) return undefined;
    this.#changes += 1;
    this.#model.merge(increments);
    this.#fresh = this.#freshModel();
    return dumpOf(increments);
  }

  /** What another node learned. @returns entries that were not what they should be, and were left out */
  merge(increments: unknown): number {
    this.#changes += 1;
    const { model, ignored } = modelOf(increments, this.#bounds);
    this.#model.merge(model);
    return ignored;
  }

  /** Old traffic counts less: `factor` 0.5 once per half-life. */
  fade(factor: number): void {
    this.#changes += 1;
    for (const { found } of this.#model.found()) if (!found.end.isFrozen) found.end.fade(factor);
  }

  /** False when there is no such endpoint. */
  freeze(id: string, isFrozen: boolean): boolean {
    const found = this.#foundById(id);
    if (found === undefined) return false;
    this.#changes += 1;
    found.found.end.isFrozen = isFrozen;
    return true;
  }

  /** Keeps the baseline as it is now. @returns its version */
  keepVersion(id: string, at: number): number | undefined {
    const found = this.#foundById(id);
    return found === undefined ? undefined : this.#versions.keep(id, found.found.end, at);
  }

  versions(id: string): readonly { readonly version: number; readonly at: number }[] {
    return this.#versions.list(id);
  }

  rollBack(id: string, version: number): boolean {
    const kept = this.#versions.get(id, version);
    const found = kept === undefined ? undefined : this.#foundById(id);
    if (kept === undefined || found === undefined) return false;
    this.#changes += 1;
    found.replace(kept);
    return true;
  }

  /** Forgets what was learned of an endpoint; it begins anew with the next transaction. */
  reset(id: string): boolean {
    const found = this.#foundById(id);
    this.#changes += 1;
    found?.replace(Versions.empty());
    return found !== undefined;
  }

  /** Everything learned, as plain JSON; `merge` adds it again. */
  dump(): unknown {
    this.#fold();
    return dumpOf(this.#model);
  }

  /**
   * The same, and more members, as JSON in small pieces. Learning goes on between them; whoever changes what was learned otherwise
   * (an operator, the others' increments) makes the text worthless, which `isWhole` says when it is there.
   */
  dumpText(members: Readonly<Record<string, unknown>>): { readonly pieces: Iterable<string>; isWhole(): boolean } {
    this.#fold();
    const model = this.#model;
    const changes = this.#changes;
    const pieces = function* (): Generator<string> {
      model.hold();
      try {
        yield* jsonPieces({ ...lazyDumpOf(model), ...members });
      } finally {
        model.letGo();
      }
    };
    return { pieces: pieces(), isWhole: () => this.#changes === changes };
  }

  sizes(): Record<string, number> {
    return { ...this.#model.sizes(), callers: this.#callers.size, ...prefixed('refused', this.#model.refused) };
  }

  #isSuspect({ actors }: TransactionRecord): boolean {
    const { isSuspect } = this.#options;
    if (isSuspect === undefined) return false;
    for (const actor of actors) if (isSuspect(actorKey(actor))) return true;
    return false;
  }

  #hashOf(endpoint: string): number {
    let hash = this.#endpointHashes.get(endpoint);
    if (hash === undefined) {
      if (this.#endpointHashes.size >= ENDPOINT_HASHES_MAX) this.#endpointHashes.clear();
      hash = hash53(endpoint);
      this.#endpointHashes.set(endpoint, hash);
    }
    return hash;
  }

  /** Counts a request of a caller; false when it has had its share of this hour. */
  #mayAdd(record: TransactionRecord, principal: number, hour: number): boolean {
    const id = pairOf(this.#hashOf(record.endpoint), principal);
    let caller = this.#callers.get(id);
    if (caller === undefined || caller.hour !== hour) {
      const { method, host, path, observation } = record;
      caller = { hour, method, host, path, operation: observation?.graphqlOperation, requests: 0, failures: 0 };
      this.#callers.set(id, caller);
    }
    caller.requests += 1;
    if (record.status >= 400) caller.failures += 1;
    return caller.requests <= SAMPLES_PER_CALLER_MAX;
  }

  /** An hour that is over, or of which no more is kept, becomes one value of each distribution. */
  #closeHour({ method, host, path, operation, requests, failures }: CallerHour): void {
    const stats = this.#fresh.find(method, host, path, operation) ?? this.#model.find(method, host, path, operation);
    stats?.requestsPerCaller.add(requests);
    stats?.failuresPerCaller.add(failures);
  }

  /** Failures belong to endpoints that are known; a probe never makes one. */
  #failing({ method, host, path }: TransactionRecord, operation: string | undefined): EndpointStats | undefined {
    const fresh = this.#fresh.find(method, host, path, operation);
    if (fresh !== undefined || this.#fresh === this.#model) return fresh;
    const isKnown = this.#model.find(method, host, path, operation, true) !== undefined;
    return isKnown ? this.#fresh.grow(method, host, path, operation) : undefined;
  }

  #fold(): void {
    if (this.#fresh !== this.#model) this.#settle();
    else this.#model.settle();
  }

  #settle(): void {
    this.#takenSinceSettled = 0;
    this.#fresh.settle();
    if (this.#fresh !== this.#model) this.#model.settle();
  }

  #found(): FoundEndpoint[] {
    this.#fold();
    return [...this.#model.found()].filter(({ found }) => isEndpoint(found.end)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #foundById(id: string): FoundEndpoint | undefined {
    this.#fold();
    for (const one of this.#model.found()) if (one.id === id && isEndpoint(one.found.end)) return one;
    return undefined;
  }

  #freshModel(): Model {
    return this.#options.isShared === true ? new Model(this.#bounds, this.#model.stated) : this.#model;
  }
}

/** Those whose values name somebody; a token names nobody. */
function namingClaims(claims: readonly ObservedClaim[] = []): readonly ObservedClaim[] {
  return claims.filter(({ name, word }) => word === undefined && name !== 'token');
}

function isClean(record: TransactionRecord): boolean {
  if (record.status === 0 || record.fault !== undefined || record.action === 'block') return false;
  if (record.coverage === 'refused') return false;
  // Sensitive data in an answer is something to learn; an attack in a request is not.
  return !record.findings.some(
    (one) =>
      one.action === 'block' ||
      (one.policy.kind === 'detector' &&
        one.action !== 'allow' &&
        !LEARNED_DATA_DETECTIONS.has(one.detection) &&
        !isOfDocument(one)),
  );
}

/** What an API document merely lacks, and answers that are not as it says: how else would anybody know what is in use? */
function isOfDocument({ detection, severity }: TransactionRecord['findings'][number]): boolean {
  return detection === 'schema-violation' && severity === 'low';
}

const STRENGTH = { subject: 4, 'api-key': 3, session: 2, header: 1, ip: 0 } as const;

function principalOf(record: TransactionRecord): string {
  let strongest = record.actors[0];
  for (const actor of record.actors) {
    if (strongest === undefined || STRENGTH[actor.kind] > STRENGTH[strongest.kind]) strongest = actor;
  }
  return strongest === undefined ? `ip:${record.clientAddress}` : actorKey(strongest);
}

/** What a path names, of a caller that has a name. A path without identifiers is one object: too few to mean anything. */
function objectOf(record: TransactionRecord): number | undefined {
  if (!record.actors.some((actor) => actor.kind !== 'ip')) return undefined;
  return hash53(record.path) + 1;
}

function prefixed(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix} ${name}`, count]));
}
