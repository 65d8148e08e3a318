// What a pattern says when it is met: by whom, where, how much, and what belongs together as one incident.
import type { Actor } from '../../core/actor.ts';
import type { ScenarioDocument } from '../../core/document.ts';
import type { Result } from '../../core/incident.ts';
import type { Occurrence } from './occurrence.ts';

export type Figures = Readonly<Record<string, number | string>>;

export interface Signal {
  readonly scenario: ScenarioDocument;
  /** Who passed the threshold, strongest identity first; empty when it is about an endpoint alone. */
  readonly actors: readonly Actor[];
  /** Signals that share one of these, and detection and endpoint, are one incident. Never empty. */
  readonly groups: readonly string[];
  /** Endpoint id, or `*` for several. */
  readonly endpoint: string;
  readonly at: number;
  readonly result: Result;
  /** Transactions it stands for. */
  readonly count: number;
  readonly figures: Figures;
  /** The transaction that made it so; undefined when time alone did. */
  readonly occurrence: Occurrence | undefined;
}

/** A pattern with its state. Patterns never wait; they get the time from the occurrence or from `sweep`. */
export interface Pattern {
  take(occurrence: Occurrence): Signal | undefined;
  /** Called every few seconds: ends idle windows, judges what only time decides. */
  sweep(now: number): readonly Signal[];
  /** What was learned, to be made JSON of by `jsonPieces`; windows of minutes are not worth keeping. */
  dump(): unknown;
  /** Of what that JSON says. */
  restore(dump: unknown): void;
  /** Entries held and entries dropped for want of room. */
  size(): { readonly entries: number; readonly evicted: number };
}
