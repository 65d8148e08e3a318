// What is known of an endpoint from its traffic: what the admin API shows, what an OpenAPI document is made of, and what
// detectors compare with. Invariant: plain values, no identity and no sensitive value in it.
import type { Endpoint } from './endpoint.ts';
import type { ObservedType } from './observation.ts';

export interface LearnedEndpoint extends Endpoint {
  /** Why each parameter of the template is one. */
  readonly why: readonly string[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Transactions that were learned from. */
  readonly samples: number;
  /** About how many principals; addresses count where there was no other identity. */
  readonly principals: number;
  readonly statuses: readonly (readonly [string, number])[];
  readonly authentication: readonly (readonly [string, number])[];
  readonly countries: readonly (readonly [string, number])[];
  /** Transactions by hour of the day, UTC. */
  readonly hours: readonly number[];
  /** Of GraphQL and WebSocket endpoints. */
  readonly operation: string | undefined;
  readonly isWebSocket: boolean;
  readonly query: LearnedSchema | undefined;
  readonly request: LearnedSchema | undefined;
  /** By status class, `2xx`. */
  readonly responses: readonly (readonly [string, LearnedSchema])[];
  readonly requestBytes: LearnedRange;
  readonly responseBytes: LearnedRange;
  readonly records: LearnedRange;
  readonly latencyMs: LearnedRange;
  /** Sensitive values of an answer by data type. */
  readonly dataTypes: readonly (readonly [string, LearnedRange])[];
  /** Over all callers: requests and failures of one caller in one hour. */
  readonly requestsPerCaller: LearnedRange;
  readonly failuresPerCaller: LearnedRange;
  readonly ownership: Ownership;
  /** Response fields that equal a claim of the caller, such as `/owner` and `sub`. */
  readonly ownerFields: readonly (readonly [pointer: string, claim: string])[];
  readonly maturity: Maturity;
  readonly isFrozen: boolean;
}

export interface Ownership {
  /** Objects that were read more than once, of a sample. */
  readonly objects: number;
  readonly ownedShare: number;
  readonly isPrivate: boolean;
}

export interface LearnedSchema {
  readonly samples: number;
  readonly mediaTypes: readonly string[];
  readonly fields: readonly LearnedField[];
  /** Fields that found no room. */
  readonly fieldsRefused: number;
}

export interface LearnedField {
  readonly pointer: string;
  readonly types: readonly ObservedType[];
  /** The one format that nearly all strings have. */
  readonly format: string | undefined;
  /** In every body that has its parent. */
  readonly isRequired: boolean;
  readonly length: LearnedRange | undefined;
  readonly number: LearnedRange | undefined;
  /** The whole set of words seen, each from enough principals; undefined when it is no enumeration. */
  readonly words: readonly string[] | undefined;
  /** Seen from at least three principals in at least five hours. */
  readonly isNormal: boolean;
}

export interface LearnedRange {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly count: number;
}

export interface Maturity {
  readonly isReady: boolean;
  /** Why not yet, as sentences; empty when it is ready to enforce. */
  readonly missing: readonly string[];
}
