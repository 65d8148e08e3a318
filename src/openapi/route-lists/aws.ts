// AWS API Gateway: `get-resources` (REST), `get-routes` (HTTP), and CloudFormation templates with their methods and routes. Exports as
// OpenAPI are read as such.
import type { ImportedRoute, RoutesRead } from './route-list.ts';

type Mapping = Readonly<Record<string, unknown>>;

export function awsRoutes(value: Mapping): RoutesRead {
  const items = [value.items, value.Items].flatMap((list) => (Array.isArray(list) ? (list as Mapping[]) : []));
  const routes: ImportedRoute[] = [];
  const skipped: string[] = [];
  for (const item of items) {
    const key = item.RouteKey ?? item.routeKey;
    if (typeof key === 'string') routes.push(...routeOfKey(key, skipped));
    const methods = item.resourceMethods;
    if (typeof item.path === 'string' && typeof methods === 'object' && methods !== null) {
      for (const method of Object.keys(methods)) routes.push(route(method, item.path));
    }
  }
  if (typeof value.Resources === 'object' && value.Resources !== null) {
    routes.push(...templateRoutes(value.Resources as Mapping, skipped));
  }
  return { routes, skipped };
}

/** `GET /pets/{id}`, `ANY /{proxy+}`, `$default`. */
function routeOfKey(key: string, skipped: string[]): ImportedRoute[] {
  if (key === '$default') return [route('ANY', '/{proxy+}')];
  const [method, path] = key.split(' ');
  if (path !== undefined) return [route(method!, path)];
  skipped.push(`${key}: a route of a WebSocket API has no path`);
  return [];
}

function route(method: string, path: string): ImportedRoute {
  return { methods: /^any$/i.test(method) ? [] : [method.toUpperCase()], hosts: [], path, match: 'template' };
}

function templateRoutes(resources: Mapping, skipped: string[]): ImportedRoute[] {
  const paths = new Map<string, { readonly part: string; readonly parent: string | undefined }>();
  for (const [name, resource] of Object.entries(resources)) {
    const { Type, Properties } = resource as { Type?: unknown; Properties?: Mapping };
    if (Type !== 'AWS::ApiGateway::Resource') continue;
    paths.set(name, { part: String(Properties?.PathPart ?? ''), parent: nameOf(Properties?.ParentId) });
  }
  return Object.entries(resources).flatMap(([name, resource]): ImportedRoute[] => {
    const { Type, Properties } = resource as { Type?: unknown; Properties?: Mapping };
    if (Type === 'AWS::ApiGatewayV2::Route') return routeOfKey(String(Properties?.RouteKey ?? ''), skipped);
    if (Type === 'AWS::ApiGateway::Method') {
      const path = pathOf(nameOf(Properties?.ResourceId), paths);
      return [route(String(Properties?.HttpMethod ?? 'ANY'), path)];
    }
    if (Type !== 'AWS::Serverless::Function') return [];
    const events = Object.values((Properties?.Events ?? {}) as Mapping) as { Type?: unknown; Properties?: Mapping }[];
    return events.flatMap((event) => {
      if (event.Type !== 'Api' && event.Type !== 'HttpApi') return [];
      const path = event.Properties?.Path;
      if (typeof path === 'string') return [route(String(event.Properties?.Method ?? 'ANY'), path)];
      skipped.push(`${name}: an event without a path`);
      return [];
    });
  });
}

const PARTS_MAX = 50;

function pathOf(
  resource: string | undefined,
  paths: ReadonlyMap<string, { readonly part: string; readonly parent: string | undefined }>,
): string {
  const parts: string[] = [];
  for (let at = resource; at !== undefined && parts.length < PARTS_MAX; ) {
    const one = paths.get(at);
    if (one === undefined) break;
    parts.unshift(one.part);
    at = one.parent;
  }
  return `/${parts.join('/')}`;
}

/** `{Ref: Users}`, `{"Fn::GetAtt": [Api, RootResourceId]}`. */
function nameOf(value: unknown): string | undefined {
  const reference = (value as { Ref?: unknown } | undefined)?.Ref;
  return typeof reference === 'string' ? reference : undefined;
}
