// What an actor may not do for now. Restrictions travel in the snapshot; the hot path only looks them up.
import type { ActorKind } from './actor.ts';

export interface Restriction {
  readonly id: string;
  /** One actor, or for addresses a CIDR range. */
  readonly actor: { readonly kind: ActorKind; readonly id: string };
  readonly action: 'block' | 'rate-limit' | 'tag';
  /** For `rate-limit`: requests per minute that stay allowed, counted per worker share. */
  readonly requestsPerMinuteMax: number | undefined;
  readonly reason: string;
  readonly createdBy: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; every restriction ends. */
  readonly expiresAt: number;
}

/** What became different at once. A restriction of an actor that had one replaces it. */
export interface RestrictionChange {
  readonly added: readonly Restriction[];
  readonly removed: readonly Restriction[];
}
