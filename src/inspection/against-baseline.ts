// A successful answer held against what was learned of its endpoint.
import { type Actor, actorKey } from '../core/actor.ts';
import type { BaselineView, BodyView, RequestView } from '../core/detector.ts';
import { claimWords, roleOfWords } from '../core/role.ts';
import type { Detection } from './detect.ts';
import { detectAgainstBaseline } from './detect.ts';
import type { Observer } from './observe.ts';
import type { SeenData } from './observe-bounds.ts';
import type { Snapshot } from './snapshot.ts';

export interface Answer {
  readonly request: RequestView;
  readonly segments: readonly string[];
  readonly status: number;
  readonly body: BodyView;
  readonly seen: () => SeenData;
  /** Data types that are masked on the way out. */
  readonly masked: ReadonlySet<string>;
  readonly receivedAt: number;
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
    spent: spentBy(snapshot, answer),
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

function spentBy({ budgets }: Snapshot, { request, seen, masked, receivedAt }: Answer): BaselineView['spent'] {
  let values = 0;
  for (const [type, count] of seen().counts) if (!masked.has(type)) values += count;
  const actor = values === 0 ? undefined : strongestOf(request.actors);
  if (actor === undefined) return undefined;
  const { token } = request;
  const role = roleOfWords(token === undefined ? [] : claimWords(token.claims), true);
  return budgets.spend(actor, role, values, receivedAt);
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
  const actor = strongestOf(actors);
  return actor === undefined ? undefined : actorKey(actor);
}

function strongestOf(actors: readonly Actor[]): Actor | undefined {
  for (const kind of STRONGEST_FIRST) {
    const actor = actors.find((one) => one.kind === kind);
    if (actor !== undefined) return actor;
  }
  return undefined;
}
