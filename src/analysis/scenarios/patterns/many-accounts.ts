// Trying stolen pairs of name and password: many accounts from one actor, nearly all failing; or, when the attack comes from
// many addresses, many failing accounts at one endpoint against what failed there before.
import type { Actor } from '../../../core/actor.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { numberOfHash } from '../../../core/hash.ts';
import type { ManyAccountsPattern } from '../../../core/scenario.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { SlidingCount } from '../metrics/sliding-count.ts';
import { SlidingDistinct } from '../metrics/sliding-distinct.ts';
import type { OccurredActor, Occurrence } from '../occurrence.ts';
import type { Figures, Pattern, Signal } from '../signal.ts';

const KEYS_MAX = 100_000;
const ENDPOINTS_MAX = 1_000;
const ENDPOINT_IDLE_MS = 7 * 24 * 3_600_000;
const OFFENDERS_KEPT_MAX = 20;
/** How fast an endpoint's usual share of failures follows. */
const BASELINE_STEP = 0.1;

interface Tally {
  readonly failedAccounts: SlidingDistinct;
  readonly failures: SlidingCount;
  readonly attempts: SlidingCount;
  hasRaised: boolean;
}

interface EndpointTally extends Tally {
  /** Addresses whose last login failed, latest last. */
  readonly offenders: Map<string, { readonly actor: Actor; readonly at: number }>;
  baseline: number | undefined;
  judgedAt: number;
}

export class ManyAccounts implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: ManyAccountsPattern;
  readonly #windowMs: number;
  readonly #byActor: ExpiringTable<Tally>;
  readonly #byEndpoint: ExpiringTable<EndpointTally>;

  constructor(scenario: ScenarioDocument, pattern: ManyAccountsPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#windowMs = pattern.windowSeconds * 1_000;
    this.#byActor = new ExpiringTable(KEYS_MAX, this.#windowMs);
    this.#byEndpoint = new ExpiringTable(ENDPOINTS_MAX, ENDPOINT_IDLE_MS);
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { account, at, endpoint } = occurrence;
    if (account === undefined || occurrence.status >= 500 || occurrence.status === 0) return undefined;
    const hash = numberOfHash(account);
    const address = occurrence.actors.find(({ actor }) => actor.kind === 'ip');
    const whole = this.#endpointTally(endpoint, at);
    const own = address === undefined ? undefined : this.#tally(`${endpoint} ${address.key}`, at);
    if (own !== undefined) count(own, at, hash, occurrence.isFailedLogin, 1);
    const isOwn = own !== undefined && this.#isOver(own, at, address!.share);
    // What one address explains is not an attack from many.
    if (!isOwn) {
      count(whole, at, hash, occurrence.isFailedLogin, 1);
      if (address !== undefined) this.#noteOffender(whole, address, occurrence);
    }
    const isEndpointWide = this.#isEndpointWide(whole, at) && !isOwn;
    if (!isOwn && !isEndpointWide) return undefined;
    const tally = isEndpointWide ? whole : own!;
    const isFirst = !tally.hasRaised;
    tally.hasRaised = true;
    return {
      scenario: this.#scenario,
      actors: isEndpointWide ? [...whole.offenders.values()].reverse().map(({ actor }) => actor) : [address!.actor],
      groups: [...(isEndpointWide ? [`endpoint:${endpoint}`] : []), ...(isOwn ? [address!.key] : [])],
      endpoint,
      at,
      result: occurrence.isFailedLogin ? 'attempt' : 'succeeded',
      count: isFirst ? Math.round(tally.attempts.sum(at)) : 1,
      figures: this.#figures(tally, at, isEndpointWide ? whole : undefined),
      occurrence,
    };
  }

  sweep(now: number): readonly Signal[] {
    this.#byActor.sweep(now);
    this.#byEndpoint.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#byActor.size, evicted: this.#byActor.evicted };
  }

  dump(): unknown {
    return [...this.#byEndpoint.entries()].flatMap(([endpoint, { baseline }]) =>
      baseline === undefined ? [] : [[endpoint, baseline]],
    );
  }

  restore(dump: unknown): void {
    for (const [endpoint, baseline] of dump as [string, number][]) this.#endpointTally(endpoint, 0).baseline = baseline;
  }

  #noteOffender({ offenders }: EndpointTally, { key, actor }: OccurredActor, { at, isFailedLogin }: Occurrence): void {
    offenders.delete(key);
    // Who gets in is somebody who mistyped.
    if (isFailedLogin) offenders.set(key, { actor, at });
    for (const [oldest, one] of offenders) {
      if (offenders.size <= OFFENDERS_KEPT_MAX && one.at > at - this.#windowMs) break;
      offenders.delete(oldest);
    }
  }

  #isOver(tally: Tally, at: number, share: number): boolean {
    const accounts = tally.failedAccounts.count(at) * (share > 0 ? share : 1);
    if (accounts < this.#pattern.accountsMin) return false;
    return tally.failures.sum(at) >= tally.attempts.sum(at) * this.#pattern.failedShareMin;
  }

  #isEndpointWide(tally: EndpointTally, at: number): boolean {
    const { accountsMin, failedShareMin, timesBaseline } = this.#pattern.endpoint;
    const attempts = tally.attempts.sum(at);
    const share = attempts === 0 ? 0 : tally.failures.sum(at) / attempts;
    const limit = Math.max(failedShareMin, (tally.baseline ?? 0) * timesBaseline);
    const isOver = share >= Math.min(limit, 0.95) && tally.failedAccounts.count(at) >= accountsMin;
    if (at >= tally.judgedAt + this.#windowMs) {
      // Once a window: what failed in a quiet one is usual here.
      if (!isOver && attempts >= accountsMin) {
        tally.baseline =
          tally.baseline === undefined ? share : tally.baseline + (share - tally.baseline) * BASELINE_STEP;
      }
      tally.judgedAt = at;
      tally.hasRaised = isOver && tally.hasRaised;
    }
    return isOver;
  }

  #figures(tally: Tally, at: number, whole: EndpointTally | undefined): Figures {
    const failures = Math.round(tally.failures.sum(at));
    const attempts = Math.round(tally.attempts.sum(at));
    return {
      value: tally.failedAccounts.count(at),
      isEstimate: tally.failedAccounts.isEstimate ? 'about ' : '',
      attempts,
      failures,
      failedPercent: Math.round((failures / Math.max(1, attempts)) * 100),
      windowSeconds: this.#pattern.windowSeconds,
      threshold: whole === undefined ? this.#pattern.accountsMin : this.#pattern.endpoint.accountsMin,
      baselinePercent: Math.round((whole?.baseline ?? 0) * 100),
      origin: whole === undefined ? 'one address' : `at least ${whole.offenders.size} addresses`,
    };
  }

  #tally(key: string, now: number): Tally {
    return this.#byActor.get(key, now) ?? this.#byActor.set(key, emptyTally(this.#windowMs), now);
  }

  #endpointTally(endpoint: string, now: number): EndpointTally {
    return (
      this.#byEndpoint.get(endpoint, now) ??
      this.#byEndpoint.set(
        endpoint,
        { ...emptyTally(this.#windowMs), offenders: new Map(), baseline: undefined, judgedAt: now },
        now,
      )
    );
  }
}

function emptyTally(windowMs: number): Tally {
  return {
    failedAccounts: new SlidingDistinct(windowMs),
    failures: new SlidingCount(windowMs),
    attempts: new SlidingCount(windowMs),
    hasRaised: false,
  };
}

function count(tally: Tally, at: number, account: number, isFailed: boolean, weight: number): void {
  tally.attempts.add(at, weight);
  if (!isFailed) return;
  tally.failures.add(at, weight);
  tally.failedAccounts.add(at, account);
}
