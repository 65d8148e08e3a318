// What is left of a transaction when it is complete.
import type { Actor } from '../core/actor.ts';
import type { BodyView, RequestView } from '../core/detector.ts';
import type { Completion } from '../core/inspector.ts';
import type { Observation } from '../core/observation.ts';
import type { Coverage, TransactionRecord } from '../core/record.ts';
import type { Route } from '../core/route.ts';
import type { Direction, RequestHead, ResponseHead } from '../core/transaction.ts';
import type { Verdict } from '../core/verdict.ts';
import type { SeenData } from './observe-bounds.ts';

/** What inspection knows of a transaction at its end. */
export interface Finished {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly clientAddress: string;
  /** By the client's own connection, as far as anybody can tell. */
  readonly isEncrypted: boolean;
  readonly head: RequestHead;
  readonly host: string;
  readonly segments: readonly string[];
  /** Id of the endpoint, or empty. */
  readonly endpoint: string;
  readonly route: Route | undefined;
  readonly actors: readonly Actor[];
  readonly verdict: Verdict;
  readonly isRefused: boolean;
  readonly uninspected: readonly string[];
  /** Undefined when the head was refused. */
  readonly view: RequestView | undefined;
  readonly response: ResponseHead | undefined;
  readonly responseBody: BodyView | undefined;
  readonly seen: Partial<Record<Direction, () => SeenData>>;
  readonly completion: Completion;
}

/** `path` is masked. */
export function recordOf(one: Finished, path: string, observation: Observation | undefined): TransactionRecord {
  const { verdict, completion } = one;
  return {
    id: one.id,
    receivedAt: one.receivedAt,
    // A clock that is set back must not make it negative.
    durationMs: Math.max(0, completion.completedAt - one.receivedAt),
    upstreamMs: completion.upstreamMs,
    clientAddress: one.clientAddress,
    method: one.head.method,
    host: one.host,
    path,
    endpoint: one.endpoint,
    route: one.route?.id ?? '',
    mode: one.route?.mode ?? 'enforce',
    status: completion.status,
    requestBodyBytes: completion.requestBodyBytes,
    responseBodyBytes: completion.responseBodyBytes,
    actors: one.actors,
    action: verdict.action,
    enforced: verdict.enforced,
    rule: verdict.rule,
    confidence: verdict.confidence,
    findings: verdict.findings,
    coverage: coverageOf(one),
    uninspected: one.uninspected,
    fault: completion.fault?.code,
    policyVersion: verdict.policyVersion,
    ...(observation === undefined ? {} : { observation }),
  };
}

/** Refused before inspection could say anything; else uninspected when any part was passed on unseen. */
function coverageOf(one: Finished): Coverage {
  if (one.isRefused) return 'refused';
  return one.uninspected.length > 0 ? 'uninspected' : 'inspected';
}
