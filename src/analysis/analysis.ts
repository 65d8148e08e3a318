// The analysis of behaviour as one thing: records in; incidents, actors and wishes out. No I/O, no clock: time comes with the
// records and with `tick`, messages go out through `onEvent`, and what must survive is `dump`ed and `restore`d by the caller.
// Order for each record: occurrence → scenarios and findings → incidents → actors' confidence → response plans.
import type { Actor } from '../core/actor.ts';
import { actorKey } from '../core/actor.ts';
import type { ActorPopulation } from '../core/actor-population.ts';
import type { ActorProfile } from '../core/actor-profile.ts';
import type { ValueBudgets } from '../core/baseline.ts';
import type { PolicyBundle, PolicyDocument, PostureDocument } from '../core/document.ts';
import type { Incident } from '../core/incident.ts';
import type { TransactionRecord } from '../core/record.ts';
import { type ActorFilter, Actors } from './actors/actors.ts';
import { type DetectionPrecision, Precisions } from './actors/precision.ts';
import type { AnalysisDump, CasesDump } from './analysis-dump.ts';
import type { Messages } from './incidents/attached-messages.ts';
import { titleOf } from './incidents/case-file.ts';
import { Catalogue } from './incidents/catalogue.ts';
import type { MessagesOf } from './incidents/evidence.ts';
import { type IncidentEdit, type IncidentEvent, Incidents } from './incidents/incidents.ts';
import type { IncidentFilter } from './incidents/listing.ts';
import { type Observed, observedFindings, observedSignal } from './incidents/observed.ts';
import { jsonPieces } from './json-pieces.ts';
import { Posture } from './posture/posture.ts';
import type { OpenIncident } from './posture/risk.ts';
import type { Proposal, ProposalStatus } from './response/proposals.ts';
import { Protections } from './response/protections.ts';
import { Response, type ResponseWish } from './response/response.ts';
import type { Occurrence } from './scenarios/occurrence.ts';
import { Occurrences } from './scenarios/occurrences.ts';
import type { OwnerInvariant } from './scenarios/patterns/owner-field.ts';
import type { ObjectOwner, PrivatePlace } from './scenarios/patterns/ownership.ts';
import type { PrivilegedPlace } from './scenarios/patterns/privileged-field.ts';
import type { Issued, IssuedPlace } from './scenarios/patterns/provenance.ts';
import { ScenarioExceptions } from './scenarios/scenario-exceptions.ts';
import { Scenarios } from './scenarios/scenarios.ts';
import type { Signal } from './scenarios/signal.ts';
import { judgedOf, occurrenceOf, type Trace, traceOf } from './trace.ts';

/** `incident` when one opens or changes, `wish` when a response plan wants something done. */
export type AnalysisEvent =
  | { readonly kind: 'incident'; readonly change: IncidentEvent['kind']; readonly incident: Incident }
  | { readonly kind: 'wish'; readonly wish: ResponseWish };

export interface AnalysisOptions {
  readonly onEvent: (event: AnalysisEvent) => void;
  readonly endpointOf?: (record: TransactionRecord) => string;
  readonly messagesOf?: MessagesOf;
  readonly tagsOf?: (endpoint: string) => readonly string[];
  readonly actorsMax?: number;
  /** CIDR ranges that no plan ever restricts, such as trusted proxies. */
  readonly neverRestricted?: readonly string[];
  /** What other nodes are to be told of a transaction; see `takeTrace`. */
  readonly onTrace?: (trace: Trace) => void;
}

export type IncidentTally = Pick<Incident, 'status' | 'severity' | 'family' | 'detectedAt'>;

/** Identities with a profile; they take 30 MB when all came once, 60 MB and more when they come again. */
const ACTORS_MAX = 100_000;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export class Analysis {
  readonly #options: AnalysisOptions;
  readonly #occurrences: Occurrences;
  readonly #scenarios = new Scenarios();
  readonly #precisions: Precisions;
  readonly #incidents: Incidents;
  readonly #actors: Actors;
  readonly #response: Response;
  /** What traffic shows of how the API is built and configured. */
  readonly posture: Posture;
  #catalogue = new Catalogue([]);
  #exceptions = new ScenarioExceptions([]);
  #protections: Protections;
  /** Detections whose incident is the state of an endpoint, kept by posture. */
  #states: ReadonlySet<string> = new Set();
  #now = 0;
  #dumps = 0;

  constructor(bundle: PolicyBundle, options: AnalysisOptions) {
    this.#options = options;
    this.#protections = this.#protectionsOf([]);
    this.#precisions = new Precisions((detection) => this.#catalogue.get(detection)?.precision);
    const precisionOf = (detection: string): number => this.#precisions.of(detection);
    this.#incidents = new Incidents({
      precisionOf,
      messagesOf: options.messagesOf ?? (() => undefined),
      onEvent: (event) => this.#onIncident(event),
      onMark: (detection, before, after) => this.#precisions.mark(detection, before, after),
    });
    this.#actors = new Actors({
      actorsMax: options.actorsMax ?? ACTORS_MAX,
      precisionOf,
      statusOf: (id) => this.#incidents.statusOf(id),
    });
    const endpointOf = options.endpointOf ?? ((record: TransactionRecord) => record.endpoint);
    this.#occurrences = new Occurrences({ endpointOf, isSuspect: (key) => this.isSuspect(key) });
    this.posture = new Posture({
      entryOf: (check) => this.#catalogue.get(check),
      observe: (observed) => this.#observe(observed),
      statusOf: (id) => this.#incidents.statusOf(id),
      resolve: (id, comment, at) => this.#incidents.edit(id, { by: 'analysis', status: 'resolved', comment }, at),
    });
    this.#response = new Response({
      onWish: (wish) => this.#onWish(wish),
      confidenceOf: (key, now) => this.#actors.confidencePercent(key, now),
      detectionsOf: (key, now) => new Set(this.#actors.get(key, now)?.addends.map((one) => one.detection)).size,
      othersOf: (key, now) => this.#actors.othersPerDay(key, now),
      objectionTo: (actor) => this.#protections.objection(actor),
      tagsOf: options.tagsOf ?? ((endpoint) => this.posture.tags(endpoint)),
    });
    this.load(bundle);
  }

  /** Another version of the policy; what was learned stays. */
  load(bundle: PolicyBundle): void {
    const documents = bundle.documents.filter((document) => document.enabled);
    const of = <K extends PolicyDocument['kind']>(kind: K): Extract<PolicyDocument, { kind: K }>[] =>
      documents.filter((document): document is Extract<PolicyDocument, { kind: K }> => document.kind === kind);
    this.#catalogue = new Catalogue(documents);
    this.#scenarios.load(of('scenario'), (detection) => this.#catalogue.get(detection)?.title);
    this.#exceptions = new ScenarioExceptions(of('exception'));
    this.posture.load(of('posture'), of('data-type'), of('exception'));
    this.#states = statesOf(of('posture'));
    this.#response.load(of('response-plan'));
    this.#protections = this.#protectionsOf(of('list'));
  }

  take(record: TransactionRecord): void {
    if (record.receivedAt > this.#now) this.#now = record.receivedAt;
    const occurrence = this.#occurrences.of(record);
    const keys = occurrence.actors.map(({ key }) => key);
    this.#incidents.pass(record, occurrence.endpoint, keys);
    this.#take(occurrence);
    const judged = this.posture.take(occurrence);
    this.#options.onTrace?.(traceOf(occurrence, judged));
  }

  /** A transaction that another node took: windows, learning and posture see it as if it had come here. */
  takeTrace(trace: Trace): void {
    if (trace.at > this.#now) this.#now = trace.at;
    const occurrence = occurrenceOf(trace);
    this.#take(occurrence);
    this.posture.takeJudged(occurrence, judgedOf(trace));
  }

  /** To be called every few seconds. */
  tick(now: number): void {
    if (now > this.#now) this.#now = now;
    this.#occurrences.sweep(now);
    for (const signal of this.#scenarios.sweep(now)) this.#signal(signal);
    this.#response.tick(now);
  }

  /** Something that another part noticed: a posture check, an operator's own program. */
  observe(observed: Observed): Incident | undefined {
    return this.#observe(observed);
  }

  incidents(filter: IncidentFilter = {}, offset = 0, limit = 50): { total: number; items: Incident[] } {
    return this.#incidents.list(filter, offset, limit);
  }

  /** Open incidents by the endpoints they touched, without those of posture. */
  openIncidents(): ReadonlyMap<string, readonly OpenIncident[]> {
    const open = new Map<string, OpenIncident[]>();
    for (const file of this.#incidents.latest()) {
      if ((file.status !== 'open' && file.status !== 'in-progress') || file.entry.module === 'posture') continue;
      const one = { id: file.id, title: titleOf(file), severity: file.severity };
      for (const endpoint of file.endpoints) {
        const known = open.get(endpoint);
        if (known === undefined) open.set(endpoint, [one]);
        else known.push(one);
      }
    }
    return open;
  }

  /** All incidents, latest first, by what can be counted of them. */
  *tallies(): IterableIterator<IncidentTally> {
    for (const { status, severity, detectedAt, entry } of this.#incidents.latest()) {
      yield { status, severity, detectedAt, family: entry.family };
    }
  }

  incident(id: string): Incident | undefined {
    return this.#incidents.get(id);
  }

  /** What happened, before the figures were put in. */
  incidentTemplate(id: string): string | undefined {
    return this.#incidents.templateOf(id);
  }

  changeIncident(id: string, edit: IncidentEdit, now: number): Incident | undefined {
    return this.#incidents.edit(id, edit, now);
  }

  actors(filter: ActorFilter, now: number, offset = 0, limit = 50): { total: number; items: ActorProfile[] } {
    return this.#actors.list(filter, now, offset, limit);
  }

  actor(key: string, now: number): ActorProfile | undefined {
    return this.#actors.get(key, now);
  }

  /** Where an actor stands among all of its kind. */
  actorPopulation(key: string): ActorPopulation | undefined {
    return this.#actors.population(key);
  }

  /** Detections that people have marked, with the precision that follows. */
  precisions(): DetectionPrecision[] {
    return this.#precisions.list();
  }

  proposals(status?: ProposalStatus): Proposal[] {
    return this.#response.proposals(status);
  }

  proposal(id: string): Proposal | undefined {
    return this.#response.proposal(id);
  }

  /** Approves or declines a waiting proposal; undefined when there is none. */
  decideProposal(id: string, isApproved: boolean, by: string, now: number): Proposal | undefined {
    return this.#response.decide(id, isApproved, by, now);
  }

  undoProposal(id: string, by: string, now: number): Proposal | undefined {
    return this.#response.undo(id, by, now);
  }

  /** The answer to a `restrict` wish. */
  madeRestriction(proposal: Proposal, restrictionId: string, now: number): void {
    this.#response.madeRestriction(proposal.id, restrictionId);
    const what = `${proposal.action} of ${actorKey(proposal.actor)} for ${proposal.durationSeconds} seconds`;
    this.#incidents.noteRestriction(proposal.incident, proposal.decidedBy ?? 'analysis', what, now);
    this.#actors.noticeRestriction(proposal.actor, `${what}: ${proposal.reason}`, proposal.incident, now);
  }

  /** Masked copies of a transaction's messages, for the evidence that it became. */
  attachMessages(transactionId: string, messages: Messages): void {
    this.#incidents.attachMessages(transactionId, messages);
  }

  /** True for actors with an open incident: nothing is to be learned from them. */
  isSuspect(key: string): boolean {
    return this.#incidents.isSuspect(key, this.#now);
  }

  /** Why no plan restricts this actor, or undefined. */
  objectionTo(actor: Actor): string | undefined {
    return this.#protections.objection(actor);
  }

  /** Owner fields learned well enough for the data plane to hold an answer back. */
  ownerInvariants(): OwnerInvariant[] {
    return this.#scenarios.ownerInvariants();
  }

  /** Endpoints whose objects have one reader each, and for whom that does not hold. */
  privatePlaces(): PrivatePlace[] {
    return this.#scenarios.privatePlaces();
  }

  /** Endpoints where callers of a role ask only for ids that they were given. */
  issuedPlaces(): IssuedPlace[] {
    return this.#scenarios.issuedPlaces();
  }

  /** Ids with whom they were given to, for the data plane: all that are known, or those since the last call. */
  takeIssued(isWhole: boolean): Issued[] {
    return this.#scenarios.takeIssued(isWhole);
  }

  /** Sensitive values that an actor may have in a minute, by its peers and by what it always did. */
  valueBudgets(): ValueBudgets | undefined {
    return this.#scenarios.valueBudgets();
  }

  /** Who sends fields that decide over rights or money, where that is known well. */
  privilegedSenders(): PrivilegedPlace[] {
    return this.#scenarios.privilegedSenders();
  }

  /** Objects with their owners, for the data plane: all that are known, or what changed since the last call. */
  takeOwners(isWhole: boolean, entriesMax: number): ObjectOwner[] {
    return this.#scenarios.takeOwners(isWhole, entriesMax);
  }

  /** `open critical` → how many. */
  incidentCounts(): Map<string, number> {
    return this.#incidents.counts();
  }

  /** Entries held and dropped for want of room, for metrics. */
  sizes(): Record<string, { readonly entries: number; readonly evicted: number }> {
    return {
      ...this.#scenarios.sizes(),
      addresses: this.#occurrences.size(),
      actors: { entries: this.#actors.size, evicted: this.#actors.evicted },
      incidents: { entries: this.#incidents.size, evicted: this.#incidents.dropped },
      posture: { entries: this.posture.size, evicted: this.posture.refused },
    };
  }

  dump(): AnalysisDump {
    return JSON.parse([...this.dumpText()].join('')) as AnalysisDump;
  }

  /** The same as JSON, in small pieces between which other work may be done. */
  dumpText(): Generator<string> {
    const [occurrences, posture] = [this.#occurrences.dump(), this.posture.dump()];
    const whole = { version: 1 as const, ...this.#cases(), occurrences, posture, scenarios: this.#scenarios.dump() };
    return jsonPieces(whole);
  }

  /** What is worth keeping at once, a small part of the whole: incidents, whom they accuse, what people decided. */
  dumpOfCases(): CasesDump {
    return JSON.parse([...this.casesText()].join('')) as CasesDump;
  }

  /** The same as JSON, in small pieces. */
  casesText(): Generator<string> {
    this.#dumps += 1;
    return jsonPieces(this.#cases());
  }

  /** Of a whole and of cases alone, whichever cases were dumped last hold. */
  restore(whole: AnalysisDump | undefined, alone?: CasesDump): void {
    const cases = alone !== undefined && alone.number > (whole?.number ?? 0) ? alone : whole;
    this.#dumps = Math.max(this.#dumps, cases?.number ?? 0);
    if (whole !== undefined) {
      this.#occurrences.restore(whole.occurrences);
      this.#scenarios.restore(whole.scenarios);
      if (whole.posture !== undefined) this.posture.restore(whole.posture);
    }
    if (cases === undefined) return;
    this.#incidents.restore(cases.incidents);
    this.#actors.restore(cases.actors);
    this.#precisions.restore(cases.precisions);
    this.#response.restore(cases.response);
  }

  #cases(): CasesDump {
    const [incidents, actors, precisions] = [this.#incidents.dump(), this.#actors.dump(), this.#precisions.dump()];
    return { number: this.#dumps, incidents, actors, precisions, response: this.#response.dump() };
  }

  #take(occurrence: Occurrence): void {
    this.#actors.take(occurrence);
    if (occurrence.isTurnedAway || this.#protections.isAllowed(occurrence)) return;
    // The whole before its parts: a finding then joins the incident that its transaction has just made.
    for (const signal of this.#scenarios.take(occurrence)) this.#signal(signal);
    for (const observed of observedFindings(occurrence, this.#catalogue)) {
      if (!this.#states.has(observed.entry.detection)) this.#observe(observed);
    }
  }

  #signal(signal: Signal): void {
    if (!this.#exceptions.isExcepted(signal)) this.#observe(observedSignal(signal, this.#catalogue));
  }

  #observe(observed: Observed | undefined): Incident | undefined {
    return observed === undefined ? undefined : this.#incidents.observe(observed);
  }

  #onIncident({ kind, incident, isAccusing }: IncidentEvent): void {
    if (kind === 'merged') this.#actors.forget(incident);
    else if (isAccusing) this.#actors.accuse(incident, this.#now);
    this.#options.onEvent({ kind: 'incident', change: kind, incident });
    if (kind !== 'merged' && kind !== 'status') this.#response.take(incident, isAccusing, this.#now);
  }

  #onWish(wish: ResponseWish): void {
    if (wish.kind === 'tag') {
      this.#incidents.edit(wish.incident.id, { by: `plan ${wish.plan}`, tag: wish.tag }, this.#now);
    }
    this.#options.onEvent({ kind: 'wish', wish });
  }

  #protectionsOf(lists: ConstructorParameters<typeof Protections>[0]): Protections {
    return new Protections(lists, [...LOOPBACK, ...(this.#options.neverRestricted ?? [])]);
  }
}

function statesOf(documents: readonly PostureDocument[]): ReadonlySet<string> {
  return new Set(
    documents.flatMap(({ id, check }) => (check.kind === 'findings' && check.detections.includes(id) ? [id] : [])),
  );
}
