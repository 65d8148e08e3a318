// What there is to ask: operations of an OpenAPI document, or endpoints the gateway has learned with paths that were asked.
import type { LearnedEndpoint, LearnedSchema } from '../core/learned-endpoint.ts';
import { readYaml } from '../yaml/read.ts';

export interface Operation {
  readonly method: string;
  /** `/api/users/{id}` */
  readonly template: string;
  /** A path that can be asked; undefined when a parameter has no value that would make sense. */
  readonly path: string | undefined;
  /** What a document says, or what was learned of callers and owners; undefined when nothing says it. */
  readonly isAuthenticated: boolean | undefined;
  /** Names of query parameters that take any text. */
  readonly query: readonly string[];
  /** Names of the body's own fields that take any text. */
  readonly fields: readonly string[];
  readonly isWebSocket: boolean;
}

const OPERATIONS_MAX = 2_000;
const CHANGES = new Set(['PUT', 'PATCH', 'DELETE']);
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

type Json = Readonly<Record<string, unknown>>;

/** @throws Error with a reason for people */
export function operationsOfDocument(text: string): Operation[] {
  const document = parsed(text);
  if (!isObject(document) || !isObject(document.paths))
    throw new Error('this is no OpenAPI document: it has no `paths`');
  const base = basePathOf(document);
  const operations: Operation[] = [];
  for (const [template, item] of Object.entries(document.paths)) {
    if (!isObject(item)) continue;
    for (const method of METHODS) {
      const operation = item[method];
      if (!isObject(operation) || operations.length >= OPERATIONS_MAX) continue;
      const security = operation.security ?? document.security;
      const parameters = [...listOf(item.parameters), ...listOf(operation.parameters)];
      operations.push({
        method: method.toUpperCase(),
        template: base + template,
        path: pathOf(base + template, parameters, document),
        isAuthenticated: Array.isArray(security) ? security.length > 0 && !security.some(isEmpty) : undefined,
        query: parameters.flatMap((one) => textParameter(resolved(one, document), document)),
        fields: textFields(operation, document),
        isWebSocket: isObject(operation.responses) && '101' in operation.responses,
      });
    }
  }
  return operations;
}

function textParameter(parameter: Json | undefined, document: Json): string[] {
  if (parameter?.in !== 'query' || typeof parameter.name !== 'string') return [];
  return isText(resolved(parameter.schema, document) ?? parameter) ? [parameter.name] : [];
}

function textFields(operation: Json, document: Json): string[] {
  const content = resolved(operation.requestBody, document)?.content;
  const json = isObject(content) ? content['application/json'] : undefined;
  const properties = resolved(isObject(json) ? json.schema : undefined, document)?.properties;
  if (!isObject(properties)) return [];
  return Object.keys(properties).filter((name) => isText(resolved(properties[name], document)));
}

function isText(schema: Json | undefined): boolean {
  return schema?.type === 'string' && ['format', 'enum', 'pattern', 'const'].every((key) => schema[key] === undefined);
}

type Known = Pick<
  LearnedEndpoint,
  'id' | 'method' | 'template' | 'authentication' | 'statuses' | 'operation' | 'ownership' | 'isWebSocket'
>;

/** What is known of a message of an endpoint. */
export type KnownSchemas = Pick<LearnedEndpoint, 'query' | 'request'>;

/** `paths` are real ones of late, by endpoint id. */
export function operationsOfEndpoints(
  endpoints: readonly Known[],
  paths: ReadonlyMap<string, string>,
  schemas: ReadonlyMap<string, KnownSchemas>,
): Operation[] {
  // What GraphQL and WebSocket endpoints do was learned one by one; asked is the one address of all.
  const byAddress = new Map<string, Known>();
  for (const one of endpoints) {
    const address = `${one.method} ${one.template}`;
    if (one.operation === undefined || !byAddress.has(address)) byAddress.set(address, one);
  }
  return [...byAddress.values()]
    .slice(0, OPERATIONS_MAX)
    .map(({ id, method, template, authentication, statuses, operation, ownership, isWebSocket }) => {
      let all = 0;
      let anonymous = 0;
      for (const [scheme, count] of authentication) {
        all += count;
        if (scheme === 'none') anonymous += count;
      }
      const path = template.includes('{') ? paths.get(id) : template;
      // Many clients send their token to public places as well: only what changes something or belongs to somebody must ask for it.
      const isChange = CHANGES.has(method) || (method === 'POST' && statuses.some(([status]) => status === '201'));
      const isGuarded = operation === undefined && (isChange || ownership.isPrivate);
      const isAuthenticated = all > 0 && anonymous >= all / 2 ? false : isGuarded && all > 0 ? true : undefined;
      const known = schemas.get(id);
      const [query, fields] = [known?.query, known?.request].map(textNames) as [string[], string[]];
      return { method, template, path, isAuthenticated, query, fields, isWebSocket };
    });
}

/** Fields at the top that carried text of no particular form. */
function textNames(schema: LearnedSchema | undefined): string[] {
  return (schema?.fields ?? [])
    .filter(({ pointer, types, format, words }) => {
      const isOwn = /^\/[^/]+$/.test(pointer);
      return isOwn && types.length === 1 && types[0] === 'string' && format === undefined && words === undefined;
    })
    .map(({ pointer }) => pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { documents, faults } = readYaml(text, 'openapi');
    const fault = faults[0];
    if (fault !== undefined) throw new Error(`neither JSON nor YAML: line ${fault.line}: ${fault.message}`);
    return documents[0]?.value;
  }
}

/** Examples, defaults and enumerations; `1` for whole numbers. */
function pathOf(template: string, parameters: readonly unknown[], document: Json): string | undefined {
  let isWhole = true;
  const path = template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = parameters.map((one) => resolved(one, document)).find((one) => one?.name === name);
    const schema = resolved(parameter?.schema, document) ?? parameter ?? {};
    const value = parameter?.example ?? schema.example ?? schema.default ?? listOf(schema.enum)[0];
    if (typeof value === 'string' || typeof value === 'number') return encodeURIComponent(String(value));
    if (schema.type === 'integer' || schema.type === 'number') return '1';
    isWhole = false;
    return '';
  });
  return isWhole ? path : undefined;
}

function basePathOf(document: Json): string {
  if (typeof document.basePath === 'string') return document.basePath.replace(/\/$/, '');
  const url = (listOf(document.servers)[0] as Json | undefined)?.url;
  if (typeof url !== 'string' || url.includes('{')) return '';
  const { pathname } = new URL(url, 'http://target');
  return pathname.replace(/\/$/, '');
}

/** References into the same document only. */
function resolved(value: unknown, document: Json, depth = 0): Json | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value.$ref !== 'string') return value;
  if (!value.$ref.startsWith('#/') || depth > 8) return undefined;
  let at: unknown = document;
  for (const step of value.$ref.slice(2).split('/')) {
    at = isObject(at) ? at[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return resolved(at, document, depth + 1);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
