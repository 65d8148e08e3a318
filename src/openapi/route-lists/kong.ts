// Kong declarative configuration (deck, `_format_version`): routes below services and beside them. A path that begins with `~` is a
// pattern, any other a prefix.
import type { ImportedRoute, RoutesRead } from './route-list.ts';

type Mapping = Readonly<Record<string, unknown>>;

export function kongRoutes(value: Mapping): RoutesRead {
  const routes: ImportedRoute[] = [];
  const skipped: string[] = [];
  const services = list(value.services);
  const written = [...services.flatMap((service) => list(service.routes)), ...list(value.routes)];
  for (const route of written) {
    const name = String(route.name ?? 'a route');
    const methods = texts(route.methods).map((method) => method.toUpperCase());
    const hosts = texts(route.hosts).map((host) => host.toLowerCase().replace(/:\d+$/, ''));
    const paths = texts(route.paths);
    if (typeof route.expression === 'string') {
      skipped.push(`${name}: expressions are not read`);
      continue;
    }
    for (const path of paths.length === 0 ? ['/'] : paths) {
      // Before version 3 anything with characters of patterns was one.
      const isPattern = path.startsWith('~') || /[\\()[\]$*+?]/.test(path);
      routes.push({
        methods,
        hosts,
        path: path.startsWith('~') ? path.slice(1) : path,
        match: isPattern ? 'regex' : 'prefix',
      });
    }
  }
  return { routes, skipped };
}

function list(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
