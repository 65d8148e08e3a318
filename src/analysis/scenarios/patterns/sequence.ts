// The order in which endpoints are called, as a first-order Markov chain over all sessions. Several transitions that hardly
// anybody makes, and hardly any usual ones beside them, are no person with the application in hand. What hardly anybody calls at all is
// in no unusual order when it is called: a step counts only where it comes much less often than it would if there were no order.

import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf, pairOf } from '../../../core/hash.ts';
import type { SequencePattern } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { SlidingCount } from '../metrics/sliding-count.ts';
import type { Occurrence } from '../occurrence.ts';
import type { Pattern, Signal } from '../signal.ts';

const SESSIONS_MAX = 50_000;
const ENDPOINTS_MAX = 5_000;
const SUCCESSORS_MAX = 300;
/** A transition teaches again only when somebody else makes it, until it is this common. */
const COMMON = 20;
/** Who took a step so long ago takes it as its habit: a robot that checks every morning in an order of its own. */
const HABIT_AFTER_MS = 6 * 3_600_000;
const HABITS_MAX = 50_000;
/** Of how often a step would be taken if where one comes from did not matter (lift, Brin et al. 1997). */
const LIFT_MAX = 0.25;
/** Of fewer one cannot tell: none where three are expected is an accident in one of twenty cases (Poisson). */
const EXPECTED_MIN = 4;
const HABIT_IDLE_MS = 30 * 24 * 3_600_000;
/** Between transactions of one session: longer apart, they do not follow each other. */
const GAP_MS = 10 * 60_000;

interface Successors {
  total: number;
  readonly next: Map<string, { count: number; lastBy: number }>;
}

interface Walk {
  at: number;
  endpoint: string;
  /** From the first transition on: most come once, and stay where they are. */
  counts: { readonly all: SlidingCount; readonly rare: SlidingCount } | undefined;
  hasRaised: boolean;
}

export class Sequence implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: SequencePattern;
  readonly #chain = new Map<string, Successors>();
  /** Steps to an endpoint, wherever they come from; of those beyond the bound nothing is known. */
  readonly #arrivals = new Map<string, number>();
  readonly #walks: ExpiringTable<Walk, number>;
  /** Steps that are not common, by who takes them → since when. */
  readonly #habits = new ExpiringTable<number, number>(HABITS_MAX, HABIT_IDLE_MS);
  #transitions = 0;

  constructor(scenario: ScenarioDocument, pattern: SequencePattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#walks = new ExpiringTable(SESSIONS_MAX, Math.max(pattern.windowSeconds * 1_000, GAP_MS));
  }

  take(occurrence: Occurrence): Signal | undefined {
    const { principal, at, endpoint } = occurrence;
    // An address alone may be many people, whose orders mix.
    if (principal === undefined || !occurrence.isAccepted) return undefined;
    const who = occurrence.principalHash;
    // A telephone and a desk at once are two walks of one person.
    const walker = pairOf(who, occurrence.clientHash);
    const walk = this.#walks.get(walker, at);
    if (walk === undefined) {
      this.#walks.set(walker, { at, endpoint, counts: undefined, hasRaised: false }, at);
      return undefined;
    }
    const from = walk.endpoint;
    const isFollowing = at - walk.at <= GAP_MS;
    walk.at = at;
    walk.endpoint = endpoint;
    // Reloading and paging say nothing.
    if (!isFollowing || from === endpoint) return undefined;
    const habit = pairOf(who, hashOf(`${from} ${endpoint}`));
    const since = this.#habits.get(habit, at);
    const isRare = this.#isRare(from, endpoint) && (since === undefined || since > at - HABIT_AFTER_MS);
    const windowMs = this.#pattern.windowSeconds * 1_000;
    walk.counts ??= { all: new SlidingCount(windowMs), rare: new SlidingCount(windowMs) };
    const all = walk.counts.all.add(at, 1);
    const rare = walk.counts.rare.add(at, isRare ? 1 : 0);
    const isOver = isRare && rare >= this.#pattern.rareMin && rare >= all * this.#pattern.rareShareMin;
    if (!isOver) {
      if (occurrence.isClean) {
        this.#learn(from, endpoint, who);
        if (since === undefined && !this.#isCommon(from, endpoint)) this.#habits.set(habit, at, at);
      }
      if (rare === 0) walk.hasRaised = false;
      return undefined;
    }
    const isFirst = !walk.hasRaised;
    walk.hasRaised = true;
    return {
      scenario: this.#scenario,
      actors: occurrence.actors.filter(({ actor }) => actor.kind !== 'ip').map(({ actor }) => actor),
      groups: [principal],
      endpoint: '*',
      at,
      result: 'succeeded',
      count: isFirst ? rare : 1,
      figures: {
        value: rare,
        transitions: all,
        windowSeconds: this.#pattern.windowSeconds,
        threshold: this.#pattern.rareMin,
        probabilityPercent: this.#pattern.probabilityMax * 100,
        known: this.#transitions,
        from,
        to: endpoint,
      },
      occurrence,
    };
  }

  sweep(now: number): readonly Signal[] {
    this.#walks.sweep(now);
    this.#habits.sweep(now);
    return [];
  }

  size(): { entries: number; evicted: number } {
    return {
      entries: this.#walks.size + this.#habits.size,
      evicted: this.#walks.evicted + this.#habits.evicted,
    };
  }

  dump(): unknown {
    const chain = listed(this.#chain, ([from, { total, next }]) => [from, total, [...next]]);
    return { chain, habits: listed(this.#habits.entries(), (entry) => entry) };
  }

  restore(dump: unknown): void {
    // It was the chain alone once.
    const { chain, habits } = (Array.isArray(dump) ? { chain: dump, habits: [] } : dump) as {
      chain: [string, number, [string, { count: number; lastBy: number }][]][];
      habits: [number, number][];
    };
    for (const [habit, since] of habits) this.#habits.set(habit, since, since);
    for (const [from, total, next] of chain) {
      this.#chain.set(from, { total, next: new Map(next) });
      this.#transitions += total;
      for (const [to, { count }] of next) this.#arrivals.set(to, (this.#arrivals.get(to) ?? 0) + count);
    }
  }

  #isRare(from: string, to: string): boolean {
    const successors = this.#chain.get(from);
    if (this.#transitions < this.#pattern.transitionsMin) return false;
    if (successors === undefined || successors.total < this.#pattern.fromMin) return false;
    const count = successors.next.get(to)?.count ?? 0;
    const expected = (successors.total * (this.#arrivals.get(to) ?? 0)) / this.#transitions;
    const isAvoided = expected >= EXPECTED_MIN && count <= expected * LIFT_MAX;
    return isAvoided && count < successors.total * this.#pattern.probabilityMax;
  }

  #isCommon(from: string, to: string): boolean {
    return (this.#chain.get(from)?.next.get(to)?.count ?? 0) >= COMMON;
  }

  #learn(from: string, to: string, by: number): void {
    let successors = this.#chain.get(from);
    if (successors === undefined) {
      if (this.#chain.size >= ENDPOINTS_MAX) return;
      successors = { total: 0, next: new Map() };
      this.#chain.set(from, successors);
    }
    const known = successors.next.get(to);
    if (known === undefined) {
      if (successors.next.size >= SUCCESSORS_MAX) return;
      successors.next.set(to, { count: 1, lastBy: by });
    } else {
      if (known.lastBy === by && known.count < COMMON) return;
      known.count += 1;
      known.lastBy = by;
    }
    successors.total += 1;
    this.#transitions += 1;
    const arrivals = this.#arrivals.get(to);
    if (arrivals !== undefined || this.#arrivals.size < ENDPOINTS_MAX) this.#arrivals.set(to, (arrivals ?? 0) + 1);
  }
}
