// Whether a value passes a window's threshold: the floor, the actor's own habit, and the population, each of which can say no.
// Where samples are too few to show the quantile, median + mads · MAD and one and a half times the largest known stand in.
import type { VolumeWindow } from '../../core/scenario.ts';
import type { Habit } from './habits.ts';
import type { PopulationFigures } from './metrics/population.ts';

const TIMES_LARGEST = 1.5;
/** An actor without peers is compared with itself, once it is known for a day. */
const OWN_WINDOWS_MIN = 20;
const OWN_HISTORY_MS = 24 * 3_600_000;
const OWN_TIMES = 10;

export interface Judgement {
  readonly isPassed: boolean;
  readonly threshold: number;
  readonly by: 'floor' | 'quantile' | 'deviation' | 'own-history';
  readonly population: PopulationFigures | undefined;
}

export function judge(
  value: number,
  window: VolumeWindow,
  population: PopulationFigures | undefined,
  habit: Habit | undefined,
  timesOwnHabit: number,
  now: number,
  hasMisses: boolean,
): Judgement {
  const no = { isPassed: false, threshold: window.floor, by: 'floor', population } as const;
  if (value < window.floor) return no;
  if (habit !== undefined && timesOwnHabit > 0 && habit.peak >= window.floor && value <= habit.peak * timesOwnHabit) {
    return no;
  }
  if (window.quantile === 0) return { ...no, isPassed: true };
  if (population === undefined || population.peers < window.peersMin) {
    const isFloorEnough = window.whenPeersAreFew === 'floor' || (window.whenPeersAreFew === 'misses' && hasMisses);
    if (isFloorEnough) return { ...no, isPassed: true };
    if (habit === undefined || habit.windows < OWN_WINDOWS_MIN || now - habit.since < OWN_HISTORY_MS) return no;
    const threshold = Math.max(habit.peak * OWN_TIMES, window.floor);
    return { isPassed: value > threshold, threshold, by: 'own-history', population };
  }
  const { threshold, by } = amongPeers(window, population);
  return { isPassed: value > threshold, threshold, by, population };
}

/** The threshold that enough peers set. */
export function amongPeers(
  window: VolumeWindow,
  population: PopulationFigures,
): { readonly threshold: number; readonly by: 'quantile' | 'deviation' } {
  const isShown = population.samples * (1 - window.quantile) >= 1;
  const base = isShown
    ? population.quantile * window.timesQuantile
    : Math.max(population.median + window.mads * population.deviation, population.largest * TIMES_LARGEST);
  const threshold = Math.max(base, population.mean * window.timesMean, window.floor);
  return { threshold, by: isShown ? 'quantile' : 'deviation' };
}

/** The comparison in words, with the true figures. */
export function comparison({ by, threshold, population }: Judgement, quantile: number): string {
  const mean = round(population?.mean ?? 0);
  switch (by) {
    case 'quantile':
      return `more than ${round(quantile * 100)} % of ${population!.peers} others; the average is ${mean}`;
    case 'deviation':
      return `more than any of ${population!.peers} others, who are too few to show ${round(quantile * 100)} %; their average is ${mean}`;
    case 'own-history':
      return `its own largest window before was ${round(threshold / OWN_TIMES)}; there are too few others to compare with`;
    case 'floor':
      return `the limit is ${round(threshold)}`;
    default:
      return by satisfies never;
  }
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
