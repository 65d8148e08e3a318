// Whose addresses are shared: which known identities came from an address lately, and how many that makes.
// An identity counts when it was seen there a few times, so that made-up cookies, a new one per request, hide nobody.
// Most addresses are one person's, and many are seen once: those take 36 bytes.
import { ExpiringTable } from './metrics/expiring-table.ts';
import { FirstSightings } from './metrics/first-sightings.ts';

const WINDOW_MS = 10 * 60_000;
const ADDRESSES_MAX = 50_000;
const ADDRESSES_SEEN_ONCE_MAX = 100_000;
const IDENTITIES_PER_ADDRESS_MAX = 500;
const SIGHTINGS_MIN = 3;

type Sightings = Map<number, number>;

interface Crowd {
  /** Sightings by identity (its hash), in this window and the one before. */
  current: Sightings;
  previous: Sightings | undefined;
  startedAt: number;
  known: number;
}

export class Crowds {
  readonly #crowds = new ExpiringTable<Crowd, number>(ADDRESSES_MAX, 2 * WINDOW_MS);
  readonly #once = new FirstSightings(ADDRESSES_SEEN_ONCE_MAX, 2 * WINDOW_MS, 2);

  /** How one transaction counts for its address: see OccurredActor.share. `who` is the strongest identity beside it; hashes. */
  shareOf(key: number, who: number | undefined, now: number): number {
    let crowd = this.#crowds.get(key, now);
    if (crowd === undefined) {
      const first = this.#once.recall(key, now);
      if (first === undefined) {
        if (who !== undefined) this.#once.note(key, now, [who, now]);
        return 1;
      }
      crowd = { current: new Map([[first[0]!, 1]]), previous: undefined, startedAt: first[1]!, known: 0 };
      this.#crowds.set(key, crowd, now);
    }
    if (now >= crowd.startedAt + WINDOW_MS) turn(crowd, now);
    if (who === undefined) return 1 / Math.max(1, crowd.known);
    const before = crowd.current.get(who) ?? 0;
    if (before > 0 || crowd.current.size < IDENTITIES_PER_ADDRESS_MAX) {
      crowd.current.set(who, before + 1);
      if (before + 1 === SIGHTINGS_MIN && !isKnown(crowd.previous, who)) crowd.known += 1;
    }
    if (isKnown(crowd.current, who) || isKnown(crowd.previous, who)) return 0;
    return 1 / Math.max(1, crowd.known);
  }

  sweep(now: number): void {
    this.#crowds.sweep(now);
    this.#once.sweep(now);
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#crowds.size + this.#once.size, evicted: this.#crowds.evicted + this.#once.evicted };
  }
}

function turn(crowd: Crowd, now: number): void {
  crowd.previous = now >= crowd.startedAt + 2 * WINDOW_MS ? undefined : crowd.current;
  crowd.current = new Map();
  crowd.startedAt = now;
  crowd.known = 0;
  for (const sightings of crowd.previous?.values() ?? []) if (sightings >= SIGHTINGS_MIN) crowd.known += 1;
}

function isKnown(sightings: Sightings | undefined, identity: number): boolean {
  return (sightings?.get(identity) ?? 0) >= SIGHTINGS_MIN;
}
