// What is normal at one endpoint, as far as the hot path uses it: a few figures, made by analysis, replaced with the snapshot.
import type { LearnedRange } from './learned-endpoint.ts';

export interface Baseline {
  /** `GET api.example/orders/{id}` */
  readonly endpoint: string;
  /** An operator said that learned rules block here; else they tag. */
  readonly isPromoted: boolean;
  /** Transactions and about how many principals it was learned from. */
  readonly samples: number;
  readonly principals: number;
  readonly responseBytes: LearnedRange;
  readonly records: LearnedRange;
  /** Sensitive values of one answer, by data type. */
  readonly dataTypes: readonly (readonly [string, LearnedRange])[];
  readonly ownerFields: readonly OwnerField[];
  /** Where nearly every object is read by one principal alone: roles or principals whose work it is to read others'. */
  readonly privateExcept: readonly string[] | undefined;
  /** Roles whose callers ask here for ids only that an answer gave them before. */
  readonly issuedOnlyFor: readonly string[];
  /** Undefined where it is not known well who sends what. */
  readonly privileged: PrivilegedSenders | undefined;
}

/** Who sends fields that decide over rights or money. */
export interface PrivilegedSenders {
  /** Of fields, in lower case, letters and digits alone. */
  readonly names: readonly string[];
  /** `role pointer`, with array positions as `*`. */
  readonly senders: readonly string[];
}

/** Sensitive values that one actor may have in a minute, over all endpoints. */
export interface ValueBudgets {
  /** By kind of actor and role, such as `subject role:customer`. */
  readonly peers: readonly (readonly [peers: string, valuesMax: number])[];
  /** Keys of actors that always had more than their peers. */
  readonly exceptions: readonly (readonly [actor: string, valuesMax: number])[];
}

export const NO_BUDGETS: ValueBudgets = { peers: [], exceptions: [] };

/** A field of the answer that always equals a claim of callers of this role. */
export interface OwnerField {
  readonly role: string;
  /** With array positions as `*`. */
  readonly pointer: string;
  readonly claim: string;
}

/** Detections that compare with what was learned; what they notice may itself become normal, so it is learned from. */
export const LEARNED_DATA_DETECTIONS: ReadonlySet<string> = new Set([
  'oversized-response',
  'excessive-data-in-one-response',
  'sensitive-data-exposure',
]);
