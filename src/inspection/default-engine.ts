// An engine for transactions that come from no socket: suites, replay. One route takes everything.
import { compileRoutes } from '../configuration/match-route.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import type { Mode, TransactionRecord } from '../core/record.ts';
import type { Route } from '../core/route.ts';
import { defaultActorSources } from './default-identity.ts';
import { createEngine, type Engine } from './engine.ts';
import { Identifier } from './identify.ts';
import type { Snapshot } from './snapshot.ts';

export function defaultRoute(mode: Mode): Route {
  return {
    id: 'default',
    hosts: [],
    pathPrefix: '/',
    upstream: 'default',
    mode,
    limits: DEFAULT_LIMITS,
    on: { bodyOverLimit: 'block', undecodable: 'block', detectorError: 'allow', analystDown: 'allow' },
    endpoints: [],
    blockReply: { status: 403, body: undefined, contentType: 'text/plain; charset=utf-8' },
    debugTags: false,
    preserveHost: true,
    timeouts: { headersMs: 30_000, bodyMs: 60_000 },
    webSocket: { isAllowed: true, origins: [] },
  };
}

export function createDefaultEngine(
  snapshot: Snapshot,
  mode: Mode,
  onRecord: (record: TransactionRecord) => void,
): Engine {
  return createEngine(
    {
      matchRoute: compileRoutes([defaultRoute(mode)]),
      limits: DEFAULT_LIMITS,
      trustedProxies: [],
      identifier: new Identifier(defaultActorSources()),
      verifiesTokens: false,
      countryOf: () => undefined,
      isAnalystThere: () => true,
      onRecord,
      onDetectorError: () => {},
    },
    snapshot,
  );
}
