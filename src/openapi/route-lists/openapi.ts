// An OpenAPI document as a route list: what gateways export, AWS and Azure among them. The stage in the path of its server is there or
// not, depending on the domain, so each path counts with and without.
import { prepareContract } from '../prepare.ts';
import { readText } from '../read-text.ts';
import type { ImportedRoute, RoutesRead } from './route-list.ts';

export function openapiRoutes(text: string, file: string): RoutesRead {
  const routes: ImportedRoute[] = [];
  for (const basePath of [undefined, '/']) {
    const source = { route: '', document: file, origin: 'document', basePath, folders: [] } as const;
    const read = prepareContract(source, new Map([[file, text]]));
    if ('fault' in read) return { routes: [], skipped: [read.fault.message] };
    if ('missing' in read) return { routes: [], skipped: [`it needs other files: ${read.missing[0]}`] };
    for (const { method, template } of read.contract.operations) routes.push(routeAt(template, [method]));
  }
  const document = readText(text, file);
  const paths = 'value' in document ? (document.value as { paths?: Record<string, object> }).paths : undefined;
  for (const [path, item] of Object.entries(paths ?? {})) {
    if (Object.hasOwn(item, 'x-amazon-apigateway-any-method')) routes.push(routeAt(path, []));
  }
  return { routes, skipped: [] };
}

function routeAt(path: string, methods: readonly string[]): ImportedRoute {
  return { methods, hosts: [], path, match: 'template' };
}
