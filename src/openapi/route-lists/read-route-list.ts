// Route lists of API gateways, recognised by what they look like: plain lists, Kong declarative configuration, nginx, HAProxy, Envoy,
// exports of AWS API Gateway, OpenAPI documents. What cannot be read of one is named, the rest counts.
import type { DocumentFault } from '../../core/document.ts';
import { readText } from '../read-text.ts';
import { awsRoutes } from './aws.ts';
import { envoyRoutes } from './envoy.ts';
import { haproxyRoutes } from './haproxy.ts';
import { kongRoutes } from './kong.ts';
import { nginxRoutes } from './nginx.ts';
import { openapiRoutes } from './openapi.ts';
import { plainRoutes } from './plain.ts';
import { type RouteList, type RoutesRead, routeList } from './route-list.ts';

const TEXT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Never throws. */
export function readRouteList(
  text: string,
  file: string,
): { readonly list: RouteList } | { readonly fault: DocumentFault } {
  const fault = (message: string): { fault: DocumentFault } => ({ fault: { file, line: 1, column: 1, message } });
  if (text.length > TEXT_CHARACTERS_MAX)
    return fault(`the route list is larger than ${TEXT_CHARACTERS_MAX} characters`);
  const format = formatOf(text, file);
  const read = (name: string, { routes, skipped }: RoutesRead) =>
    routes.length === 0
      ? fault(`no route was found in it (read as ${name})${skipped[0] === undefined ? '' : `; ${skipped[0]}`}`)
      : { list: routeList(name, routes, skipped) };
  switch (format) {
    case 'nginx':
      return read('nginx', nginxRoutes(text));
    case 'haproxy':
      return read('HAProxy', haproxyRoutes(text));
    case 'plain':
      return read('a plain list', plainRoutes(text));
    case 'structured':
      break;
    default:
      return format satisfies never;
  }
  const document = readText(text, file);
  if ('fault' in document) return document;
  const { value } = document;
  if (isObject(value)) {
    if (value.openapi !== undefined || value.swagger !== undefined) return read('OpenAPI', openapiRoutes(text, file));
    if (value._format_version !== undefined || value.services !== undefined || Array.isArray(value.routes)) {
      return read('Kong', kongRoutes(value));
    }
    if (Array.isArray(value.items) || Array.isArray(value.Items) || isObject(value.Resources)) {
      return read('AWS API Gateway', awsRoutes(value));
    }
    const envoy = envoyRoutes(value);
    if (envoy.routes.length > 0) return read('Envoy', envoy);
  }
  return fault('not a route list: a plain list, Kong, nginx, HAProxy, Envoy, AWS API Gateway or OpenAPI is read');
}

function formatOf(text: string, file: string): 'nginx' | 'haproxy' | 'plain' | 'structured' {
  if (/^\s*[{[]/.test(text)) return 'structured';
  if (/(?:^|[;{}])[ \t]*location\s+[^{}\n]*\{/m.test(text)) return 'nginx';
  if (/^[ \t]*(?:frontend|listen|backend)\s+\S+/m.test(text) && !/^\S+:/m.test(text)) return 'haproxy';
  const lines = text
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/, ''))
    .filter((line) => line.trim() !== '');
  if (lines.length > 0 && lines.every((line) => PLAIN.test(line))) return 'plain';
  return /\.(?:txt|csv|list)$/i.test(file) ? 'plain' : 'structured';
}

const PLAIN = /^\s*(?:(?:[A-Z]+|\*)(?:,[A-Z]+)*[ \t,;]+)?(?:https?:\/\/[^\s/]+|[\w.*-]+(?::\d+)?)?\/\S*\s*$/;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
