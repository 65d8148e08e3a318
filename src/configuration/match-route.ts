// Which route takes a request: the most specific host first, then the longest path prefix on a segment border.
// Compiled so that thousands of routes cost a few look-ups: a host is one, and so is each border of the path.
import type { Route } from '../core/route.ts';

export type RouteMatcher = (host: string, path: string) => Route | undefined;

/** Path prefix → route, for one host. */
interface Prefixes {
  readonly routes: Map<string, Route>;
  charactersMax: number;
}

export function compileRoutes(routes: readonly Route[]): RouteMatcher {
  const exact = new Map<string, Prefixes>();
  const wildcard = new Map<string, Prefixes>();
  const any: Prefixes = { routes: new Map(), charactersMax: 0 };
  for (const route of routes) {
    for (const host of route.hosts.length === 0 ? ['*'] : route.hosts) {
      if (host === '' || host === '*') add(any, route);
      else if (host.startsWith('*.')) add(prefixesOf(wildcard, host.slice(1)), route);
      else add(prefixesOf(exact, host), route);
    }
  }
  return (host, path) => {
    const own = exact.get(host);
    const found = own === undefined ? undefined : longest(own, path);
    if (found !== undefined) return found;
    if (wildcard.size > 0) {
      // `a.b.example.com` asks for `.b.example.com`, then `.example.com`, then `.com`.
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const under = dot === 0 ? undefined : wildcard.get(host.slice(dot));
        const route = under === undefined ? undefined : longest(under, path);
        if (route !== undefined) return route;
      }
    }
    return longest(any, path);
  };
}

function prefixesOf(hosts: Map<string, Prefixes>, host: string): Prefixes {
  let prefixes = hosts.get(host);
  if (prefixes === undefined) {
    prefixes = { routes: new Map(), charactersMax: 0 };
    hosts.set(host, prefixes);
  }
  return prefixes;
}

/** The first of two routes at the same place stays. */
function add(prefixes: Prefixes, route: Route): void {
  if (!prefixes.routes.has(route.pathPrefix)) prefixes.routes.set(route.pathPrefix, route);
  prefixes.charactersMax = Math.max(prefixes.charactersMax, route.pathPrefix.length);
}

/** `/api` takes `/api` and `/api/x`, not `/apix`; `/api/` takes only what is below. */
function longest({ routes, charactersMax }: Prefixes, path: string): Route | undefined {
  if (routes.size === 0) return undefined;
  const whole = path.length <= charactersMax ? routes.get(path) : undefined;
  if (whole !== undefined) return whole;
  for (let slash = path.lastIndexOf('/', charactersMax); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
    const route = routes.get(path.slice(0, slash + 1)) ?? (slash > 0 ? routes.get(path.slice(0, slash)) : undefined);
    if (route !== undefined) return route;
    if (slash === 0) break;
  }
  // `OPTIONS *` has no path and belongs to whoever takes everything.
  return routes.get('/');
}
