// Findings and signals that belong together, with a life cycle: what a person looks at, comments, assigns and closes.
// Invariants: no sensitive value in it, evidence included; every list has a bound; the id depends only on what the incident is
// about, so that two nodes that notice the same thing make the same incident.
import type { Actor } from './actor.ts';
import type { Action, Severity } from './finding.ts';

export const INCIDENT_STATUSES = ['open', 'in-progress', 'resolved', 'false-positive', 'accepted'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

export const INCIDENT_MODULES = ['attack', 'behaviour', 'data', 'posture'] as const;
export type IncidentModule = (typeof INCIDENT_MODULES)[number];

export const FAMILIES = [
  'data-leakage',
  'data-tampering',
  'data-policy-violation',
  'suspicious-behavior',
  'api-attack',
  'misconfiguration',
] as const;
export type Family = (typeof FAMILIES)[number];

/** `attempt`: blocked, or the upstream refused it. `succeeded`: a 2xx or 3xx reached the client. */
export type Result = 'attempt' | 'succeeded';

export interface Incident {
  /** `inc-3f9a1c27b0de-1`: the hash of what it is about, and how many there were before of the same. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly module: IncidentModule;
  readonly family: Family;
  /** The detection it is named by: a scenario, a detector, a data policy's detection or a posture check. */
  readonly detection: string;
  /** Everything that contributed, the naming detection included, most frequent first. */
  readonly detections: readonly (readonly [detection: string, count: number])[];
  readonly owasp: readonly string[];
  readonly cwe: readonly string[];
  readonly result: Result;
  /** 0 to 100: the noisy-OR of the contributing detections' precisions. */
  readonly confidencePercent: number;
  /** Status codes the client saw, most frequent first. */
  readonly responseCodes: readonly (readonly [status: number, count: number])[];
  /** Id of the endpoint it was triggered on, or `*` when it is about several. */
  readonly endpoint: string;
  /** Every endpoint it touched, most recent last, at most {@link INCIDENT_ENDPOINTS_MAX}. */
  readonly endpoints: readonly string[];
  /** The route the transactions came through, which stands for the environment. */
  readonly environment: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly detectedAt: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Transactions that contributed. */
  readonly count: number;
  /** Strongest identity first, at most {@link INCIDENT_ACTORS_MAX}. */
  readonly actors: readonly Actor[];
  /** One or two sentences with the true figures. */
  readonly whatHappened: string;
  readonly why: string;
  readonly whatToDo: string;
  /** The figures behind the sentence: `value`, `threshold`, `mean`, `peers` … */
  readonly figures: Readonly<Record<string, number | string>>;
  readonly evidence: readonly Evidence[];
  readonly comments: readonly IncidentComment[];
  readonly assignee: string | undefined;
  /** References of tickets made for it: `jira:SEC-17`. */
  readonly tickets: readonly string[];
  readonly tags: readonly string[];
  readonly history: readonly IncidentChange[];
  /** The incident that took this one in, when it turned out to be a part of it. Its status is then `resolved`. */
  readonly mergedInto: string | undefined;
}

export const INCIDENT_ACTORS_MAX = 20;
export const INCIDENT_ENDPOINTS_MAX = 20;
export const INCIDENT_EVIDENCE_MAX = 20;
export const INCIDENT_HISTORY_MAX = 200;
export const INCIDENT_COMMENTS_MAX = 200;

/** One transaction of the actor's session, as it was: before, at, or after the moment of detection. */
export interface Evidence {
  readonly position: 'before' | 'trigger' | 'after';
  readonly transactionId: string;
  readonly at: number;
  readonly clientAddress: string;
  readonly method: string;
  readonly host: string;
  /** Sensitive values masked. */
  readonly path: string;
  readonly endpoint: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestBodyBytes: number;
  readonly responseBodyBytes: number;
  readonly action: Action;
  readonly detections: readonly string[];
  readonly userAgent: string;
  /** Masked copies of both messages, when the gateway kept them. */
  readonly request: EvidenceMessage | undefined;
  readonly response: EvidenceMessage | undefined;
}

export interface EvidenceMessage {
  /** Of a request: path and query, sensitive values masked. */
  readonly target?: string;
  /** Names and values alternating; secrets masked. */
  readonly rawHeaders: readonly string[];
  /** Text with sensitive values masked; kind and place stay visible. */
  readonly body: string;
  readonly isTruncated: boolean;
}

export interface IncidentComment {
  readonly at: number;
  readonly by: string;
  readonly text: string;
}

/** One change of status, assignee, name or contents. */
export interface IncidentChange {
  readonly at: number;
  /** A person's name, a sink's id, or `analysis`. */
  readonly by: string;
  readonly what: 'opened' | 'status' | 'assignee' | 'reopened' | 'renamed' | 'merged' | 'ticket' | 'restriction';
  readonly from: string | undefined;
  readonly to: string | undefined;
}
