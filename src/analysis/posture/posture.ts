// Posture: what traffic shows of how an API is built and configured, endpoint by endpoint and host by host. A check that is seen
// often enough becomes an incident; when later traffic shows that it is mended the incident is resolved, with a note.
// Invariants: at most PLACES_MAX endpoints and hosts are remembered, what finds no room is counted in `refused`; only what the
// upstream answered is judged; no clock, time comes with the records.

import type { DataTypeDocument, ExceptionDocument, PostureDocument } from '../../core/document.ts';
import type { Incident, IncidentStatus } from '../../core/incident.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import type { DriftKind } from '../../core/posture.ts';
import { endOf } from '../../policy/exceptions.ts';
import { compileMatch, type Matcher } from '../../policy/match.ts';
import type { CatalogueEntry } from '../incidents/catalogue.ts';
import type { Observed } from '../incidents/observed.ts';
import { listed } from '../json-pieces.ts';
import type { Occurrence } from '../scenarios/occurrence.ts';
import { type CompiledCheck, compileCheck } from './checks/index.ts';
import type { Loud } from './checks/judge.ts';
import { type Drift, DriftState } from './drift.ts';
import { placeFacts } from './facts.ts';
import { endpointTags, tagsOfPath } from './nature.ts';
import { noteAt } from './note.ts';
import { Place, type PlaceDump, type Tally } from './place.ts';
import { authenticatedShareOf, type OpenIncident, type Risk, riskOf } from './risk.ts';
import { type Seen, seenOf } from './seen.ts';

export const PLACES_MAX = 10_000;
/** Others are told of the same finding again after this. */
const TOLD_EVERY_MS = 60_000;
/** What was loud once in k transactions is mended when it was quiet in so many times k. */
const SURE_FACTOR = 10;

const NOTHING: readonly Judged[] = [];

export interface PostureOptions {
  readonly entryOf: (check: string) => CatalogueEntry | undefined;
  readonly observe: (observed: Observed) => Incident | undefined;
  readonly statusOf: (incident: string) => IncidentStatus | undefined;
  readonly resolve: (incident: string, note: string, at: number) => void;
}

interface Check extends CompiledCheck {
  readonly document: PostureDocument;
  readonly isAbout: Matcher;
}

/** Which checks hold at an endpoint; found once for each policy version. */
interface Applied {
  readonly place: Place;
  readonly host: Place | undefined;
  readonly ofEndpoint: readonly Check[];
  readonly ofHost: readonly Check[];
  /** An exception may end. */
  readonly until: number;
  seen: number;
}

/** What a check said of one transaction, as other nodes are told. */
export interface Judged {
  readonly check: string;
  readonly isOfHost: boolean;
  /** Undefined: it could have been seen, and was not. */
  readonly loud: Loud | undefined;
}

/** The transaction a judgement is about. */
interface Moment {
  readonly at: number;
  readonly host: string;
  readonly occurrence: Occurrence;
}

export interface PostureFinding {
  readonly check: string;
  readonly title: string;
  readonly severity: Incident['severity'];
  readonly incident: string | undefined;
  readonly isOfHost: boolean;
}

export class Posture {
  refused = 0;
  readonly #options: PostureOptions;
  readonly #places = new Map<string, Place>();
  readonly #applied = new Map<string, Applied>();
  #checks: readonly Check[] = [];
  #tagging: readonly { readonly tags: readonly string[]; readonly isAbout: Matcher }[] = [];
  #exceptions: readonly { readonly detection: string; readonly matches: Matcher; readonly until: number }[] = [];
  #drifts: readonly { readonly document: PostureDocument; readonly of: DriftKind; readonly isAbout: Matcher }[] = [];
  readonly #drift = new DriftState();
  #typeTags: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(options: PostureOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#places.size;
  }

  load(
    documents: readonly PostureDocument[],
    dataTypes: readonly DataTypeDocument[],
    exceptions: readonly ExceptionDocument[],
  ): void {
    const typesOf = (entries: readonly string[]): ReadonlySet<string> =>
      new Set(
        entries.flatMap((entry) => {
          if (!entry.startsWith('tag:')) return [entry];
          return dataTypes.filter(({ tags }) => tags.includes(entry.slice(4))).map(({ id }) => id);
        }),
      );
    this.#typeTags = new Map(dataTypes.map(({ id, tags }) => [id, tags]));
    const checks: Check[] = [];
    const drifts: { document: PostureDocument; of: DriftKind; isAbout: Matcher }[] = [];
    const tagging: { tags: readonly string[]; isAbout: Matcher }[] = [];
    for (const document of documents) {
      const isAbout = scopeOf(document);
      const compiled = compileCheck(document.check, typesOf);
      if (compiled !== undefined) checks.push({ ...compiled, document, isAbout });
      else if (document.check.kind === 'drift') drifts.push({ document, of: document.check.of, isAbout });
      else if (document.check.kind === 'tags') tagging.push({ tags: document.check.tags, isAbout });
    }
    this.#checks = checks;
    this.#drifts = drifts;
    this.#tagging = tagging;
    this.#exceptions = exceptions
      .filter(
        ({ match }) =>
          match.actor === undefined && match.pointer.length + match.location.length + match.dataTypes.length === 0,
      )
      .map(({ detector, match, expires }) => ({
        detection: detector,
        matches: compileMatch(match),
        until: expires === undefined ? Number.POSITIVE_INFINITY : endOf(expires),
      }));
    this.#applied.clear();
  }

  /** Answers what other nodes must hear of, so that all of them come to the same. */
  take(occurrence: Occurrence): readonly Judged[] {
    if (this.#checks.length === 0) return NOTHING;
    const seen = seenOf(occurrence);
    if (seen === undefined) return NOTHING;
    const applied = this.#appliedAt(seen);
    if (applied === undefined) return NOTHING;
    const { place, host } = applied;
    noteAt(place, seen, applied.seen++);
    const judged: Judged[] = [];
    for (const check of applied.ofEndpoint) this.#judge(check, place, seen, false, judged);
    if (host !== undefined) for (const check of applied.ofHost) this.#judge(check, host, seen, true, judged);
    return judged;
  }

  /** What another node's checks said of a transaction there. */
  takeJudged(occurrence: Occurrence, judged: readonly Judged[]): void {
    if (judged.length === 0) return;
    const facts = placeFacts(occurrence.endpoint);
    const moment = { at: occurrence.at, host: facts.host, occurrence };
    for (const { check: id, isOfHost, loud } of judged) {
      const check = this.#checks.find(({ document }) => document.id === id);
      if (check === undefined || check.isOfHost !== isOfHost) continue;
      const key = isOfHost ? hostKey(facts.host) : occurrence.endpoint;
      const place = this.#placeAt(key, () => new Place(isOfHost ? new Set() : pathTags(occurrence.endpoint)));
      if (place !== undefined) this.#count(check, place.tally(id), loud ?? 'quiet', moment);
    }
  }

  /** What comparing with documents and route lists shows now; what it no longer shows is resolved. */
  drift(of: DriftKind, found: readonly Drift[], at: number): void {
    for (const { document, isAbout } of this.#drifts.filter((one) => one.of === of)) {
      const entry = this.#options.entryOf(document.id);
      if (entry === undefined) continue;
      const live = found.filter(({ endpoint }) => {
        const facts = placeFacts(endpoint);
        return isAbout(facts) && !this.#isExcepted(document.id, facts, at);
      });
      for (const { endpoint, figures } of live) {
        const incident = this.#options.observe({
          entry,
          severity: entry.severity,
          actors: [],
          isAccusing: false,
          groups: [`endpoint:${endpoint}`],
          endpoint,
          at,
          result: 'succeeded',
          count: 1,
          figures,
          occurrence: undefined,
        });
        this.#drift.note(document.id, endpoint, incident?.id);
      }
      for (const { endpoint, incident } of this.#drift.gone(document.id, new Set(live.map((one) => one.endpoint)))) {
        this.#settle(incident, `${endpoint} is no longer ${of}.`, at);
      }
    }
  }

  /** Tags by path, by shape, and of the operator; with what was learned, by that as well. */
  tags(endpoint: string, learned?: LearnedEndpoint): string[] {
    const tags = new Set<string>(this.#places.get(endpoint)?.tags ?? pathTags(endpoint));
    if (learned !== undefined) for (const tag of endpointTags(learned)) tags.add(tag);
    const facts = placeFacts(endpoint);
    for (const { tags: own, isAbout } of this.#tagging) if (isAbout(facts)) for (const tag of own) tags.add(tag);
    return [...tags].sort();
  }

  /** How much a mistake at this endpoint would cost, and why. `incidents` are open ones of other modules. */
  risk(endpoint: LearnedEndpoint, incidents: readonly OpenIncident[]): Risk {
    const place = this.#places.get(endpoint.id);
    return riskOf({
      method: endpoint.method,
      isExposed: place?.isExposed === true,
      authenticatedShare: place?.authenticatedShare ?? authenticatedShareOf(endpoint),
      tags: this.tags(endpoint.id, endpoint),
      dataTypeTags: endpoint.dataTypes.map(([type]) => ({ type, tags: this.#typeTags.get(type) ?? [] })),
      findings: this.findings(endpoint.id),
      incidents,
    });
  }

  /** What is open at the endpoint and at its host. */
  findings(endpoint: string): PostureFinding[] {
    const found: PostureFinding[] = [];
    for (const isOfHost of [false, true]) {
      const place = this.#places.get(isOfHost ? hostKey(placeFacts(endpoint).host) : endpoint);
      for (const [check, tally] of place?.tallies ?? []) {
        const entry = this.#options.entryOf(check);
        if (entry === undefined || !tally.isOpen) continue;
        const status = tally.incident === undefined ? undefined : this.#options.statusOf(tally.incident);
        if (status !== undefined && status !== 'open' && status !== 'in-progress') continue;
        const severity = tally.severity ?? entry.severity;
        found.push({ check, title: entry.title, severity, incident: tally.incident, isOfHost });
      }
    }
    return found;
  }

  dump(): unknown {
    return { places: listed(this.#places, ([id, place]) => [id, place.dump()]), drift: this.#drift.dump() };
  }

  restore(dump: unknown): void {
    const { places, drift } = dump as { places: [string, PlaceDump][]; drift: unknown };
    for (const [id, place] of places.slice(0, PLACES_MAX)) this.#places.set(id, Place.restored(place));
    this.#drift.restore(drift);
    this.#applied.clear();
  }

  #judge(check: Check, place: Place, seen: Seen, isOfHost: boolean, judged: Judged[]): void {
    const judgement = check.judge(seen, place);
    if (judgement === undefined) return;
    const { id } = check.document;
    const tally = place.tally(id);
    // Right answers matter to others where a wrong one was seen.
    if (judgement !== 'quiet') judged.push({ check: id, isOfHost, loud: judgement });
    else if (tally.loud > 0) judged.push({ check: id, isOfHost, loud: undefined });
    const { record, occurrence } = seen;
    this.#count(check, tally, judgement, { at: record.receivedAt, host: record.host, occurrence });
  }

  #count(check: Check, tally: Tally, judgement: Loud | 'quiet', moment: Moment): void {
    const { evidence } = check.document;
    if (judgement === 'quiet') {
      tally.quiet += 1;
      tally.quietSince += 1;
      if (tally.isOpen && isMended(tally, evidence.resolvedAfter)) this.#mended(tally, moment.at);
      return;
    }
    tally.loud += 1;
    tally.untold += 1;
    tally.quietSince = 0;
    tally.lastLoudAt = moment.at;
    if (!tally.isOpen) {
      const isSeenEnough = tally.loud >= evidence.occurrencesMin;
      if (!isSeenEnough || tally.loud < evidence.shareMin * (tally.loud + tally.quiet)) return;
    } else if (moment.at - tally.toldAt < TOLD_EVERY_MS) return;
    this.#tell(check, tally, judgement, moment);
  }

  #tell(check: Check, tally: Tally, loud: Loud, { at, host, occurrence }: Moment): void {
    const entry = this.#options.entryOf(check.document.id);
    if (entry === undefined) return;
    const { isOfHost } = check;
    tally.severity = loud.severity;
    tally.figures = {
      ...loud.figures,
      value: tally.loud,
      host,
      sharePercent: Math.round((100 * tally.loud) / (tally.loud + tally.quiet)),
    };
    const incident = this.#options.observe({
      entry,
      severity: loud.severity ?? entry.severity,
      actors: [],
      isAccusing: false,
      groups: [isOfHost ? hostKey(host) : `endpoint:${occurrence.endpoint}`],
      endpoint: isOfHost ? '*' : occurrence.endpoint,
      at,
      result: 'succeeded',
      count: tally.untold,
      figures: tally.figures,
      occurrence,
    });
    tally.isOpen = true;
    tally.incident = incident?.id ?? tally.incident;
    tally.untold = 0;
    tally.toldAt = at;
  }

  #mended(tally: Tally, at: number): void {
    const since = new Date(tally.lastLoudAt).toISOString();
    const note = `Later traffic shows that it is mended: ${tally.quietSince} answers in a row were right, the last wrong one was at ${since}.`;
    if (tally.incident !== undefined) this.#settle(tally.incident, note, at);
    const { incident } = tally;
    Object.assign(tally, { loud: 0, quiet: 0, quietSince: 0, untold: 0, isOpen: false, incident });
  }

  /** A person's word stays: only what is open is closed. */
  #settle(incident: string | undefined, text: string, at: number): void {
    if (incident === undefined) return;
    const status = this.#options.statusOf(incident);
    if (status === 'open' || status === 'in-progress') this.#options.resolve(incident, text, at);
  }

  #appliedAt(seen: Seen): Applied | undefined {
    const { record, occurrence } = seen;
    const id = occurrence.endpoint;
    const known = this.#applied.get(id);
    if (known !== undefined && record.receivedAt < known.until) return known;
    const place = this.#place(id, seen, () => new Place(pathTags(id)));
    if (place === undefined) return undefined;
    const facts = placeFacts(id);
    const live = this.#exceptions.filter(({ matches, until }) => record.receivedAt < until && matches(facts));
    const isExcepted = (check: string): boolean =>
      live.some(({ detection }) => detection === check || detection === '*');
    const checks = this.#checks.filter(({ document, isAbout }) => isAbout(facts) && !isExcepted(document.id));
    const applied: Applied = {
      place,
      host: this.#place(hostKey(facts.host), seen, () => new Place(new Set())),
      ofEndpoint: checks.filter((check) => !check.isOfHost),
      ofHost: checks.filter((check) => check.isOfHost),
      until: Math.min(...live.map(({ until }) => until)),
      seen: known?.seen ?? 0,
    };
    this.#applied.set(id, applied);
    return applied;
  }

  /** A place begins with a success, or with an error that tells something: probes never make one. */
  #place(id: string, { isSuccess, record }: Seen, make: () => Place): Place | undefined {
    const isTelling = record.status >= 500 && record.findings.some(({ phase }) => phase.startsWith('response'));
    return isSuccess || isTelling ? this.#placeAt(id, make) : this.#places.get(id);
  }

  #placeAt(id: string, make: () => Place): Place | undefined {
    let place = this.#places.get(id);
    if (place !== undefined) return place;
    if (this.#places.size >= PLACES_MAX) {
      this.refused += 1;
      return undefined;
    }
    place = make();
    this.#places.set(id, place);
    return place;
  }

  #isExcepted(check: string, facts: ReturnType<typeof placeFacts>, at: number): boolean {
    return this.#exceptions.some(
      ({ detection, matches, until }) => (detection === check || detection === '*') && at < until && matches(facts),
    );
  }
}

function isMended(tally: Tally, resolvedAfter: number): boolean {
  if (tally.quietSince < resolvedAfter) return false;
  const quietBetween = (tally.quiet - tally.quietSince) / Math.max(tally.loud, 1);
  return tally.quietSince >= SURE_FACTOR * quietBetween;
}

function scopeOf({ match, except }: PostureDocument): Matcher {
  const matches = compileMatch({ endpoint: match.endpoint, actor: undefined });
  const excepts = except
    .filter(({ endpoint }) => endpoint.length > 0)
    .map(({ endpoint }) => compileMatch({ endpoint, actor: undefined }));
  return (facts) => matches(facts) && !excepts.some((one) => one(facts));
}

function pathTags(endpoint: string): ReturnType<typeof tagsOfPath> {
  const { method, template } = placeFacts(endpoint);
  return tagsOfPath(method, template);
}

function hostKey(host: string): string {
  return `host:${host}`;
}
