// What outlives the process, as plain JSON.
import type { ScenarioDump } from './scenarios/scenarios.ts';

/** What is worth keeping at once. */
export interface CasesDump {
  /** One more for each time that cases were dumped alone; not there once. */
  readonly number: number;
  readonly incidents: unknown;
  readonly actors: unknown;
  readonly precisions: unknown;
  readonly response: unknown;
}

export interface AnalysisDump extends CasesDump {
  readonly version: 1;
  readonly occurrences: unknown;
  readonly scenarios: ScenarioDump;
  /** Since posture is kept. */
  readonly posture?: unknown;
}
