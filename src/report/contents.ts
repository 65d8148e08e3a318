// What a report is made of: plain values that the admin API gave, and nothing of a clock or a socket.
import type { Severity } from '../core/finding.ts';
import type { Incident } from '../core/incident.ts';

export type ReportedIncident = Pick<
  Incident,
  | 'id'
  | 'title'
  | 'severity'
  | 'status'
  | 'module'
  | 'family'
  | 'detection'
  | 'result'
  | 'endpoint'
  | 'count'
  | 'detectedAt'
  | 'lastSeen'
  | 'whatHappened'
  | 'why'
  | 'whatToDo'
  | 'figures'
  | 'owasp'
> & {
  /** What happened, before the figures were put in: by it a shipped text is told from an operator's. */
  readonly whatHappenedTemplate?: string | undefined;
};

export interface ReportedActor {
  readonly key: string;
  readonly confidencePercent: number;
  readonly country: string | undefined;
  readonly incidents: number;
  readonly transactions: number;
  readonly blocked: number;
  readonly lastSeen: number;
}

export interface ReportedEndpoint {
  readonly id: string;
  readonly score: number;
  /** Why, gravest first. */
  readonly why: readonly string[];
  readonly tags: readonly string[];
}

export interface ReportedFlow {
  readonly dataType: string;
  readonly title: string;
  readonly endpoint: string;
  readonly out: number;
  readonly withheld: number;
  readonly severity: Severity;
  readonly tags: readonly string[];
}

export interface TrafficBar {
  readonly at: number;
  readonly received: number;
  readonly tagged: number;
  readonly masked: number;
  readonly blocked: number;
  readonly wouldAct: number;
}

export interface ReportContents {
  readonly gateway: string;
  readonly since: number;
  readonly until: number;
  /** Detected or seen in the period, latest first. */
  readonly incidents: readonly ReportedIncident[];
  /** More than those that are listed. */
  readonly incidentsTotal: number;
  readonly actors: readonly ReportedActor[];
  readonly endpoints: readonly ReportedEndpoint[];
  readonly endpointsTotal: number;
  readonly flows: readonly ReportedFlow[];
  readonly traffic: readonly TrafficBar[];
  /** Since the gateway started. */
  readonly coverage: { readonly inspected: number; readonly uninspected: number; readonly refused: number };
  readonly uninspectedReasons: readonly (readonly [reason: string, count: number])[];
}
