// The port to other people's systems: what is told to them, what may come of telling, and how a sink is doing.
// Invariants: a message is complete in itself (the whole state of the incident, no difference to an earlier one); its id stays the
// same however often it is sent, so that a receiver can drop copies; no body, header or secret of a transaction is in it.
import type { Evidence, Incident, IncidentStatus } from './incident.ts';

/** `opened`: this sink hears of the incident for the first time. */
export type SinkChange = 'opened' | 'updated' | 'closed' | 'reopened' | 'test';

export interface SinkMessage {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly change: SinkChange;
  /** The response plan that asked for it; undefined for what follows an incident's status, and for tests. */
  readonly plan: string | undefined;
  readonly incident: SinkIncident;
}

export type SinkIncident = Omit<Incident, 'evidence' | 'comments' | 'history' | 'mergedInto'> & {
  readonly evidence: readonly SinkEvidence[];
};

export type SinkEvidence = Pick<
  Evidence,
  'position' | 'transactionId' | 'at' | 'clientAddress' | 'method' | 'host' | 'path' | 'endpoint' | 'status' | 'action'
> & { readonly detections: readonly string[] };

/** What came of an attempt. Codes are from a closed set: `HTTP_503`, `ECONNREFUSED`, `ADDRESS_NOT_ALLOWED` … */
export type SinkOutcome =
  | { readonly kind: 'delivered' }
  /** The system is away, or says later. */
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs?: number }
  /** The system will never take this message. */
  | { readonly kind: 'refused'; readonly code: string };

/** One way to one system. Keeps nothing that must survive; what it learns of tickets goes into its ledger. */
export interface Sink {
  /** Messages one attempt may carry, all or nothing; 1 where the system takes one at a time. */
  readonly batchMessagesMax: number;
  deliver(messages: readonly SinkMessage[]): Promise<SinkOutcome>;
  /** Tries the way by a test message, or where that would leave a ticket behind, by asking who we are. */
  check(test: SinkMessage): Promise<SinkOutcome>;
  /** Asks a ticket system how far its people are. Present where the system can be asked. */
  readonly poll?: () => Promise<SinkOutcome>;
  close(): Promise<void>;
}

/** A person changed the status in the other system. */
export interface StatusFromSink {
  readonly sink: string;
  readonly incident: string;
  readonly status: IncidentStatus;
  /** `jira:SEC-17` */
  readonly ticket: string;
  /** The other system's word for it. */
  readonly theirs: string;
}

export interface SinkState {
  readonly id: string;
  readonly kind: string;
  /** `failing`: the last attempt failed, the next one comes at `nextAttemptAt`. */
  readonly state: 'idle' | 'delivering' | 'failing';
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly delivered: number;
  readonly attemptsFailed: number;
  readonly dropped: { readonly full: number; readonly expired: number; readonly refused: number };
  /** False while messages are in memory alone, because the disk does not take them. */
  readonly isDurable: boolean;
  /** Lines of the queue's file that could not be believed when it was opened. */
  readonly damagedLines: number;
  /** Milliseconds since the epoch. */
  readonly lastDeliveredAt: number | undefined;
  readonly lastFailure: { readonly at: number; readonly code: string } | undefined;
  readonly nextAttemptAt: number | undefined;
}

/** The part of a logger that sinks use. */
export interface SinkLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}
