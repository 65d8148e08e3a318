// Which route takes a request: the most specific host first, then the longest path prefix.
import type { Route } from '../core/route.ts';

export type RouteMatcher = (host: string, path: string) => Route | undefined;

export function compileRoutes(routes: readonly Route[]): RouteMatcher {
  const sorted = routes
    .flatMap((route) =>
      route.hosts.length === 0 ? [{ host: '', route }] : route.hosts.map((host) => ({ host, route })),
    )
    .sort((a, b) => specificity(b.host) - specificity(a.host) || b.route.pathPrefix.length - a.route.pathPrefix.length);
  return (host, path) => sorted.find((one) => isHost(one.host, host) && isUnder(one.route.pathPrefix, path))?.route;
}

/** Exact names before `*.example.com`, longer ones first, any host last. */
function specificity(host: string): number {
  return host === '' || host === '*' ? 0 : host.startsWith('*.') ? host.length : 1_000 + host.length;
}

function isHost(pattern: string, host: string): boolean {
  if (pattern === '' || pattern === '*') return true;
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** Prefixes end on segment borders: `/api` takes `/api` and `/api/x`, not `/apix`. */
function isUnder(prefix: string, path: string): boolean {
  if (prefix === '/') return true;
  if (!path.startsWith(prefix)) return false;
  return path.length === prefix.length || prefix.endsWith('/') || path.charCodeAt(prefix.length) === 0x2f;
}
