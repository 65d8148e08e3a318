// How much of something one actor does in a window, against its peers and against itself: objects read, values of a parameter
// walked, sensitive values taken, requests made.
// A threshold is passed only above a floor, above what the actor itself used to do, and above the population; the population
// learns from the largest window of each actor that raised nothing.

import type { Actor, ActorKind } from '../../../core/actor.ts';
import type { ValueBudgets } from '../../../core/baseline.ts';
import type { ScenarioDocument } from '../../../core/document.ts';
import { hashOf, hashOfWords } from '../../../core/hash.ts';
import type { VolumePattern, VolumeWindow } from '../../../core/scenario.ts';
import { listed } from '../../json-pieces.ts';
import { isIdentifierName, isLookedUp } from '../asked-in-body.ts';
import { Habits } from '../habits.ts';
import { ExpiringTable } from '../metrics/expiring-table.ts';
import { Population, type PopulationDump } from '../metrics/population.ts';
import type { Occurrence } from '../occurrence.ts';
import { statusMatcher } from '../occurrence.ts';
import type { Figures, Pattern, Signal } from '../signal.ts';
import { amongPeers, comparison, judge } from '../threshold.ts';
import { DistinctColumns, type DistinctValue, type Period, SumColumns, Tallies } from '../volume-tallies.ts';

/** Identities at places that one window holds; they take 12 MB when there are so many. */
const TALLIES_MAX = 100_000;
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
const PARAMETERS_REMEMBERED_MAX = 2_000;
const ROLES_REMEMBERED_MAX = 500;
const EXCEPTIONS_MAX = 5_000;
const NAMES_MAX = 2 * EXCEPTIONS_MAX;
const UNITS: Readonly<Record<VolumePattern['measure'], string>> = {
  requests: 'requests',
  objects: 'objects',
  'parameter-values': 'values',
  'sensitive-values': 'sensitive values',
  records: 'records',
};

interface WalkDump {
  readonly populations: readonly (readonly [string, PopulationDump])[];
  readonly habits: unknown;
  readonly names?: readonly (readonly [number, string])[];
}

/** Those that are compared with each other. */
interface Peers {
  readonly key: number;
  /** Kind of identity and role, place, parameter. */
  readonly name: string;
  readonly population: Population;
}

interface Walk {
  readonly window: VolumeWindow;
  readonly tallies: Tallies;
  readonly sums: SumColumns | undefined;
  readonly distinct: DistinctColumns | undefined;
  readonly peers: ExpiringTable<Peers, number>;
  readonly habits: Habits;
  /** Of identities whose habit is above the floor, for budgets: key of the habit → key of the actor. */
  readonly names: Map<number, string>;
}

/** What is added for each identity: so much, or one more distinct value. */
interface Amount extends DistinctValue {
  /** What a value that was not found counts. */
  readonly missWeight: number;
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
  /** Parameters as they are called, so that most are looked at once. */
  readonly #ignoredOrNot = new Map<string, boolean>();
  readonly #walks: readonly Walk[];
  /** Kind and role as one text. */
  readonly #groups = {
    subject: new Map(),
    'api-key': new Map(),
    session: new Map(),
    header: new Map(),
  } satisfies Record<Exclude<ActorKind, 'ip'>, Map<string, string>>;
  #closedAt = 0;

  constructor(scenario: ScenarioDocument, pattern: VolumePattern) {
    this.#scenario = scenario;
    this.#pattern = pattern;
    this.#isCounted = statusMatcher(pattern.statuses);
    this.#ignored = new Set(pattern.ignoreParameters.map((name) => name.toLowerCase()));
    const isDistinct = pattern.measure === 'objects' || pattern.measure === 'parameter-values';
    this.#walks = pattern.windows.map((window) => {
      const windowMs = window.seconds * 1_000;
      const sums = isDistinct ? undefined : new SumColumns(windowMs);
      const distinct = isDistinct ? new DistinctColumns(windowMs, pattern.measure === 'parameter-values') : undefined;
      const peers = new ExpiringTable<Peers, number>(POPULATIONS_MAX, POPULATION_IDLE_MS);
      const habits = new Habits();
      const onPeriodEnd = (period: Period): void => learn(period, windowMs, peers, habits);
      const tallies = new Tallies({ talliesMax: TALLIES_MAX, windowMs, onPeriodEnd }, sums ?? distinct!);
      return { window, tallies, sums, distinct, peers, habits, names: new Map() };
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
          if (this.#isIgnored(name)) continue;
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
    const { window, habits, names } = walk;
    if (window.quantile === 0) return;
    const peers: [string, number][] = [];
    for (const [, { name, population }] of walk.peers.entries()) {
      const figures = population.figures(window.quantile);
      if (figures.peers < window.peersMin) continue;
      peers.push([name.slice(0, -EVERYWHERE.length), Math.ceil(amongPeers(window, figures).threshold)]);
    }
    if (peers.length === 0) return;
    const least = Math.min(...peers.map(([, valuesMax]) => valuesMax));
    const exceptions = [...names]
      .map(([key, actor]) => [actor, (habits.of(key)?.peak ?? 0) * this.#pattern.timesOwnHabit] as const)
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
    const isTimeToClose = now >= this.#closedAt + CLOSE_EVERY_MS;
    if (isTimeToClose) this.#closedAt = now;
    for (const { window, tallies, peers, habits, names } of this.#walks) {
      // A day's work of one group must be known before the next day is judged by it.
      if (isTimeToClose && window.seconds * 1_000 >= LONG_WINDOW_MS) tallies.closePeriods(now);
      if (isTimeToClose) for (const key of names.keys()) if (habits.of(key) === undefined) names.delete(key);
      tallies.table.sweep(now);
      peers.sweep(now);
      habits.sweep(now);
    }
    return [];
  }

  size(): { entries: number; evicted: number } {
    const sizes = this.#walks.map(({ tallies: { table } }) => ({ entries: table.size, evicted: table.evicted }));
    return sizes.reduce((a, b) => ({ entries: a.entries + b.entries, evicted: a.evicted + b.evicted }));
  }

  dump(): unknown {
    return this.#walks.map(({ peers, habits, names }) => ({
      populations: listed(peers.entries(), ([, { name, population }]) => [name, population.dump()]),
      habits: habits.dump(),
      names: listed(names, (entry) => entry),
    }));
  }

  restore(dump: unknown): void {
    const walks = dump as readonly WalkDump[];
    this.#walks.forEach(({ peers, habits, names }, i) => {
      const walk = walks[i];
      if (walk === undefined) return;
      const now = walk.populations.reduce((latest, [, one]) => Math.max(latest, one[0]?.startedAt ?? 0), 0);
      for (const [name, population] of walk.populations) {
        peers.set(hashOf(name), { key: hashOf(name), name, population: Population.restore(population) }, now);
      }
      habits.restore(walk.habits, now);
      for (const [key, name] of walk.names ?? namesOf(walk.habits)) names.set(key, name);
    });
  }

  #isIgnored(parameter: string): boolean {
    let is = this.#ignoredOrNot.get(parameter);
    if (is === undefined) {
      is = this.#ignored.has(parameter.slice(parameter.indexOf(':') + 1).toLowerCase());
      if (this.#ignoredOrNot.size >= PARAMETERS_REMEMBERED_MAX) this.#ignoredOrNot.clear();
      this.#ignoredOrNot.set(parameter, is);
    }
    return is;
  }

  #count(occurrence: Occurrence, parameter: string, amount: number): Signal | undefined {
    return this.#each(occurrence, parameter, { value: amount, number: undefined, isMiss: false, missWeight: 0 });
  }

  #distinct(occurrence: Occurrence, parameter: string, value: number, number: number | undefined): Signal | undefined {
    // A dead link is in a path; a name or code that is not there was tried.
    const missWeight = isLookedUp(parameter) || parameter.startsWith('body:') ? 1 : this.#pattern.missWeight;
    const isMiss = this.#pattern.missWeight < 1 && !isHit(occurrence);
    return this.#each(occurrence, parameter, { value, number, isMiss, missWeight });
  }

  /** A support desk is compared with the support desk. */
  #groupOf(kind: ActorKind, role: string): string {
    if (kind === 'ip') return 'ip';
    const byRole = this.#groups[kind];
    let group = byRole.get(role);
    if (group === undefined) {
      group = `${kind} ${role}`;
      if (byRole.size >= ROLES_REMEMBERED_MAX) byRole.clear();
      byRole.set(role, group);
    }
    return group;
  }

  /** Adds for every identity and window, and makes one signal of those that passed. */
  #each(occurrence: Occurrence, parameter: string, amount: Amount): Signal | undefined {
    const { at, endpoint } = occurrence;
    const place = this.#pattern.per === 'actor' ? '*' : endpoint;
    let passed: Passed[] | undefined;
    for (const walk of this.#walks) {
      const { tallies, window, sums, distinct } = walk;
      for (const { actor, key, hash, share } of occurrence.actors) {
        if (share === 0) continue;
        const group = this.#groupOf(actor.kind, occurrence.role);
        const peersKey = hashOfWords(group, place, parameter);
        const peers = walk.peers.get(peersKey, at) ?? newPeers(walk, peersKey, `${group} ${place} ${parameter}`, at);
        const tallyKey = hashOfWords(key, place, parameter);
        const slot = tallies.at(tallyKey, peers.key, hash, at);
        let value = 0;
        let misses = 0;
        if (sums !== undefined) value = sums.add(slot, at, amount.value * share);
        else {
          distinct!.add(slot, at, amount);
          const count = distinct!.count(slot, at);
          misses = count.misses;
          value = (count.hits + misses * amount.missWeight) * share;
        }
        tallies.hit(slot, value);
        if (value < window.floor) continue;
        if (this.#pattern.per === 'actor' && walk.names.size < NAMES_MAX) walk.names.set(tallyKey, key);
        if (!occurrence.isAccepted && this.#pattern.missWeight === 0) continue;
        const figures = peers.population.figures(window.quantile);
        const habit = walk.habits.of(tallyKey);
        const hasMisses = misses >= value * MISSED_SHARE_MIN;
        const verdict = judge(value, window, figures, habit, this.#pattern.timesOwnHabit, at, hasMisses);
        if (!verdict.isPassed) continue;
        passed ??= [];
        passed.push({
          actor,
          count: tallies.raise(slot),
          figures: {
            value: Math.round(value),
            unit: UNITS[this.#pattern.measure],
            parameter: parameter.slice(parameter.indexOf(':') + 1),
            windowSeconds: window.seconds,
            threshold: Math.round(verdict.threshold * 100) / 100,
            comparison: comparison(verdict, window.quantile),
            mean: Math.round(figures.mean * 100) / 100,
            peers: figures.peers,
            walk: walk.distinct?.isWalk(slot) ? 'one after the other' : 'in no order',
            isEstimate: walk.distinct?.isEstimate(slot) ? 'about ' : '',
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

function newPeers(walk: Walk, key: number, name: string, now: number): Peers {
  return walk.peers.set(key, { key, name, population: new Population() }, now);
}

/** What an actor did in a window that raised nothing is what is normal: for its peers and for itself. */
function learn(period: Period, windowMs: number, peers: ExpiringTable<Peers, number>, habits: Habits): void {
  if (period.hasRaised || period.peak <= 0) return;
  const at = period.startedAt + windowMs;
  peers.get(period.peersKey, at)?.population.add(at, period.peak, period.actorHash);
  habits.note(period.key, period.peak, at);
}

/** Of a dump that was made when habits were kept by text. */
function namesOf(habits: unknown): [number, string][] {
  return (habits as readonly (readonly [unknown, unknown])[]).flatMap(([key]) =>
    typeof key === 'string' && key.endsWith(EVERYWHERE) ? [[hashOf(key), key.slice(0, -EVERYWHERE.length)]] : [],
  );
}
