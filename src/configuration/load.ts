// sallyport.yaml + environment + flags → Configuration, or faults with their places. Never throws on what people write.
import { dirname } from 'node:path';
import { type ContractAnswers, type ContractOrigin, DEFAULT_CONTRACT_ANSWERS } from '../core/contract.ts';
import type { DocumentFault } from '../core/document.ts';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.ts';
import type { Mode } from '../core/record.ts';
import type { Answers, Route } from '../core/route.ts';
import { firstIssue } from '../yaml/issue.ts';
import { readYaml } from '../yaml/read.ts';
import { expandVariables } from './expand.ts';
import { withPathsFrom } from './relative-paths.ts';
import {
  configurationSchema,
  type WrittenConfiguration,
  type WrittenLimits,
  type WrittenRoute,
  type WrittenStore,
} from './schema.ts';

export interface Configuration extends Omit<WrittenConfiguration, 'routes' | 'limits' | 'on' | 'contract'> {
  readonly routes: readonly Route[];
  readonly documents: readonly ConfiguredDocument[];
  /** By route id: what is done about messages that do not fit the route's documents. */
  readonly contracts: Readonly<Record<string, ContractAnswers>>;
  /** Endpoint templates of the documents, by route id; empty until the documents are read. */
  readonly openapiFiles: readonly OpenapiFile[];
  /** Bounds of the head, before a route is known. */
  readonly limits: Limits;
  readonly on: Answers;
}

/** An API document of a route, with paths made absolute. */
export interface ConfiguredDocument {
  readonly route: string;
  /** Absolute path or URL. */
  readonly document: string;
  readonly origin: ContractOrigin;
  readonly basePath: string | undefined;
  /** Where files may be that it refers to, besides its own folder. */
  readonly folders: readonly string[];
  readonly refreshMs: number;
  readonly headers: Readonly<Record<string, string | { readonly file: string }>>;
}

export interface OpenapiFile {
  readonly route: string;
  readonly file: string;
  readonly endpoints: readonly string[];
}

/** What flags on the command line say; they win over the file. */
export interface Overrides {
  readonly upstream?: string;
  readonly listen?: number;
  readonly admin?: number;
  readonly data?: string;
  readonly policies?: string;
  readonly mode?: Mode;
  readonly workers?: number;
}

export type ConfigurationRead =
  | { readonly configuration: Configuration; readonly faults: readonly [] }
  | { readonly configuration: undefined; readonly faults: readonly DocumentFault[] };

export function readConfiguration(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Overrides = {},
): ConfigurationRead {
  const { documents, faults } = readYaml(text, file);
  if (faults.length > 0) return { configuration: undefined, faults };
  const document = documents[0];
  const fault = (path: readonly PropertyKey[], message: string, of: 'key' | 'value' = 'value'): ConfigurationRead => ({
    configuration: undefined,
    faults: [{ file, ...(document?.at(path, of) ?? { line: 1, column: 1 }), message }],
  });
  if (documents.length > 1) return fault([], 'the configuration is one document; policies go into files of their own');
  const expanded = expandVariables(document?.value ?? {}, environment);
  if ('missing' in expanded) return fault(expanded.path, `the environment variable \`${expanded.missing}\` is not set`);
  const parsed = configurationSchema.safeParse(withOverrides(expanded.value, overrides), { reportInput: true });
  if (!parsed.success) {
    const issue = firstIssue(parsed.error.issues, configurationSchema);
    return fault(issue.path, issue.message, issue.of);
  }
  const wrong = contradiction(parsed.data);
  if (wrong !== undefined) return fault(wrong.path, wrong.message);
  const folder = dirname(file);
  return { configuration: complete(withPathsFrom(folder, parsed.data), folder), faults: [] };
}

function withOverrides(value: unknown, overrides: Overrides): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const written = { ...(value as Record<string, unknown>) };
  if (overrides.upstream !== undefined) {
    written.upstreams = { default: overrides.upstream };
    written.routes = [{ id: 'default', upstream: 'default' }];
  }
  if (overrides.listen !== undefined) written.listen = overrides.listen;
  if (overrides.admin !== undefined) {
    written.admin = { ...(written.admin as object | undefined), port: overrides.admin };
  }
  for (const name of ['data', 'policies', 'mode', 'workers'] as const) {
    if (overrides[name] !== undefined) written[name] = overrides[name];
  }
  return written;
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

function contradiction(written: WrittenConfiguration): { path: readonly PropertyKey[]; message: string } | undefined {
  for (const [i, route] of written.routes.entries()) {
    if (Object.hasOwn(written.upstreams, route.upstream)) continue;
    const known = Object.keys(written.upstreams);
    const message = `no upstream is called \`${route.upstream}\`${known.length === 0 ? '' : `; there is ${known.join(', ')}`}`;
    return { path: ['routes', i, 'upstream'], message };
  }
  const ids = written.routes.map((route) => idOf(route));
  const repeated = firstRepeated(ids);
  if (repeated !== -1)
    return {
      path: ['routes', repeated],
      message: `two routes are \`${ids[repeated]}\`; give one an \`id\` of its own`,
    };
  const places = written.routes.map((route) => `${hostsOf(route).join(' ').toLowerCase()} ${route.path}`);
  const unreachable = firstRepeated(places);
  if (unreachable !== -1) {
    const message = 'an earlier route has the same `host` and `path`, so nothing would reach this one';
    return { path: ['routes', unreachable], message };
  }
  if (!LOOPBACK.test(written.admin.host) && !written.admin.allowRemote) {
    const message =
      'the admin port would be reachable from outside; put a TLS proxy in front and say `allowRemote: true`';
    return { path: ['admin', 'host'], message };
  }
  return canaryContradiction(written.rollout, ids) ?? storeContradiction(written.store);
}

function canaryContradiction(
  { canary }: WrittenConfiguration['rollout'],
  ids: readonly string[],
): { path: readonly PropertyKey[]; message: string } | undefined {
  const known = ids.length === 0 ? ['default'] : ids;
  const at = (canary?.routes ?? []).findIndex((id) => !known.includes(id));
  if (at === -1) return undefined;
  const message = `no route has the id \`${canary!.routes![at]}\`; there is ${known.join(', ')}`;
  return { path: ['rollout', 'canary', 'routes', at], message };
}

function storeContradiction(store: WrittenStore): { path: readonly PropertyKey[]; message: string } | undefined {
  if (store.kind !== 'redis') return undefined;
  const places = (['url', 'sentinels', 'cluster'] as const).filter((name) => store[name] !== undefined);
  if (places.length === 0) return { path: ['store'], message: 'say where Redis is: `url`, `sentinels` or `cluster`' };
  if (places.length > 1) {
    return { path: ['store', places[1]!], message: `\`${places[0]}\` says already where Redis is; keep one of them` };
  }
  if (store.password !== undefined && store.passwordFile !== undefined) {
    return { path: ['store', 'passwordFile'], message: '`password` is there already; keep one of them' };
  }
  return undefined;
}

/** Index of the first text that stood there before, or -1. */
function firstRepeated(texts: readonly string[]): number {
  const seen = new Set<string>();
  return texts.findIndex((text) => seen.size === seen.add(text).size);
}

function complete(written: WrittenConfiguration, folder: string): Configuration {
  const upstreams = Object.keys(written.upstreams);
  const routes: WrittenRoute[] =
    written.routes.length > 0 || upstreams.length === 0
      ? written.routes
      : [
          {
            id: 'default',
            path: '/',
            upstream: upstreams[0]!,
            endpoints: [],
            preserveHost: true,
            webSocket: { allowed: true, origins: [] },
          },
        ];
  const { routes: _, limits, on, contract: __, ...rest } = written;
  const allLimits = mergedLimits(DEFAULT_LIMITS, limits);
  const allAnswers: Answers = {
    bodyOverLimit: on.bodyOverLimit ?? 'block',
    undecodable: on.undecodable ?? 'block',
    detectorError: on.detectorError ?? 'allow',
    analystDown: on.analystDown ?? 'allow',
  };
  return {
    ...rest,
    limits: allLimits,
    on: allAnswers,
    routes: routes.map((route) => compiledRoute(route, written, allLimits, allAnswers)),
    documents: routes.flatMap((route) => documentsOf(route, folder)),
    contracts: Object.fromEntries(
      routes.map((route) => [idOf(route), contractAnswers(written.contract, route.contract)]),
    ),
    openapiFiles: [],
  };
}

function compiledRoute(route: WrittenRoute, written: WrittenConfiguration, limits: Limits, answers: Answers): Route {
  const { headers, body } = written.upstreams[route.upstream]!.timeouts;
  return {
    id: idOf(route),
    hosts: hostsOf(route).map((host) => host.toLowerCase()),
    pathPrefix: route.path,
    upstream: route.upstream,
    mode: route.mode ?? written.mode,
    limits: mergedLimits(limits, route.limits ?? {}),
    on: {
      bodyOverLimit: route.on?.bodyOverLimit ?? answers.bodyOverLimit,
      undecodable: route.on?.undecodable ?? answers.undecodable,
      detectorError: route.on?.detectorError ?? answers.detectorError,
      analystDown: route.on?.analystDown ?? answers.analystDown,
    },
    endpoints: route.endpoints,
    blockReply: {
      status: route.blockReply?.status ?? 403,
      body: route.blockReply?.body,
      contentType: route.blockReply?.contentType ?? 'text/plain; charset=utf-8',
    },
    debugTags: route.debugTags ?? written.debugTags,
    preserveHost: route.preserveHost,
    timeouts: { headersMs: headers, bodyMs: body },
    webSocket: { isAllowed: route.webSocket.allowed, origins: route.webSocket.origins },
  };
}

function documentsOf(route: WrittenRoute, folder: string): ConfiguredDocument[] {
  return (route.openapi ?? []).flatMap(({ document, basePath, refresh, headers, previous }) => {
    const shared = { route: idOf(route), basePath, folders: [folder], refreshMs: refresh, headers };
    return [
      { ...shared, document, origin: 'document' as const },
      ...previous.map((one) => ({ ...shared, document: one, origin: 'previous' as const })),
    ];
  });
}

type WrittenContract = NonNullable<WrittenRoute['contract']>;

/** The route's word counts before the one for all routes, and that before the default. */
function contractAnswers(all: WrittenContract | undefined, own: WrittenContract | undefined): ContractAnswers {
  const merged: Record<string, unknown> = { ...DEFAULT_CONTRACT_ANSWERS };
  for (const written of [all, own]) {
    for (const [name, value] of Object.entries(written ?? {})) if (value !== undefined) merged[name] = value;
  }
  return { ...merged, operations: { ...all?.operations, ...own?.operations } } as ContractAnswers;
}

function hostsOf(route: Pick<WrittenRoute, 'host'>): readonly string[] {
  return route.host === undefined ? [] : Array.isArray(route.host) ? route.host : [route.host];
}

function idOf(route: WrittenRoute): string {
  return route.id ?? `${hostsOf(route)[0] ?? ''}${route.path}`;
}

function mergedLimits(base: Limits, written: WrittenLimits): Limits {
  const merged: Record<string, number> = { ...base };
  for (const [name, value] of Object.entries(written)) if (value !== undefined) merged[name] = value;
  return merged as unknown as Limits;
}
