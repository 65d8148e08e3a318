// Guessing passwords: failed logins per account at one actor, per account from anywhere, and per actor over a few accounts.
// An address with many accounts is judged by its share of failures, so that an office on a Monday morning is none.
import type { ScenarioDocument } from '../../../core/document.ts';
import { numberOfHash } from '../../../core/hash.ts';
import type { FailedLoginsPattern } from '../../../core/scenario.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { SlidingCount } from '../metrics/sliding-count.ts';
import { SlidingDistinct } from '../metrics/sliding-distinct.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const KEYS_MAX = 100_000;
const ATTEMPTS_PER_ACCOUNT_MIN = 2;

interface Tally {
  /** Accounts that failed; only where several are counted together. */
  readonly accounts: SlidingDistinct | undefined;
  readonly failures: readonly SlidingCount[];
  readonly attempts: readonly SlidingCount[];
  isOver: boolean;
}

export class FailedLogins implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: FailedLoginsPattern;
  readonly #tallies: ExpiringTable<Tally>;

  constructor(scenario: ScenarioDocument, pattern: FailedLoginsPattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#tallies = new ExpiringTable(KEYS_MAX, 1_000 * Math.max(...pattern.limits.map((limit) => limit.seconds)));
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { account, at, endpoint } = occurrence;
    if (!occurrence.isLogin || occurrence.status >= 500 || occurrence.status === 0) return undefined;
    const accountKey = `account:${account}`;
    let passed: { limit: FailedLoginsPattern['limits'][number]; failures: number; isFirst: boolean } | undefined;
    const groups: string[] = [];
    const look = (key: string, weight: number, failedShareMin: number, group: string): void => {
      const found = this.#look(`${endpoint} ${key}`, occurrence, weight, failedShareMin);
      if (found === undefined) return;
      if (!groups.includes(group)) groups.push(group);
      if (passed === undefined || found.failures > passed.failures) passed = found;
    };
    for (const { key, share, actor } of occurrence.actors) {
      if (account !== undefined) look(`${key} ${account}`, 1, 0, key);
      // One known user there, or nobody known: every attempt is its own.
      if (actor.kind === 'ip') look(key, share || 1, this.#pattern.failedShareMin, key);
    }
    if (account !== undefined) look(accountKey, 1, 0, accountKey);
    if (passed === undefined) return undefined;
    const { limit, failures, isFirst } = passed;
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.map(({ actor }) => actor),
      groups,
      endpoint,
      at,
      result: occurrence.isFailedLogin ? 'attempt' : 'succeeded',
      count: isFirst ? Math.round(failures) : 1,
      figures: {
        value: Math.round(failures),
        windowSeconds: limit.seconds,
        threshold: limit.failures,
        ending: occurrence.isFailedLogin ? 'None succeeded so far' : 'Then one succeeded',
      },
      occurrence,
    };
  }

  sweep(now: number): readonly Signal[] {
    this.#tallies.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#tallies.size, evicted: this.#tallies.evicted };
  }

  dump(): unknown {
    return undefined;
  }

  restore(): void {}

  #look(
    key: string,
    occurrence: Occurrence,
    weight: number,
    failedShareMin: number,
  ): { limit: FailedLoginsPattern['limits'][number]; failures: number; isFirst: boolean } | undefined {
    const { at, isFailedLogin } = occurrence;
    const { limits } = this.#pattern;
    let tally = this.#tallies.get(key, at);
    if (tally === undefined) {
      // A login that succeeds at once leaves no trace, but where the share of failures is asked for.
      if (!isFailedLogin && failedShareMin === 0) return undefined;
      const counts = (): SlidingCount[] => limits.map((limit) => new SlidingCount(limit.seconds * 1_000));
      const windowMs = 1_000 * Math.max(...limits.map((limit) => limit.seconds));
      const accounts = failedShareMin > 0 ? new SlidingDistinct(windowMs) : undefined;
      tally = this.#tallies.set(key, { accounts, failures: counts(), attempts: counts(), isOver: false }, at);
    }
    if (isFailedLogin && occurrence.account !== undefined) tally.accounts?.add(at, numberOfHash(occurrence.account));
    // One attempt per account is no guessing at passwords: that is told by the number of accounts.
    const failuresMin = (tally.accounts?.count(at) ?? 0) * ATTEMPTS_PER_ACCOUNT_MIN;
    let found: { limit: FailedLoginsPattern['limits'][number]; failures: number } | undefined;
    for (const [i, limit] of limits.entries()) {
      const failures = tally.failures[i]!.add(at, isFailedLogin ? weight : 0);
      const attempts = tally.attempts[i]!.add(at, weight);
      if (failures < failuresMin) continue;
      if (failures >= limit.failures && failures >= attempts * failedShareMin) found ??= { limit, failures };
    }
    const isFirst = found !== undefined && !tally.isOver;
    tally.isOver = found !== undefined;
    return found && { ...found, isFirst };
  }
}
