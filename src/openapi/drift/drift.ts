// What is in traffic and in no document, and the other way round. Pure: contracts, route lists and learned endpoints in, findings out.
// Invariant: only endpoints that answered are judged, so that what scanners try is no API.
import type { PreparedContract, PreparedOperation } from '../../core/contract.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import type { DriftKind } from '../../core/posture.ts';
import { PathTable } from '../path-table.ts';
import type { RouteList } from '../route-lists/route-list.ts';

export interface DriftFinding {
  readonly kind: DriftKind;
  /** Endpoint id: `GET shop.example.com/users/{id}`; of a documented operation that nobody calls, with the host `*`. */
  readonly endpoint: string;
  /** What a text about it is filled with: `reason`, `document`, `parameters`, `requests`, `callers`. */
  readonly figures: Readonly<Record<string, number | string>>;
}

export interface DriftInput {
  /** Outlines will do. */
  readonly contracts: readonly PreparedContract[];
  readonly routeLists: readonly RouteList[];
  readonly endpoints: readonly LearnedEndpoint[];
  /** Route id of a request. */
  readonly routeOf: (host: string, path: string) => string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Since when traffic has been learned from; nothing is stale before it was long enough. */
  readonly observedSince: number;
}

export interface DriftSettings {
  /** Transactions an endpoint had before it is judged. */
  readonly samplesMin: number;
  /** An endpoint that was called this recently is in use. */
  readonly inUseMs: number;
  readonly staleMs: number;
  readonly findingsMax: number;
}

const DAY_MS = 86_400_000;
export const DRIFT_SETTINGS: DriftSettings = {
  samplesMin: 5,
  inUseMs: 7 * DAY_MS,
  staleMs: 30 * DAY_MS,
  findingsMax: 10_000,
};

/** One operation of one document. */
interface Documented {
  readonly operation: PreparedOperation;
  readonly contract: PreparedContract;
}

interface Route {
  readonly current: PathTable<Map<string, Documented>>;
  readonly previous: PathTable<Map<string, Documented>>;
  readonly hasDocuments: boolean;
  readonly hasGraphql: boolean;
}

export function driftOf(input: DriftInput, settings: DriftSettings = DRIFT_SETTINGS): DriftFinding[] {
  const routes = routesOf(input.contracts);
  const called = new Set<PreparedOperation>();
  const found: DriftFinding[] = [];
  for (const endpoint of input.endpoints) {
    const isInUse = input.now - endpoint.lastSeen <= settings.inUseMs;
    const path = endpoint.template;
    const routeId = input.routeOf(endpoint.host, path);
    const route = routeId === undefined ? undefined : routes.get(routeId);
    const documented = route === undefined ? undefined : operationOf(route.current, endpoint);
    if (documented !== undefined && input.now - endpoint.lastSeen <= settings.staleMs) called.add(documented.operation);
    if (!answers(endpoint) || endpoint.samples < settings.samplesMin) continue;
    if (isInUse) {
      if (route?.hasDocuments === true) found.push(...againstDocuments(endpoint, route, documented));
      const isListed = isAskedByItself(endpoint) || input.routeLists.some((list) => list.covers(endpoint));
      if (input.routeLists.length > 0 && !isListed) {
        found.push({ kind: 'unmanaged', endpoint: endpoint.id, figures: usage(endpoint) });
      }
    } else if (input.now - endpoint.lastSeen > settings.staleMs) {
      found.push({
        kind: 'stale',
        endpoint: endpoint.id,
        figures: { ...usage(endpoint), reason: 'was in use', days: days(input.now - endpoint.lastSeen) },
      });
    }
  }
  if (input.now - input.observedSince > settings.staleMs) found.push(...neverCalled(input, called));
  return found.slice(0, settings.findingsMax);
}

function againstDocuments(endpoint: LearnedEndpoint, route: Route, documented: Documented | undefined): DriftFinding[] {
  const figures = usage(endpoint);
  if (documented === undefined) {
    const before = operationOf(route.previous, endpoint);
    if (before !== undefined) {
      const { source, version } = before.contract;
      return [zombie(endpoint, { ...figures, reason: 'dropped', document: source, version })];
    }
    if (isAskedByItself(endpoint) || (endpoint.operation !== undefined && route.hasGraphql)) return [];
    return [{ kind: 'shadow', endpoint: endpoint.id, figures }];
  }
  const { operation, contract } = documented;
  const about = { ...figures, document: contract.source, version: contract.version };
  const found: DriftFinding[] = [];
  if (operation.isDeprecated) found.push(zombie(endpoint, { ...about, reason: 'deprecated' }));
  const unknown = undocumentedParameters(endpoint, operation);
  if (unknown.length > 0) {
    const parameters = unknown.slice(0, NAMED_MAX).join(', ');
    found.push({ kind: 'undocumented-parameter', endpoint: endpoint.id, figures: { ...about, parameters } });
  }
  return found;
}

const NAMED_MAX = 20;

function zombie(endpoint: LearnedEndpoint, figures: DriftFinding['figures']): DriftFinding {
  return { kind: 'zombie', endpoint: endpoint.id, figures };
}

/** Only parameters that several callers send are part of the API in use. */
function undocumentedParameters({ query }: LearnedEndpoint, { queryParameters }: PreparedOperation): string[] {
  if (query === undefined || queryParameters.includes('*')) return [];
  const known = new Set(queryParameters);
  return query.fields
    .filter((field) => field.isNormal && field.pointer !== '')
    .map((field) => field.pointer.slice(1).split('/')[0]!.replaceAll('~1', '/').replaceAll('~0', '~'))
    .filter((name, i, names) => !known.has(name) && !known.has(name.replace(/\[.*$/, '')) && names.indexOf(name) === i);
}

function* neverCalled({ contracts, now, observedSince }: DriftInput, called: ReadonlySet<PreparedOperation>) {
  for (const { origin, operations, source, version } of contracts) {
    if (origin !== 'document') continue;
    for (const operation of operations) {
      if (called.has(operation) || operation.isDeprecated) continue;
      yield {
        kind: 'stale' as const,
        endpoint: `${operation.method} *${operation.template}`,
        figures: { reason: 'is documented', document: source, version, days: days(now - observedSince) },
      };
    }
  }
}

function routesOf(contracts: readonly PreparedContract[]): Map<string, Route> {
  const routes = new Map<string, { -readonly [K in keyof Route]: Route[K] }>();
  for (const contract of contracts) {
    let route = routes.get(contract.route);
    if (route === undefined) {
      route = { current: new PathTable(), previous: new PathTable(), hasDocuments: false, hasGraphql: false };
      routes.set(contract.route, route);
    }
    if (contract.origin === 'learned') continue;
    const isCurrent = contract.origin === 'document';
    if (isCurrent && contract.kind === 'openapi') route.hasDocuments = true;
    if (contract.kind === 'graphql') route.hasGraphql = true;
    for (const operation of contract.operations) {
      const methods = route[isCurrent ? 'current' : 'previous'].at(operation.template, () => new Map());
      if (!methods.has(operation.method)) methods.set(operation.method, { operation, contract });
    }
  }
  return routes;
}

function operationOf(table: PathTable<Map<string, Documented>>, endpoint: LearnedEndpoint): Documented | undefined {
  const segments = endpoint.template === '/' ? [] : endpoint.template.slice(1).split('/');
  const methods = table.find(segments)?.value;
  return methods?.get(endpoint.method) ?? (endpoint.method === 'HEAD' ? methods?.get('GET') : undefined);
}

/** Somebody got what was asked for, or was sent to it. */
function answers({ statuses }: LearnedEndpoint): boolean {
  return statuses.some(([status, count]) => /^[123]/.test(status) && count > 0);
}

/** Browsers ask before they send; that is no endpoint of its own. */
function isAskedByItself({ method }: LearnedEndpoint): boolean {
  return method === 'OPTIONS';
}

function usage(endpoint: LearnedEndpoint): Record<string, number | string> {
  return { requests: endpoint.samples, callers: endpoint.principals };
}

function days(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
