// Counts of many actors → where one of them stands. Buckets double, so that one loud actor does not make all others one bar.
import { type ActorPopulation, POPULATION_MEASURES, type PopulationMeasure } from '../../core/actor-population.ts';

export type Measured = Readonly<Record<PopulationMeasure, number>>;

export function populationOf(own: Measured, everybody: Iterable<Measured>): ActorPopulation {
  const counts = POPULATION_MEASURES.map((of) => ({ of, below: 0, buckets: [] as number[] }));
  let actors = 0;
  for (const one of everybody) {
    actors += 1;
    for (const count of counts) {
      const value = one[count.of];
      if (value < own[count.of]) count.below += 1;
      const bucket = bucketOf(value);
      while (count.buckets.length <= bucket) count.buckets.push(0);
      count.buckets[bucket]! += 1;
    }
  }
  return {
    actors,
    measures: counts.map(({ of, below, buckets }) => ({
      of,
      value: own[of],
      belowShare: actors <= 1 ? 0 : below / (actors - 1),
      buckets: buckets.map((count, bucket) => [bucket === 0 ? 0 : 2 ** (bucket - 1), count] as const),
    })),
  };
}

/** 0, 1, 2–3, 4–7, 8–15 … */
function bucketOf(value: number): number {
  return value < 1 ? 0 : 1 + Math.floor(Math.log2(value));
}
