// Two days of the shop's ordinary life, from which everything usual was learned.
import { expect } from 'vitest';
import type { AnalysisDump } from '../../../src/analysis/analysis-dump.ts';
import { live } from '../shop.ts';
import { type Person, World } from '../world.ts';

const LIFE_HOURS = 48;
export const THIEF: Person = {
  address: '89.208.58.114',
  country: 'RU',
  network: 49352,
  userAgent: 'python-requests/2.31',
};

let life: { dump: AnalysisDump; now: number } | undefined;

function lived(): { dump: AnalysisDump; now: number } {
  const world = new World(7);
  live(world, LIFE_HOURS);
  expect(world.titles()).toEqual([]);
  return { dump: world.analysis.dump(), now: world.now };
}

/** The morning after: everything learned is there, and people go on living. */
export function afterLife(seed = 3): World {
  life ??= lived();
  const world = new World(seed);
  world.analysis.restore(structuredClone(life.dump));
  world.now = life.now;
  live(world, 2);
  expect(world.titles()).toEqual([]);
  return world;
}
