// What a detector or a data policy noticed in one transaction.
// Invariant: a finding carries no sensitive value: where and what kind, never what.
import type { Location } from './field.ts';
import type { Phase } from './transaction.ts';

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is done with a transaction, weakest first. */
export const ACTIONS = ['allow', 'tag', 'mask', 'block'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Finding {
  /** Detection id of DETECTIONS, such as `injection-sql` or `forbidden-data-exposure`. */
  readonly detection: string;
  readonly phase: Phase;
  readonly location: Location | 'connection';
  readonly pointer: string;
  readonly severity: Severity;
  /** 0 to 1: how sure the detector is that this is what it says. */
  readonly confidence: number;
  /** One sentence for a person: what was recognised. Contains no value of the transaction. */
  readonly what: string;
  /** The shape of the matched text: letters and digits replaced, punctuation kept, at most 120 characters. */
  readonly shape?: string;
  readonly dataType?: string;
  /** How many values this finding stands for; 1 when absent. */
  readonly count?: number;
  /** The learned or configured figure that was passed, for the explanation. */
  readonly threshold?: number;
  /** The strongest action this finding may cause on its own. */
  readonly action: Action;
  /** The document that asks for the action: detector, data policy, list or restriction. */
  readonly policy: PolicyReference;
  readonly owasp: readonly string[];
  /** The local reply this finding asks for when it blocks; 403 when absent. */
  readonly reply?: { readonly status: number; readonly retryAfterSeconds?: number };
}

export interface PolicyReference {
  readonly kind: string;
  readonly id: string;
  readonly file: string;
  readonly line: number;
}

const SHAPE_CHARACTERS_MAX = 120;

/** Replaces letters by `a` and digits by `0`, so that an evidence line shows the grammar of an attack and no value. */
export function shapeOf(text: string): string {
  const cut = text.length > SHAPE_CHARACTERS_MAX ? text.slice(0, SHAPE_CHARACTERS_MAX) : text;
  return cut
    .replace(/[\p{L}\p{M}]/gu, 'a')
    .replace(/\p{N}/gu, '0')
    .replace(/[\p{C}]/gu, '·');
}
