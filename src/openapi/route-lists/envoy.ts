// Envoy: `virtual_hosts` wherever they stand in a bootstrap, a route configuration or a config dump, with their domains and routes.
import type { ImportedRoute, RoutesRead } from './route-list.ts';

type Mapping = Readonly<Record<string, unknown>>;

const NODES_MAX = 1_000_000;

export function envoyRoutes(root: Mapping): RoutesRead {
  const routes: ImportedRoute[] = [];
  const skipped: string[] = [];
  const open: unknown[] = [root];
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    nodes += 1;
    if (nodes > NODES_MAX) {
      skipped.push('the configuration is too large; its rest is left out');
      break;
    }
    for (const [name, value] of Object.entries(next)) {
      if ((name === 'virtual_hosts' || name === 'virtualHosts') && Array.isArray(value)) {
        for (const host of value as Mapping[]) routes.push(...routesOfHost(host, skipped));
      } else open.push(value);
    }
  }
  return { routes, skipped };
}

function routesOfHost(host: Mapping, skipped: string[]): ImportedRoute[] {
  const domains = (Array.isArray(host.domains) ? host.domains : []).map((one) =>
    String(one).toLowerCase().replace(/:\d+$/, ''),
  );
  const hosts = domains.includes('*') ? [] : domains;
  const written = Array.isArray(host.routes) ? (host.routes as Mapping[]) : [];
  return written.flatMap((route) => {
    const match = (route.match ?? {}) as Mapping;
    // A redirect or an answer of the gateway's own is not passed on.
    if (route.redirect !== undefined || route.direct_response !== undefined || route.directResponse !== undefined)
      return [];
    const place = placeOf(match);
    if (place === undefined) {
      skipped.push(`${String(host.name ?? 'a virtual host')}: a match that is not read`);
      return [];
    }
    return [{ methods: methodsOf(match), hosts, ...place }];
  });
}

function placeOf(match: Mapping): Pick<ImportedRoute, 'path' | 'match'> | undefined {
  const text = (name: string, other: string): string | undefined => {
    const value = match[name] ?? match[other];
    return typeof value === 'string' ? value : undefined;
  };
  const prefix = text('prefix', 'prefix') ?? text('path_separated_prefix', 'pathSeparatedPrefix');
  if (prefix !== undefined) return { path: prefix, match: 'prefix' };
  const path = text('path', 'path');
  if (path !== undefined) return { path, match: 'exact' };
  const regex = ((match.safe_regex ?? match.safeRegex) as Mapping | undefined)?.regex;
  if (typeof regex === 'string') return { path: `^(?:${regex})$`, match: 'regex' };
  const template = (match.path_match_policy ?? match.pathMatchPolicy) as Mapping | undefined;
  const config = (template?.typed_config ?? template?.typedConfig) as Mapping | undefined;
  const pattern = config?.path_template ?? config?.pathTemplate;
  return typeof pattern === 'string'
    ? { path: pattern.replace(/\{(\w+)=[^{}]*\}/g, '{$1}'), match: 'template' }
    : undefined;
}

function methodsOf(match: Mapping): string[] {
  const headers = Array.isArray(match.headers) ? (match.headers as Mapping[]) : [];
  return headers
    .filter((header) => header.name === ':method')
    .flatMap((header) => {
      const string = (header.string_match ?? header.stringMatch) as Mapping | undefined;
      const exact = header.exact_match ?? header.exactMatch ?? string?.exact;
      return typeof exact === 'string' ? [exact.toUpperCase()] : [];
    });
}
