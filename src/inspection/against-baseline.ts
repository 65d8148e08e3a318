// A successful answer held against what was learned of its endpoint.
import { type Actor, actorKey } from '../core/actor.ts';
import type { BaselineView, BodyView, RequestView } from '../core/detector.ts';
import { claimWords, roleOfWords } from '../core/role.ts';
import type { Detection } from './detect.ts';
import { detectAgainstBaseline } from './detect.ts';
import type { Observer } from './observe.ts';
import type { SeenData } from './observe-body.ts';
import type { Snapshot } from './snapshot.ts';

export interface Answer {
  readonly request: RequestView;
  readonly segments: readonly string[];
  readonly status: number;
  readonly body: BodyView;
  readonly seen: () => SeenData;
}

const STRONGEST_FIRST = ['subject', 'api-key', 'session', 'header'] as const;

/** Undefined where nothing was learned, or the answer is no success. */
export function inspectAgainstBaseline(
  snapshot: Snapshot,
  observer: Observer | undefined,
  answer: Answer,
): Detection | undefined {
  const { request, status, body } = answer;
  const baseline = snapshot.baselines.get(request.endpoint.id);
  if (baseline === undefined || status < 200 || status >= 300) return undefined;
  const { baselineDetectors, tagsOfDataType } = snapshot.policy;
  if (baselineDetectors.length === 0) return undefined;
  const detection: Detection = { findings: [], noticed: 0, failed: [] };
  const view: BaselineView = {
    request,
    status,
    body,
    baseline,
    dataTypes: answer.seen().counts,
    tagsOf: tagsOfDataType,
    json: () => body.json(),
    owner: () => ownerOf(snapshot, observer, answer, baseline.privateExcept ?? []),
    isIssued: () => isIssued(snapshot, observer, answer, baseline.issuedOnlyFor),
  };
  detectAgainstBaseline(baselineDetectors, view, detection);
  return detection;
}

function ownerOf(
  { owners }: Snapshot,
  observer: Observer | undefined,
  { request, segments }: Answer,
  except: readonly string[],
): ReturnType<BaselineView['owner']> {
  const { endpoint, token } = request;
  const principal = principalOf(request.actors);
  const object = observer?.objectOf(endpoint.template, segments);
  if (principal === undefined || object === undefined) return undefined;
  if (except.includes(principal)) return undefined;
  if (token !== undefined && except.includes(roleOfWords(claimWords(token.claims), true))) return undefined;
  return owners.of(endpoint.id, object, principal);
}

function isIssued(
  { issued }: Snapshot,
  observer: Observer | undefined,
  { request, segments }: Answer,
  roles: readonly string[],
): boolean | undefined {
  const { endpoint, token } = request;
  const principal = principalOf(request.actors);
  if (principal === undefined) return undefined;
  if (!roles.includes(roleOfWords(token === undefined ? [] : claimWords(token.claims), true))) return undefined;
  const id = observer?.lastIdOf(endpoint.template, segments);
  return id === undefined ? undefined : issued.isIssued(principal, id);
}

/** Key of the strongest identity that is no address. */
export function principalOf(actors: readonly Actor[]): string | undefined {
  for (const kind of STRONGEST_FIRST) {
    const actor = actors.find((one) => one.kind === kind);
    if (actor !== undefined) return actorKey(actor);
  }
  return undefined;
}
