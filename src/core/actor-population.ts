// One actor among all others of its kind: how often, how much, how many. What a small chart needs to show who stands out.

export const POPULATION_MEASURES = ['requests', 'failures', 'endpoints', 'sensitiveValues'] as const;
export type PopulationMeasure = (typeof POPULATION_MEASURES)[number];

export interface ActorPopulation {
  /** Actors of the kind that are known at the moment, this one included. */
  readonly actors: number;
  readonly measures: readonly MeasuredPopulation[];
}

export interface MeasuredPopulation {
  readonly of: PopulationMeasure;
  /** The actor's own. */
  readonly value: number;
  /** 0 to 1: the others that have less. */
  readonly belowShare: number;
  /** Least value of a bucket and the actors in it, ascending without gaps: 0, 1, 2 to 3, 4 to 7 … */
  readonly buckets: readonly (readonly [from: number, actors: number])[];
}
