// How much of something one actor does in a window, against its peers and against itself: objects read, values of a parameter
// walked, sensitive values taken, requests made.
// A threshold is passed only above a floor, above what the actor itself used to do, and above the population; the population
// learns from the largest window of each actor that raised nothing.
import type { Actor } from '../../../core/actor.ts';
import type { ValueBudgets } from '../../../core/baseline.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf } from '../../../core/hash.ts';
import type { VolumePattern, VolumeWindow } from '../../../core/scenario.ts';
import { isIdentifierName, isLookedUp } from '../asked-in-body.ts';
import { Habits } from '../habits.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { Population, type PopulationDump } from '../metrics/population.ts';
import { SlidingCount } from '../metrics/sliding-count.ts';
import { SlidingDistinct } from '../metrics/sliding-distinct.ts';
import type { Occurrence } from '../occurrence.ts';
import { statusMatcher } from '../occurrence.ts';
import type { Figures, Pattern, Signal } from '../signal.ts';
import { Stride } from '../stride.ts';
import { amongPeers, comparison, judge } from '../threshold.ts';

const ACTORS_MAX = 100_000;
/** Windows that are closed when they end, not when the actor comes back. */
const LONG_WINDOW_MS = 3_600_000;
const CLOSE_EVERY_MS = 600_000;
const POPULATIONS_MAX = 10_000;
const POPULATION_IDLE_MS = 7 * 24 * 3_600_000;
/** Of the values, those not found from which it is a search for what is there. */
const MISSED_SHARE_MIN = 0.1;
/** The data plane counts by the minute. */
const BUDGET_SECONDS = 60;
/** Behind peers, or the key of an actor: over all endpoints, of no parameter. */
const EVERYWHERE = ' * ';
const EXCEPTIONS_MAX = 5_000;
const UNITS: Readonly<Record<VolumePattern['measure'], string>> = {
  requests: 'requests',
  objects: 'objects',
  'parameter-values': 'values',
  'sensitive-values': 'sensitive values',
  records: 'records',
};

interface Tally {
  readonly count: SlidingCount | undefined;
  readonly distinct: SlidingDistinct | undefined;
  /** For distinct values whose answer was no success. */
  readonly missed: SlidingDistinct | undefined;
  readonly stride: Stride | undefined;
  readonly populationKey: string;
  readonly actorHash: number;
  periodStartedAt: number;
  peak: number;
  hits: number;
  /** The current period raised something and teaches nothing. */
  hasRaised: boolean;
}

interface Walk {
  readonly window: VolumeWindow;
  readonly tallies: ExpiringTable<Tally>;
  readonly populations: ExpiringTable<Population>;
  readonly habits: Habits;
}

interface Passed {
  readonly actor: Actor;
  readonly count: number;
  readonly figures: Figures;
}

export class Volume implements Pattern {
  readonly #scenario: ScenarioDocument;
  readonly #pattern: VolumePattern;
  readonly #isCounted: (status: number) => boolean;
  readonly #ignored: ReadonlySet<string>;
  readonly #walks: readonly Walk[];
  #closedAt = 0;

  constructor(scenario: ScenarioDocument, pattern: VolumePattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#isCounted = statusMatcher(pattern.statuses);
    this.#ignored = new Set(pattern.ignoreParameters.map((name) => name.toLowerCase()));
    this.#walks = pattern.windows.map((window) => {
      const populations = new ExpiringTable<Population>(POPULATIONS_MAX, POPULATION_IDLE_MS);
      const habits = new Habits();
      const windowMs = window.seconds * 1_000;
      const ended = (key: string, tally: Tally): void => closePeriod(key, tally, populations, habits, windowMs);
      return { window, populations, habits, tallies: new ExpiringTable<Tally>(ACTORS_MAX, windowMs, ended) };
    });
  }

  take(occurrence: Occurrence): Signal | undefined {
    if (!this.#isCounted(occurrence.status)) return undefined;
    switch (this.#pattern.measure) {
      case 'requests':
        return this.#count(occurrence, '', 1);
      case 'records':
        return occurrence.records > 0 ? this.#count(occurrence, '', occurrence.records) : undefined;
      case 'sensitive-values':
        return occurrence.sensitiveValues > 0 ? this.#count(occurrence, '', occurrence.sensitiveValues) : undefined;
      case 'objects':
        return occurrence.object === undefined || occurrence.isPublicPlace || isNamedInBody(occurrence)
          ? undefined
          : this.#distinct(occurrence, '', occurrence.object, undefined);
      case 'parameter-values': {
        let signal: Signal | undefined;
        for (const { name, hash, number } of occurrence.parameters) {
          // What a body names is as a rule there; a search through it shows by what is not. Logins are counted elsewhere.
          if (name.startsWith('body:') && (isHit(occurrence) || occurrence.isLogin)) continue;
          if (this.#ignored.has(name.slice(name.indexOf(':') + 1).toLowerCase())) continue;
          signal ??= this.#distinct(occurrence, name, hash, number);
        }
        return signal;
      }
      default:
        return this.#pattern.measure satisfies never;
    }
  }

  /** What the data plane may let an actor have of sensitive values in a minute: only where there are peers enough to say. */
  budgets(): ValueBudgets | undefined {
    const walk = this.#walks.find(({ window }) => window.seconds === BUDGET_SECONDS);
    if (this.#pattern.measure !== 'sensitive-values' || this.#pattern.per !== 'actor' || walk === undefined) return;
    const { window, populations, habits } = walk;
    if (window.quantile === 0) return;
    const peers: [string, number][] = [];
    for (const [key, population] of populations.entries()) {
      const figures = population.figures(window.quantile);
      if (figures.peers < window.peersMin) continue;
      peers.push([key.slice(0, -EVERYWHERE.length), Math.ceil(amongPeers(window, figures).threshold)]);
    }
    if (peers.length === 0) return;
    const least = Math.min(...peers.map(([, valuesMax]) => valuesMax));
    const exceptions = [...habits.entries()]
      .map(([key, { peak }]) => [key.slice(0, -EVERYWHERE.length), peak * this.#pattern.timesOwnHabit] as const)
      .filter(([, valuesMax]) => valuesMax > least)
      .sort(([, a], [, b]) => b - a);
    // Of more exceptions than there is room for, all have what the first without room has.
    const floor = exceptions[EXCEPTIONS_MAX]?.[1] ?? 0;
    return {
      peers: peers.map(([name, valuesMax]) => [name, Math.max(valuesMax, floor)]),
      exceptions: exceptions.slice(0, EXCEPTIONS_MAX),
    };
  }

  sweep(now: number): readonly Signal[] {
    for (const { window, tallies, populations, habits } of this.#walks) {
      const windowMs = window.seconds * 1_000;
      if (windowMs >= LONG_WINDOW_MS && now >= this.#closedAt + CLOSE_EVERY_MS) {
        // A day's work of one group must be known before the next day is judged by it.
        for (const [key, tally] of tallies.entries()) {
          if (now >= tally.periodStartedAt + windowMs) restart(key, tally, populations, habits, windowMs, now);
        }
      }
      tallies.sweep(now);
      populations.sweep(now);
      habits.sweep(now);
    }
    if (now >= this.#closedAt + CLOSE_EVERY_MS) this.#closedAt = now;
    return [];
  }

  size(): { entries: number; evicted: number } {
    const sizes = this.#walks.map(({ tallies }) => ({ entries: tallies.size, evicted: tallies.evicted }));
    return sizes.reduce((a, b) => ({ entries: a.entries + b.entries, evicted: a.evicted + b.evicted }));
  }

  dump(): unknown {
    return this.#walks.map(({ populations, habits }) => ({
      populations: [...populations.entries()].map(([key, population]) => [key, population.dump()]),
      habits: habits.dump(),
    }));
  }

  restore(dump: unknown): void {
    const walks = dump as { populations: [string, PopulationDump][]; habits: unknown }[];
    this.#walks.forEach(({ populations, habits }, i) => {
      const now = walks[i]?.populations.reduce((latest, [, one]) => Math.max(latest, one[0]?.startedAt ?? 0), 0) ?? 0;
      for (const [key, population] of walks[i]?.populations ?? [])
        populations.set(key, Population.restore(population), now);
      habits.restore(walks[i]?.habits ?? [], now);
    });
  }

  #count(occurrence: Occurrence, parameter: string, amount: number): Signal | undefined {
    return this.#each(occurrence, parameter, (tally, share) => tally.count!.add(occurrence.at, amount * share));
  }

  #distinct(occurrence: Occurrence, parameter: string, value: number, number: number | undefined): Signal | undefined {
    // A dead link is in a path; a name or code that is not there was tried.
    const missWeight = isLookedUp(parameter) || parameter.startsWith('body:') ? 1 : this.#pattern.missWeight;
    return this.#each(occurrence, parameter, (tally, share) => {
      const isNew =
        isHit(occurrence) || tally.missed === undefined
          ? tally.distinct!.add(occurrence.at, value)
          : tally.missed.add(occurrence.at, value);
      if (isNew && number !== undefined) tally.stride?.add(number);
      const missed = tally.missed === undefined ? 0 : tally.missed.count(occurrence.at) * missWeight;
      return (tally.distinct!.count(occurrence.at) + missed) * share;
    });
  }

  /** Adds for every identity and window, and makes one signal of those that passed. */
  #each(occurrence: Occurrence, parameter: string, add: (tally: Tally, share: number) => number): Signal | undefined {
    const { at, endpoint } = occurrence;
    const place = this.#pattern.per === 'actor' ? '*' : endpoint;
    let passed: Passed[] | undefined;
    for (const walk of this.#walks) {
      for (const { actor, key, share } of occurrence.actors) {
        if (share === 0) continue;
        // A support desk is compared with the support desk.
        const peers = actor.kind === 'ip' ? 'ip' : `${actor.kind} ${occurrence.role}`;
        const tally = this.#tally(walk, `${key} ${place} ${parameter}`, `${peers} ${place} ${parameter}`, key, at);
        const value = add(tally, share);
        tally.hits += 1;
        if (value > tally.peak) tally.peak = value;
        if (value < walk.window.floor || (!occurrence.isAccepted && this.#pattern.missWeight === 0)) continue;
        const population = walk.populations.get(tally.populationKey, at)?.figures(walk.window.quantile);
        const habit = walk.habits.of(`${key} ${place} ${parameter}`);
        const hasMisses = (tally.missed?.count(at) ?? 0) >= value * MISSED_SHARE_MIN;
        const verdict = judge(value, walk.window, population, habit, this.#pattern.timesOwnHabit, at, hasMisses);
        if (!verdict.isPassed) continue;
        const isFirst = !tally.hasRaised;
        tally.hasRaised = true;
        passed ??= [];
        passed.push({
          actor,
          count: isFirst ? tally.hits : 1,
          figures: {
            value: Math.round(value),
            unit: UNITS[this.#pattern.measure],
            parameter: parameter.slice(parameter.indexOf(':') + 1),
            windowSeconds: walk.window.seconds,
            threshold: Math.round(verdict.threshold * 100) / 100,
            comparison: comparison(verdict, walk.window.quantile),
            mean: Math.round((population?.mean ?? 0) * 100) / 100,
            peers: population?.peers ?? 0,
            walk: tally.stride?.isWalk ? 'one after the other' : 'in no order',
            isEstimate: tally.distinct?.isEstimate ? 'about ' : '',
          },
        });
      }
    }
    if (passed === undefined) return undefined;
    const { figures, count } = passed[0]!;
    return {
      scenario: this.#scenario,
      actors: passed.map(({ actor }) => actor),
      groups: passed.map(({ actor }) => `${actor.kind}:${actor.id}`),
      endpoint: place,
      at,
      result: occurrence.isAccepted ? 'succeeded' : 'attempt',
      count,
      figures,
      occurrence,
    };
  }

  #tally(walk: Walk, key: string, populationKey: string, actorKey: string, now: number): Tally {
    const windowMs = walk.window.seconds * 1_000;
    const known = walk.tallies.get(key, now);
    if (known !== undefined) {
      if (now >= known.periodStartedAt + windowMs) {
        restart(key, known, walk.populations, walk.habits, windowMs, now);
      }
      return known;
    }
    const isDistinct = this.#pattern.measure === 'objects' || this.#pattern.measure === 'parameter-values';
    const { missWeight } = this.#pattern;
    return walk.tallies.set(
      key,
      {
        count: isDistinct ? undefined : new SlidingCount(windowMs),
        distinct: isDistinct ? new SlidingDistinct(windowMs) : undefined,
        missed: isDistinct && missWeight < 1 ? new SlidingDistinct(windowMs) : undefined,
        stride: this.#pattern.measure === 'parameter-values' ? new Stride() : undefined,
        populationKey,
        actorHash: hashOf(actorKey),
        periodStartedAt: now,
        peak: 0,
        hits: 0,
        hasRaised: false,
      },
      now,
    );
  }
}

/**
 * What is uploaded and synchronised has an id as well, each its own. What a query of GraphQL reads is named in its variables, as
 * others name it in the path.
 */
function isNamedInBody({ endpoint, parameters }: Occurrence): boolean {
  if (endpoint.includes('#query ')) return false;
  return !parameters.some(
    ({ name }) => name.startsWith('path:') || (name.startsWith('query:') && isIdentifierName(name)),
  );
}

function isHit({ status }: Occurrence): boolean {
  return status >= 200 && status < 300;
}

function restart(
  key: string,
  tally: Tally,
  populations: ExpiringTable<Population>,
  habits: Habits,
  windowMs: number,
  now: number,
): void {
  closePeriod(key, tally, populations, habits, windowMs);
  tally.periodStartedAt = now;
  tally.peak = 0;
  tally.hits = 0;
  tally.hasRaised = false;
}

/** What an actor did in a window that raised nothing is what is normal: for its peers and for itself. */
function closePeriod(
  key: string,
  tally: Tally,
  populations: ExpiringTable<Population>,
  habits: Habits,
  windowMs: number,
): void {
  if (tally.hasRaised || tally.peak <= 0) return;
  const at = tally.periodStartedAt + windowMs;
  const population =
    populations.get(tally.populationKey, at) ?? populations.set(tally.populationKey, new Population(), at);
  population.add(at, tally.peak, tally.actorHash);
  habits.note(key, tally.peak, at);
}
