// What posture remembers of one endpoint, or of one host: who was answered, what was seen of each check.
// Invariant: bounded whatever the traffic; plain values, so that it can be kept.
import type { Severity } from '../../core/finding.ts';
import type { Figures } from '../scenarios/signal.ts';
import type { EndpointTag } from './nature.ts';

const SITES_MAX = 32;
const IDS_MAX = 32;
const DATA_TYPES_MAX = 64;
const CALLERS_MAX = 64;

/** What was seen of one check at one place. */
export interface Tally {
  loud: number;
  quiet: number;
  /** In a row since it was last loud. */
  quietSince: number;
  /** Since others were last told. */
  untold: number;
  toldAt: number;
  lastLoudAt: number;
  isOpen: boolean;
  incident: string | undefined;
  severity: Severity | undefined;
  figures: Figures;
}

export function emptyTally(): Tally {
  return {
    loud: 0,
    quiet: 0,
    quietSince: 0,
    untold: 0,
    toldAt: 0,
    lastLoudAt: 0,
    isOpen: false,
    incident: undefined,
    severity: undefined,
    figures: {},
  };
}

export interface PlaceDump {
  readonly authenticated: number;
  readonly anonymous: number;
  readonly isExposed: boolean;
  readonly isLimited: boolean;
  readonly tags: readonly string[];
  readonly dataTypes: readonly string[];
  readonly sites: readonly string[];
  readonly ids: readonly number[];
  readonly tallies: readonly (readonly [string, Tally])[];
}

export class Place {
  /** Successful answers. */
  authenticated = 0;
  anonymous = 0;
  /** Somebody from the internet was answered. */
  isExposed = false;
  /** It has been seen to limit, or says that it does. */
  isLimited = false;
  readonly tags: Set<string>;
  readonly dataTypes = new Set<string>();
  /** Sites that were allowed to read with credentials. */
  readonly sites = new Set<string>();
  /** Hashes of a few ids that were answered. */
  readonly ids = new Set<number>();
  readonly tallies = new Map<string, Tally>();
  readonly #minute = { minute: 0, callers: new Map<string, { requests: number; failures: number }>() };

  constructor(tags: ReadonlySet<EndpointTag>) {
    this.tags = new Set<string>(tags);
  }

  /** Of the successful answers. */
  get authenticatedShare(): number {
    const all = this.authenticated + this.anonymous;
    return all === 0 ? 0 : this.authenticated / all;
  }

  tally(check: string): Tally {
    let tally = this.tallies.get(check);
    if (tally === undefined) {
      tally = emptyTally();
      this.tallies.set(check, tally);
    }
    return tally;
  }

  noteDataType(type: string): void {
    if (this.dataTypes.size < DATA_TYPES_MAX) this.dataTypes.add(type);
  }

  noteSite(site: string): void {
    if (this.sites.size < SITES_MAX) this.sites.add(site);
  }

  noteId(id: number): void {
    if (this.ids.size < IDS_MAX) this.ids.add(id);
  }

  /** Counts a request of a caller in the running minute; callers that find no room are not counted. */
  countInMinute(caller: string, at: number, isFailure: boolean): { requests: number; failures: number } | undefined {
    const minute = Math.floor(at / 60_000);
    if (this.#minute.minute !== minute) {
      this.#minute.minute = minute;
      this.#minute.callers.clear();
    }
    const { callers } = this.#minute;
    let counts = callers.get(caller);
    if (counts === undefined) {
      if (callers.size >= CALLERS_MAX) return undefined;
      counts = { requests: 0, failures: 0 };
      callers.set(caller, counts);
    }
    counts.requests += 1;
    if (isFailure) counts.failures += 1;
    return counts;
  }

  dump(): PlaceDump {
    return {
      authenticated: this.authenticated,
      anonymous: this.anonymous,
      isExposed: this.isExposed,
      isLimited: this.isLimited,
      tags: [...this.tags],
      dataTypes: [...this.dataTypes],
      sites: [...this.sites],
      ids: [...this.ids],
      tallies: [...this.tallies].filter(([, tally]) => tally.loud > 0),
    };
  }

  static restored(dump: PlaceDump): Place {
    const place = new Place(new Set());
    place.authenticated = dump.authenticated;
    place.anonymous = dump.anonymous;
    place.isExposed = dump.isExposed;
    place.isLimited = dump.isLimited;
    for (const tag of dump.tags) place.tags.add(tag);
    for (const type of dump.dataTypes) place.noteDataType(type);
    for (const site of dump.sites) place.noteSite(site);
    for (const id of dump.ids) place.noteId(id);
    for (const [check, tally] of dump.tallies) place.tallies.set(check, { ...emptyTally(), ...tally });
    return place;
  }
}
