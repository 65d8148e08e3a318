// A transaction as the patterns see it: what its record and observation mean for behaviour, computed once.
// Plain data, so that a node can tell the others; `record` stays behind.
import type { Actor } from '../../core/actor.ts';
import type { Action, Finding } from '../../core/finding.ts';
import { numberOfHash } from '../../core/hash.ts';
import { isIdentifierField } from '../../core/identifier-field.ts';
import type { ObservedField } from '../../core/observation.ts';
import type { TransactionRecord } from '../../core/record.ts';

export interface OccurredActor {
  readonly actor: Actor;
  readonly key: string;
  /** hashOf the key. */
  readonly hash: number;
  /**
   * What one transaction counts for this identity. 1, but for an address: 0 when it only repeats one known identity, and a
   * share when several known identities come from it (an office, a carrier).
   */
  readonly share: number;
}

export interface ParameterValue {
  /** `path:id`, `query:page`, `body:/ids/*` or `header:x-org-id`. */
  readonly name: string;
  readonly hash: number;
  /** The value, when it is a whole number: neighbours show a walk. */
  readonly number: number | undefined;
}

/** An id that the answer gave out, and in which field. */
export interface Identifier {
  readonly pointer: string;
  readonly id: number;
}

export interface Occurrence {
  readonly transactionId: string;
  readonly at: number;
  readonly endpoint: string;
  readonly route: string;
  readonly status: number;
  readonly action: Action;
  /** Refused for who sent it, by a restriction or deny-list: it shows nothing new. */
  readonly isTurnedAway: boolean;
  /** A 2xx or 3xx that was not blocked. */
  readonly isAccepted: boolean;
  /** Strongest identity first; the address is always there. */
  readonly actors: readonly OccurredActor[];
  /** The strongest identity that is no address. */
  readonly principal: string | undefined;
  /** Hashes of principal, endpoint, network and user agent: who reads one of them reads it many times. 0 without a principal. */
  readonly principalHash: number;
  readonly endpointHash: number;
  readonly networkHash: number;
  readonly clientHash: number;
  /** `role:customer`, `scope:read write`, `authenticated` or `anonymous`. */
  readonly role: string;
  /** Nothing found in it, and nobody behind it is suspect: may be learned from. */
  readonly isClean: boolean;
  /** The object the path names, all its parameters together. */
  readonly object: number | undefined;
  /** What is read here has many readers: a catalogue. */
  readonly isPublicPlace: boolean;
  readonly parameters: readonly ParameterValue[];
  readonly isLogin: boolean;
  /** Hash of the account a login names, where that is known. */
  readonly account: string | undefined;
  readonly isFailedLogin: boolean;
  readonly sensitiveValues: number;
  readonly dataTypes: readonly (readonly [string, number])[];
  readonly records: number;
  readonly userAgent: string;
  readonly country: string | undefined;
  readonly network: string;
  readonly findings: readonly Finding[];
  /** What enforce mode would have done. */
  readonly enforced: Action;
  /** Detections of attacks in it, without what only tags. */
  readonly attacks: readonly string[];
  /** It had a token or key that names nobody: the place answers everybody alike, or refused it. */
  readonly isCredentialEmpty: boolean;
  readonly claims: readonly { readonly name: string; readonly hash: string }[];
  readonly requestFields: readonly ObservedField[];
  readonly requestMediaType: string;
  readonly responseFields: readonly ObservedField[];
  /** Of the answer, in its order. */
  readonly identifiers: readonly Identifier[];
  readonly durationMs: number;
  readonly upstreamMs: number | undefined;
  readonly responseBodyBytes: number;
  /** Undefined for what another node took. */
  readonly record: TransactionRecord | undefined;
}

export function identifiersOf(fields: readonly ObservedField[]): readonly Identifier[] {
  const identifiers: Identifier[] = [];
  for (const field of fields) {
    if (isIdentifierField(field)) identifiers.push({ pointer: field.pointer, id: numberOfHash(field.hash!) });
  }
  return identifiers;
}

export function statusMatcher(patterns: readonly string[]): (status: number) => boolean {
  const matching = new Set<number>();
  for (const pattern of patterns) {
    if (pattern.endsWith('xx')) for (let i = 0; i < 100; i++) matching.add(Number(pattern[0]) * 100 + i);
    else matching.add(Number(pattern));
  }
  return (status) => matching.has(status);
}
