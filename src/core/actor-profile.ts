// What is known of an actor: how suspect it is and why, where it comes from, what it touched, who it is linked with.
import type { Actor } from './actor.ts';
import type { Result } from './incident.ts';

export interface ActorProfile {
  readonly actor: Actor;
  /** `subject:ann@example.com` */
  readonly key: string;
  /** 0 to 100: noisy-OR of the addends. */
  readonly confidencePercent: number;
  /** Strongest first. */
  readonly addends: readonly ConfidenceAddend[];
  /** Milliseconds since the epoch, as all times here. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly transactions: number;
  /** Answers with a 4xx or 5xx. */
  readonly errors: number;
  readonly blocked: number;
  readonly country: string | undefined;
  /** `AS64500`, or the first half of an IPv4 address. */
  readonly network: string | undefined;
  /** The addresses it came from, latest first; of an address, itself. */
  readonly addresses: readonly (Sighting & { readonly country: string | undefined; readonly network: string })[];
  readonly userAgents: readonly Sighting[];
  readonly endpoints: readonly Sighting[];
  /** Sensitive data types in answers it got; the counts are values. */
  readonly dataTypes: readonly Sighting[];
  /** Other identities of the same transactions: keys of actors. */
  readonly linked: readonly Sighting[];
  /** Identities seen with it in about a day: who else a block would meet. */
  readonly othersPerDay: number;
  readonly incidents: readonly string[];
  /** Latest first. */
  readonly timeline: readonly TimelineEntry[];
}

export interface Sighting {
  readonly what: string;
  readonly count: number;
  readonly lastSeen: number;
}

export interface ConfidenceAddend {
  readonly detection: string;
  readonly title: string;
  readonly incident: string;
  readonly result: Result;
  /** 0 to 1: the detection's precision as it is now. */
  readonly weight: number;
  /** 0 to 1: result, repetition, and how easily the identity is forged. */
  readonly quality: number;
  /** 0 to 1: what time has left of it; halves every 24 hours. */
  readonly decay: number;
  /** weight · quality · decay, in percent. */
  readonly percent: number;
  readonly at: number;
}

export interface TimelineEntry {
  readonly at: number;
  readonly kind: 'first-seen' | 'incident' | 'restriction' | 'mark';
  readonly text: string;
  readonly incident: string | undefined;
}
