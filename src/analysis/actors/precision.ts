// How often each detection is right: as shipped, moved by what people say about its incidents.
// A beta distribution whose prior weighs as much as ten marks: p = (10 · shipped + right) / (10 + right + wrong).
import type { IncidentStatus } from '../../core/incident.ts';

const PRIOR_MARKS = 10;
const DEFAULT_PRECISION = 0.7;

interface Marks {
  right: number;
  wrong: number;
}

export interface DetectionPrecision extends Readonly<Marks> {
  readonly detection: string;
  readonly shipped: number;
  readonly now: number;
}

export class Precisions {
  readonly #shippedOf: (detection: string) => number | undefined;
  readonly #marks = new Map<string, Marks>();

  constructor(shippedOf: (detection: string) => number | undefined) {
    this.#shippedOf = shippedOf;
  }

  of(detection: string): number {
    const shipped = this.#shippedOf(detection) ?? DEFAULT_PRECISION;
    const marks = this.#marks.get(detection);
    if (marks === undefined) return shipped;
    return (PRIOR_MARKS * shipped + marks.right) / (PRIOR_MARKS + marks.right + marks.wrong);
  }

  /** `resolved` says that it was right, `false-positive` that it was wrong; leaving one takes the mark back. */
  mark(detection: string, before: IncidentStatus, after: IncidentStatus): void {
    const marks = this.#marks.get(detection) ?? { right: 0, wrong: 0 };
    for (const [status, step] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (status === 'resolved') marks.right = Math.max(0, marks.right + step);
      if (status === 'false-positive') marks.wrong = Math.max(0, marks.wrong + step);
    }
    this.#marks.set(detection, marks);
  }

  list(): DetectionPrecision[] {
    return [...this.#marks].map(([detection, { right, wrong }]) => ({
      detection,
      right,
      wrong,
      shipped: this.#shippedOf(detection) ?? DEFAULT_PRECISION,
      now: this.of(detection),
    }));
  }

  dump(): unknown {
    return [...this.#marks];
  }

  restore(dump: unknown): void {
    for (const [detection, marks] of dump as [string, Marks][]) this.#marks.set(detection, marks);
  }
}
