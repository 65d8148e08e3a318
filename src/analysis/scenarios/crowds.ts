// Whose addresses are shared: which known identities came from an address lately, and how many that makes.
// An identity counts when it was seen there a few times, so that made-up cookies, a new one per request, hide nobody.
import { ExpiringTable } from './metrics/expiring-table.ts';

const WINDOW_MS = 10 * 60_000;
const ADDRESSES_MAX = 200_000;
const IDENTITIES_PER_ADDRESS_MAX = 500;
const SIGHTINGS_MIN = 3;

interface Crowd {
  /** Sightings by identity, in this window and the one before. */
  current: Map<string, number>;
  previous: Map<string, number>;
  startedAt: number;
  known: number;
}

export class Crowds {
  readonly #crowds = new ExpiringTable<Crowd>(ADDRESSES_MAX, 2 * WINDOW_MS);

  /** How one transaction counts for its address: see OccurredActor.share. `identity` is the strongest one beside it. */
  shareOf(address: string, identity: string | undefined, now: number): number {
    let crowd = this.#crowds.get(address, now);
    if (crowd === undefined) {
      if (identity === undefined) return 1;
      crowd = { current: new Map(), previous: new Map(), startedAt: now, known: 0 };
      this.#crowds.set(address, crowd, now);
    }
    if (now >= crowd.startedAt + WINDOW_MS) turn(crowd, now);
    if (identity === undefined) return 1 / Math.max(1, crowd.known);
    const before = crowd.current.get(identity) ?? 0;
    if (before > 0 || crowd.current.size < IDENTITIES_PER_ADDRESS_MAX) {
      crowd.current.set(identity, before + 1);
      if (before + 1 === SIGHTINGS_MIN && !isKnown(crowd.previous, identity)) crowd.known += 1;
    }
    if (isKnown(crowd.current, identity) || isKnown(crowd.previous, identity)) return 0;
    return 1 / Math.max(1, crowd.known);
  }

  sweep(now: number): void {
    this.#crowds.sweep(now);
  }
}

function turn(crowd: Crowd, now: number): void {
  crowd.previous = now >= crowd.startedAt + 2 * WINDOW_MS ? new Map() : crowd.current;
  crowd.current = new Map();
  crowd.startedAt = now;
  crowd.known = 0;
  for (const sightings of crowd.previous.values()) if (sightings >= SIGHTINGS_MIN) crowd.known += 1;
}

function isKnown(sightings: ReadonlyMap<string, number>, identity: string): boolean {
  return (sightings.get(identity) ?? 0) >= SIGHTINGS_MIN;
}
