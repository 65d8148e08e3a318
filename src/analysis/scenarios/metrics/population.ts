// What the peers of an actor do: the distribution of their peaks over the last day or two, and how many they are.
// Two generations of a day each, so that what was normal long ago fades.
import { HyperLogLog } from './hyper-log-log.ts';
import { type HistogramDump, LogHistogram } from './log-histogram.ts';

const GENERATION_MS = 24 * 3_600_000;
/** Figures are computed anew when this share of samples is new. */
const STALE_SHARE = 0.02;

export interface PopulationFigures {
  readonly peers: number;
  readonly samples: number;
  readonly mean: number;
  readonly median: number;
  readonly deviation: number;
  readonly largest: number;
  /** The asked quantile. */
  readonly quantile: number;
}

interface Generation {
  startedAt: number;
  values: LogHistogram;
  peers: HyperLogLog;
}

export class Population {
  #current: Generation | undefined;
  #previous: Generation | undefined;
  #figures: { of: number; atSamples: number; figures: PopulationFigures } | undefined;

  add(now: number, value: number, peer: number): void {
    if (this.#current === undefined || now >= this.#current.startedAt + GENERATION_MS) {
      this.#previous = this.#current;
      this.#current = { startedAt: now, values: new LogHistogram(), peers: new HyperLogLog() };
      this.#figures = undefined;
    }
    this.#current.values.add(value);
    this.#current.peers.add(peer);
  }

  get samples(): number {
    return (this.#current?.values.total ?? 0) + (this.#previous?.values.total ?? 0);
  }

  figures(quantile: number): PopulationFigures {
    const known = this.#figures;
    const { samples } = this;
    if (known?.of === quantile && samples <= known.atSamples * (1 + STALE_SHARE)) return known.figures;
    const values = new LogHistogram();
    const peers = new HyperLogLog();
    for (const generation of [this.#current, this.#previous]) {
      if (generation === undefined) continue;
      values.merge(generation.values);
      peers.merge(generation.peers);
    }
    const figures = {
      peers: peers.estimate(),
      samples,
      mean: values.mean,
      median: values.quantile(0.5),
      deviation: values.deviation(),
      largest: values.largest,
      quantile: values.quantile(quantile),
    };
    this.#figures = { of: quantile, atSamples: samples, figures };
    return figures;
  }

  dump(): PopulationDump {
    return [this.#current, this.#previous].map((generation) =>
      generation === undefined
        ? null
        : {
            startedAt: generation.startedAt,
            values: generation.values.dump(),
            peers: Buffer.from(generation.peers.registers).toString('base64'),
          },
    );
  }

  static restore(dump: PopulationDump): Population {
    const population = new Population();
    const [current, previous] = dump.map((one) =>
      one === null
        ? undefined
        : {
            startedAt: one.startedAt,
            values: LogHistogram.restore(one.values),
            peers: new HyperLogLog(new Uint8Array(Buffer.from(one.peers, 'base64'))),
          },
    );
    population.#current = current;
    population.#previous = previous;
    return population;
  }
}

export type PopulationDump = readonly ({
  readonly startedAt: number;
  readonly values: HistogramDump;
  readonly peers: string;
} | null)[];
