// Methods and path templates of an OpenAPI 3 document (or Swagger 2), in JSON or YAML: `GET /v1/users/{id}`. JSON is YAML,
// so one bounded reader takes both. What operations say beyond their places is not read here.
import type { DocumentFault } from '../core/document.ts';
import { readYaml } from '../yaml/read.ts';

export const OPENAPI_ENDPOINTS_MAX = 10_000;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export type OpenapiRead = { readonly endpoints: readonly string[] } | { readonly fault: DocumentFault };

/** Never throws. Templates carry the base path of each of the document's servers. */
export function openapiEndpoints(text: string, file: string): OpenapiRead {
  const { documents, faults } = readYaml(text, file);
  if (faults[0] !== undefined) return { fault: faults[0] };
  const document = documents[0];
  const faultAt = (path: readonly PropertyKey[], message: string): OpenapiRead => ({
    fault: { file, ...(document?.at(path, 'key') ?? { line: 1, column: 1 }), message },
  });
  const root = document?.value;
  if (!isMapping(root) || !(typeof root.openapi === 'string' || String(root.swagger) === '2.0')) {
    return faultAt([], 'not an OpenAPI document: `openapi: 3.x.x` is missing');
  }
  if (!isMapping(root.paths)) return faultAt([], 'the OpenAPI document has no `paths`');
  const bases = basePaths(root);
  const endpoints = new Set<string>();
  for (const [path, item] of Object.entries(root.paths)) {
    if (path.startsWith('x-') || !isMapping(item)) continue;
    if (!path.startsWith('/')) return faultAt(['paths', path], `\`${path}\`: a path starts with a slash`);
    for (const method of METHODS) {
      if (!Object.hasOwn(item, method)) continue;
      for (const base of bases) endpoints.add(`${method.toUpperCase()} ${base}${wholeSegments(path)}`);
    }
    if (endpoints.size > OPENAPI_ENDPOINTS_MAX) {
      return faultAt(['paths', path], `more than ${OPENAPI_ENDPOINTS_MAX} endpoints in one document`);
    }
  }
  return { endpoints: [...endpoints] };
}

/** Paths of `servers`, or Swagger's `basePath`, without a slash at the end; one empty base when there is none. */
function basePaths(root: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof root.basePath === 'string') return [root.basePath.replace(/\/+$/, '')];
  const bases = new Set<string>();
  for (const server of Array.isArray(root.servers) ? root.servers.slice(0, 20) : []) {
    if (!isMapping(server) || typeof server.url !== 'string') continue;
    // A server may be relative, and may have variables: `https://{region}.example.com/v1`.
    const path = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*([^?#]*)/i.exec(server.url)?.[1] ?? server.url;
    bases.add(path.startsWith('/') ? withDefaults(path, server.variables).replace(/\/+$/, '') : '');
  }
  return bases.size === 0 ? [''] : [...bases];
}

function withDefaults(path: string, variables: unknown): string {
  return path.replace(/\{([^{}/]+)\}/g, (written, name: string) => {
    const variable = isMapping(variables) && Object.hasOwn(variables, name) ? variables[name] : undefined;
    return isMapping(variable) && variable.default !== undefined ? String(variable.default) : written;
  });
}

/** `/report.{format}` becomes `/{report.format}`: a template's parameter is a whole segment. */
function wholeSegments(path: string): string {
  return path
    .split('/')
    .map((segment) =>
      segment.includes('{') && !/^\{[^{}]*\}$/.test(segment) ? `{${segment.replace(/[{}]/g, '')}}` : segment,
    )
    .join('/');
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
