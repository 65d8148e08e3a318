// One incident while it lives: what may change in it, and the picture of it that others get.
import { type Actor, type ActorKind, actorKey } from '../../core/actor.ts';
import { SEVERITIES, type Severity } from '../../core/finding.ts';
import {
  type Evidence,
  INCIDENT_ACTORS_MAX,
  INCIDENT_ENDPOINTS_MAX,
  INCIDENT_EVIDENCE_MAX,
  INCIDENT_HISTORY_MAX,
  type Incident,
  type IncidentChange,
  type IncidentComment,
  type IncidentStatus,
  type Result,
} from '../../core/incident.ts';
import type { Figures } from '../scenarios/signal.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { AFTER_MAX, BEFORE_MAX } from './evidence.ts';
import type { Observed } from './observed.ts';
import { fill, nameOf } from './wording.ts';

const STATUS_CODES_MAX = 20;
const DETECTIONS_MAX = 40;
const ACTOR_ORDER: Readonly<Record<ActorKind, number>> = { subject: 0, 'api-key': 1, session: 2, header: 3, ip: 4 };

/** Everything in it is plain JSON, so that it can be kept as it is. */
export interface CaseFile {
  readonly id: string;
  entry: CatalogueEntry;
  severity: Severity;
  status: IncidentStatus;
  detections: Record<string, number>;
  result: Result;
  responseCodes: Record<string, number>;
  endpoint: string;
  endpoints: string[];
  environment: string;
  detectedAt: number;
  firstSeen: number;
  lastSeen: number;
  count: number;
  actors: Actor[];
  /** Of the naming detection, at its largest value. */
  figures: Figures;
  evidence: Evidence[];
  comments: IncidentComment[];
  assignee: string | undefined;
  tickets: string[];
  tags: string[];
  history: IncidentChange[];
  mergedInto: string | undefined;
  /** Table keys under which it is found. */
  keys: string[];
  /** When it was last told to others, and with which count. */
  toldAt: number;
  toldCount: number;
}

export function openCase(id: string, observed: Observed, by: string): CaseFile {
  const { entry, at } = observed;
  return {
    id,
    entry,
    severity: observed.severity,
    status: 'open',
    detections: {},
    result: 'attempt',
    responseCodes: {},
    endpoint: observed.endpoint,
    endpoints: [],
    environment: observed.occurrence?.route ?? '',
    detectedAt: at,
    firstSeen: at,
    lastSeen: at,
    count: 0,
    actors: [],
    figures: observed.figures,
    evidence: [],
    comments: [],
    assignee: undefined,
    tickets: [],
    tags: [],
    history: [{ at, by, what: 'opened', from: undefined, to: 'open' }],
    mergedInto: undefined,
    keys: [],
    toldAt: 0,
    toldCount: 0,
  };
}

/** Counts an observation in. True when something a person would want to know at once has changed. */
export function countIn(file: CaseFile, observed: Observed): boolean {
  const { entry, occurrence } = observed;
  const isSuccess = observed.result === 'succeeded' && file.result === 'attempt';
  if (isSuccess) file.result = 'succeeded';
  const detection = entry.detection;
  if (detection in file.detections || Object.keys(file.detections).length < DETECTIONS_MAX) {
    file.detections[detection] = (file.detections[detection] ?? 0) + observed.count;
  }
  // Parts are seen in the same transactions; counting them again would double the figure.
  if (detection === file.entry.detection) file.count += observed.count;
  else file.count = Math.max(file.count, file.detections[detection] ?? 0);
  file.firstSeen = Math.min(file.firstSeen, observed.at);
  file.lastSeen = Math.max(file.lastSeen, observed.at);
  if (occurrence !== undefined) {
    const code = String(occurrence.status);
    if (code in file.responseCodes || Object.keys(file.responseCodes).length < STATUS_CODES_MAX) {
      file.responseCodes[code] = (file.responseCodes[code] ?? 0) + 1;
    }
    noteEndpoint(file, occurrence.endpoint);
  }
  for (const actor of observed.actors) noteActor(file, actor);
  if (detection === file.entry.detection && isLarger(observed.figures, file.figures)) file.figures = observed.figures;
  const isGraver = SEVERITIES.indexOf(observed.severity) > SEVERITIES.indexOf(file.severity);
  if (isGraver) file.severity = observed.severity;
  return isSuccess || isGraver;
}

/** Gives the incident the name of what it turned out to be. */
export function rename(file: CaseFile, observed: Observed): void {
  const from = file.entry.detection;
  file.entry = observed.entry;
  file.figures = observed.figures;
  file.endpoint = observed.endpoint;
  change(file, { at: observed.at, by: 'analysis', what: 'renamed', from, to: observed.entry.detection });
}

export function change(file: CaseFile, entry: IncidentChange): void {
  file.history.push(entry);
  if (file.history.length > INCIDENT_HISTORY_MAX) file.history.splice(1, 1);
}

/** What one incident knew goes into the other; the smaller one ends. */
export function merge(into: CaseFile, from: CaseFile, at: number): void {
  for (const [detection, count] of Object.entries(from.detections)) {
    into.detections[detection] = (into.detections[detection] ?? 0) + count;
  }
  for (const [code, count] of Object.entries(from.responseCodes)) {
    into.responseCodes[code] = (into.responseCodes[code] ?? 0) + count;
  }
  const isPart = from.entry.partOf.includes(into.entry.detection);
  into.count = isPart ? Math.max(into.count, from.count) : into.count + from.count;
  into.firstSeen = Math.min(into.firstSeen, from.firstSeen);
  into.lastSeen = Math.max(into.lastSeen, from.lastSeen);
  if (from.result === 'succeeded') into.result = 'succeeded';
  for (const endpoint of from.endpoints) noteEndpoint(into, endpoint);
  for (const actor of from.actors) noteActor(into, actor);
  for (const evidence of from.evidence) addEvidence(into, evidence);
  for (const ticket of from.tickets) if (!into.tickets.includes(ticket)) into.tickets.push(ticket);
  into.comments.push(...from.comments);
  change(into, { at, by: 'analysis', what: 'merged', from: from.id, to: undefined });
  change(from, { at, by: 'analysis', what: 'merged', from: undefined, to: into.id });
  from.mergedInto = into.id;
  from.status = 'resolved';
}

/** Keeps the first triggers and the latest; before and after have their own places. False when it is not added. */
export function addEvidence(file: CaseFile, evidence: Evidence): boolean {
  if (file.evidence.some(({ transactionId }) => transactionId === evidence.transactionId)) return false;
  const max = { before: BEFORE_MAX, after: AFTER_MAX, trigger: INCIDENT_EVIDENCE_MAX - BEFORE_MAX - AFTER_MAX };
  const alike = file.evidence.filter(({ position }) => position === evidence.position);
  if (alike.length >= max[evidence.position]) {
    if (evidence.position !== 'trigger') return false;
    file.evidence.splice(file.evidence.indexOf(alike[alike.length >> 1]!), 1);
  }
  file.evidence.push(evidence);
  file.evidence.sort((a, b) => a.at - b.at);
  return true;
}

export function incidentOf(file: CaseFile, precisionOf: (detection: string) => number): Incident {
  const { entry } = file;
  const detections = Object.entries(file.detections).sort((a, b) => b[1] - a[1]);
  const figures = figuresOf(file);
  let miss = 1;
  for (const [detection] of detections) miss *= 1 - precisionOf(detection);
  return {
    id: file.id,
    title: titleOf(file),
    severity: file.severity,
    status: file.status,
    module: entry.module,
    family: entry.family,
    detection: entry.detection,
    detections,
    owasp: entry.owasp,
    cwe: entry.cwe,
    result: file.result,
    confidencePercent: Math.round((1 - miss) * 100),
    responseCodes: Object.entries(file.responseCodes)
      .map(([code, count]) => [Number(code), count] as const)
      .sort((a, b) => b[1] - a[1]),
    endpoint: file.endpoint,
    endpoints: [...file.endpoints],
    environment: file.environment,
    detectedAt: file.detectedAt,
    firstSeen: file.firstSeen,
    lastSeen: file.lastSeen,
    count: file.count,
    actors: [...file.actors],
    whatHappened: whatHappenedIn(file),
    why: entry.why,
    whatToDo: entry.whatToDo,
    figures,
    evidence: [...file.evidence],
    comments: [...file.comments],
    assignee: file.assignee,
    tickets: [...file.tickets],
    tags: [...file.tags],
    history: [...file.history],
    mergedInto: file.mergedInto,
  };
}

export function titleOf(file: CaseFile): string {
  const { title } = file.entry;
  return title.includes('{') ? fill(title, figuresOf(file)) : title;
}

export function whatHappenedIn(file: CaseFile): string {
  return fill(file.entry.whatHappened, figuresOf(file)).replace(/\s+/g, ' ').trim();
}

function figuresOf(file: CaseFile): Figures {
  return { ...file.figures, count: file.count, endpoint: file.endpoint, actor: nameOf(file.actors) };
}

function noteEndpoint(file: CaseFile, endpoint: string): void {
  const last = file.endpoints.at(-1);
  if (last === endpoint) return;
  const index = file.endpoints.indexOf(endpoint);
  if (index !== -1) file.endpoints.splice(index, 1);
  file.endpoints.push(endpoint);
  if (file.endpoints.length > INCIDENT_ENDPOINTS_MAX) file.endpoints.shift();
}

function noteActor(file: CaseFile, actor: Actor): void {
  const key = actorKey(actor);
  if (file.actors.length >= INCIDENT_ACTORS_MAX || file.actors.some((one) => actorKey(one) === key)) return;
  file.actors.push(actor);
  file.actors.sort((a, b) => ACTOR_ORDER[a.kind] - ACTOR_ORDER[b.kind]);
}

function isLarger(a: Figures, b: Figures): boolean {
  return Number(a.value ?? 0) >= Number(b.value ?? 0);
}
