// What a response plan says: for which incidents, which actions, by whom decided, and what bounds them.
import type { ActorKind } from './actor.ts';
import type { Severity } from './finding.ts';
import type { Family, IncidentModule, Result } from './incident.ts';

/** Every condition that is stated must hold; an empty one always does. */
export interface ResponseCondition {
  readonly severity: readonly Severity[];
  readonly module: readonly IncidentModule[];
  readonly family: readonly Family[];
  readonly detection: readonly string[];
  readonly result: readonly Result[];
  /** Endpoint patterns, as in every policy. */
  readonly endpoint: readonly string[];
  readonly environment: readonly string[];
  /** Tags of the endpoint or of the incident. */
  readonly tags: readonly string[];
  /** 0 to 100, of the most suspect actor. */
  readonly actorConfidenceMin: number;
  readonly countMin: number;
}

export type ResponseAction =
  | { readonly kind: 'notify' | 'ticket' | 'webhook'; readonly sink: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | RestrictAction;

export interface RestrictAction {
  readonly kind: 'restrict';
  readonly action: 'block' | 'rate-limit' | 'tag';
  /** Which identities, first that the incident has and that may be restricted. */
  readonly actor: readonly ActorKind[];
  /** One for the first time, the next for the second within a week, and so on; the last one stays. */
  readonly durationsSeconds: readonly number[];
  /** For `rate-limit`. */
  readonly requestsPerMinuteMax: number;
  /** Other identities seen with an address in a day, above which nothing happens without a person. */
  readonly othersMax: number;
}

export interface ResponsePlan {
  readonly match: ResponseCondition;
  readonly actions: readonly ResponseAction[];
  readonly mode: 'automatic' | 'on-approval';
  /** The same plan does nothing again for the same actor within this time. */
  readonly coolDownSeconds: number;
  /** Says what it would do, and does nothing. */
  readonly isDryRun: boolean;
}
