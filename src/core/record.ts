// What remains of a transaction when it is complete: small, allocated once, free of values, and the unit of analysis.
import type { Actor } from './actor.ts';
import type { Action, Finding } from './finding.ts';
import type { Observation } from './observation.ts';

/** How far inspection got. Their counts add up to the transactions received. */
export type Coverage = 'inspected' | 'uninspected' | 'refused';

export interface TransactionRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly durationMs: number;
  /** Of it, from forwarding the head to the upstream's head; undefined when nothing was forwarded. */
  readonly upstreamMs: number | undefined;
  readonly clientAddress: string;
  readonly method: string;
  readonly host: string;
  /** Path with sensitive values masked, without the query. */
  readonly path: string;
  readonly endpoint: string;
  readonly route: string;
  readonly mode: Mode;
  /** Status the client saw; 0 when the client left before one was sent. */
  readonly status: number;
  readonly requestBodyBytes: number;
  readonly responseBodyBytes: number;
  readonly actors: readonly Actor[];
  readonly action: Action;
  /** What enforce mode would have done. */
  readonly enforced: Action;
  readonly rule: string;
  readonly confidence: number;
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  /** Why parts were not inspected, from a closed set: `request-body-over-limit`, `response-streamed` … */
  readonly uninspected: readonly string[];
  /** Code of the fault that ended the transaction, if one did. */
  readonly fault: string | undefined;
  readonly policyVersion: string;
  /** What learning reads; undefined where nothing was inspected. */
  readonly observation?: Observation;
}

/** `enforce` acts, `monitor` only watches copies, `off` forwards without inspection. */
export const MODES = ['enforce', 'monitor', 'off'] as const;
export type Mode = (typeof MODES)[number];
