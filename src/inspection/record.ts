// What is left of a transaction when it is complete.
import type { Actor } from '../core/actor.ts';
import type { Completion } from '../core/inspector.ts';
import type { Observation } from '../core/observation.ts';
import type { Coverage, Mode, TransactionRecord } from '../core/record.ts';
import type { Verdict } from '../core/verdict.ts';

/** What inspection knows of a transaction at its end. */
export interface Story {
  readonly id: string;
  readonly receivedAt: number;
  readonly clientAddress: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly endpoint: string;
  readonly route: string;
  readonly mode: Mode;
  readonly actors: readonly Actor[];
  readonly verdict: Verdict;
  readonly isRefused: boolean;
  readonly uninspected: readonly string[];
  readonly observation: Observation | undefined;
}

export function recordOf(story: Story, completion: Completion): TransactionRecord {
  const { verdict } = story;
  return {
    id: story.id,
    receivedAt: story.receivedAt,
    // A clock that is set back must not make it negative.
    durationMs: Math.max(0, completion.completedAt - story.receivedAt),
    upstreamMs: completion.upstreamMs,
    clientAddress: story.clientAddress,
    method: story.method,
    host: story.host,
    path: story.path,
    endpoint: story.endpoint,
    route: story.route,
    mode: story.mode,
    status: completion.status,
    requestBodyBytes: completion.requestBodyBytes,
    responseBodyBytes: completion.responseBodyBytes,
    actors: story.actors,
    action: verdict.action,
    enforced: verdict.enforced,
    rule: verdict.rule,
    confidence: verdict.confidence,
    findings: verdict.findings,
    coverage: coverageOf(story),
    uninspected: story.uninspected,
    fault: completion.fault?.code,
    policyVersion: verdict.policyVersion,
    ...(story.observation === undefined ? {} : { observation: story.observation }),
  };
}

/** Refused before inspection could say anything; else uninspected when any part was passed on unseen. */
function coverageOf(story: Story): Coverage {
  if (story.isRefused) return 'refused';
  return story.uninspected.length > 0 ? 'uninspected' : 'inspected';
}
