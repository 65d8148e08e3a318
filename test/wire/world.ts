// A gateway with the real engine and every shipped policy, in front of the strict recorder.
import { compileRoutes } from '../../src/configuration/match-route.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import type { Mode, TransactionRecord } from '../../src/core/record.ts';
import type { Route } from '../../src/core/route.ts';
import { defaultRoute } from '../../src/inspection/default-engine.ts';
import { defaultActorSources } from '../../src/inspection/default-identity.ts';
import { createEngine, type Engine } from '../../src/inspection/engine.ts';
import { Identifier } from '../../src/inspection/identify.ts';
import { compileSnapshot } from '../../src/inspection/snapshot.ts';
import { createDataPlane, type DataPlane } from '../../src/proxy/data-plane.ts';
import type { ProxySettings, UpstreamSettings } from '../../src/proxy/settings.ts';
import { shippedPolicies } from '../support/shipped-policies.ts';
import { BODY_BYTES_MAX } from './corpus/i-bodies.ts';

export const SERVED_HOSTS = ['api.example', '*.sub.example', '127.0.0.1', '[::1]'];

export interface RealGateway {
  readonly plane: DataPlane;
  readonly engine: Engine;
  readonly port: number;
  readonly records: TransactionRecord[];
}

export async function realGateway(
  urls: readonly string[],
  mode: Mode,
  changes: {
    readonly proxy?: Partial<ProxySettings>;
    readonly upstream?: Partial<UpstreamSettings>;
    readonly route?: Partial<Route>;
    readonly trustedProxies?: readonly string[];
  } = {},
): Promise<RealGateway> {
  const records: TransactionRecord[] = [];
  const route: Route = {
    ...defaultRoute(mode),
    hosts: SERVED_HOSTS,
    upstream: 'api',
    limits: { ...DEFAULT_LIMITS, requestBodyBytesMax: BODY_BYTES_MAX, responseBodyBytesMax: BODY_BYTES_MAX },
    ...changes.route,
  };
  const engine = createEngine(
    {
      matchRoute: compileRoutes([route]),
      limits: DEFAULT_LIMITS,
      trustedProxies: changes.trustedProxies ?? [],
      identifier: new Identifier(defaultActorSources()),
      verifiesTokens: false,
      countryOf: () => undefined,
      isAnalystThere: () => true,
      onRecord: (record) => {
        records.push(record);
      },
      onDetectorError: (detector) => {
        throw new Error(`detector ${detector} failed`);
      },
    },
    compileSnapshot({ version: 'wire', documents: shippedPolicies().documents }, []),
  );
  const plane = createDataPlane(
    {
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      upstreams: [
        {
          name: 'api',
          urls,
          balancing: 'round-robin',
          connectionsMax: 64,
          connectTimeoutMs: 1_000,
          tls: { ca: undefined, rejectUnauthorized: true, servername: undefined },
          healthCheck: undefined,
          ...changes.upstream,
        },
      ],
      heldBytesMax: 64 * 1024 * 1024,
      connectionsMax: 5_000,
      ...changes.proxy,
      pace: { tickMs: 10, lingerMs: 40, ...changes.proxy?.pace },
    },
    engine,
  );
  return { plane, engine, records, port: await plane.listen() };
}
