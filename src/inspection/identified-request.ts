// Whose request it is and what it is about, as policies and detectors ask for it.
import type { Token } from '../core/actor.ts';
import type { RequestView } from '../core/detector.ts';
import type { Route } from '../core/route.ts';
import type { RequestHead } from '../core/transaction.ts';
import type { RequestFacts } from '../decoding/framing.ts';
import type { DecodedTarget } from '../decoding/target.ts';
import type { Facts } from '../policy/match.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { Snapshot } from './snapshot.ts';

export interface DecodedHead {
  readonly head: RequestHead;
  readonly facts: RequestFacts;
  readonly target: DecodedTarget;
  readonly cookies: readonly (readonly [string, string])[];
  readonly route: Route;
  readonly clientAddress: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

const NO_SEGMENTS: readonly string[] = [];

export function identify(
  snapshot: Snapshot,
  settings: EngineSettings,
  { head, facts, target, cookies, route, clientAddress, receivedAt }: DecodedHead,
): { readonly facts: Facts; readonly view: RequestView } {
  const { actors, token } = settings.identifier.identify(
    clientAddress,
    head.rawHeaders,
    cookies,
    target.query,
    receivedAt,
  );
  const endpoint = snapshot.endpoints.match(head.method, facts.host, target.segments);
  return {
    facts: {
      method: head.method,
      host: facts.host,
      segments: target.segments,
      templateSegments: endpoint.template === '/' ? NO_SEGMENTS : endpoint.template.slice(1).split('/'),
      actors,
      token,
      areClaimsTrusted: areClaimsTrusted(token, settings.verifiesTokens),
      clientAddress,
    },
    view: {
      method: head.method,
      target: head.target,
      path: target.path,
      query: target.query,
      rawHeaders: head.rawHeaders,
      endpoint,
      actors,
      token,
      body: undefined,
      isEnforced: route.mode === 'enforce',
      contract: snapshot.contracts.find(route.id, head.method, target.segments),
      baseline: snapshot.baselines.get(endpoint.id),
    },
  };
}

function areClaimsTrusted(token: Token | undefined, verifiesTokens: boolean): boolean {
  return token !== undefined && (token.isVerified || !verifiesTokens);
}
