// The learned API as an OpenAPI 3.1 document, which imports back as a contract: paths, parameters, schemas, answers, and what is
// known beyond them in `x-sallyport`. Pure; keys are in order, so that two exports of one model are the same text.
// Operations of GraphQL are listed in `x-sallyport` of their path, for OpenAPI has no place for them.
import type { LearnedEndpoint, LearnedField, LearnedSchema } from '../../core/learned-endpoint.ts';
import { nullTree, type SchemaTree, treeOf } from './schema-tree.ts';

type Json = Record<string, unknown>;

const METHODS = new Set(['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE']);
const SECURITY: Readonly<Record<string, Json>> = {
  bearer: { type: 'http', scheme: 'bearer' },
  jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  basic: { type: 'http', scheme: 'basic' },
  digest: { type: 'http', scheme: 'digest' },
  'api-key': { type: 'apiKey', in: 'header', name: 'x-api-key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'session' },
  certificate: { type: 'mutualTLS' },
  other: { type: 'apiKey', in: 'header', name: 'Authorization' },
};

export interface OpenapiOptions {
  /** Only this host; without it every host, each as a server of its paths. */
  readonly host?: string | undefined;
  readonly title?: string;
  readonly version?: string;
}

export function openapiOf(endpoints: readonly LearnedEndpoint[], options: OpenapiOptions = {}): Json {
  const wanted = endpoints.filter((one) => options.host === undefined || one.host === options.host);
  const hosts = [...new Set(wanted.map((one) => one.host))].sort();
  const paths = new Map<string, Map<string, unknown>>();
  const schemes = new Set<string>();
  const ids = new Set<string>();
  for (const one of [...wanted].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!METHODS.has(one.method)) continue;
    const { path, names } = pathOf(one.template);
    const item = paths.get(path) ?? new Map<string, unknown>();
    paths.set(path, item);
    const method = one.method.toLowerCase();
    if (one.operation !== undefined) {
      addGraphql(item, method, one);
      continue;
    }
    // Two hosts may have one path: the first describes it, the others are its servers as well.
    const known = item.get(method) as { servers?: { url: string }[] } | undefined;
    if (known !== undefined && 'servers' in known) {
      known.servers?.push({ url: `https://${one.host}` });
      continue;
    }
    item.set(method, operationOf(one, idOf(one, ids), names, hosts.length > 1, schemes));
  }
  return {
    openapi: '3.1.0',
    info: {
      title: options.title ?? `Learned API${hosts.length === 1 ? ` of ${hosts[0]}` : ''}`,
      version: options.version ?? '1.0.0',
      description: 'Learned from traffic. `x-sallyport` says how much of it, and whether it is enough to enforce.',
    },
    ...(hosts.length === 0 ? {} : { servers: hosts.map((host) => ({ url: `https://${host}` })) }),
    paths: Object.fromEntries([...paths].map(([path, item]) => [path, Object.fromEntries(item)])),
    ...(schemes.size === 0
      ? {}
      : {
          components: {
            securitySchemes: Object.fromEntries([...schemes].sort().map((name) => [name, SECURITY[name]])),
          },
        }),
  };
}

function operationOf(
  one: LearnedEndpoint,
  operationId: string,
  names: readonly string[],
  hasHosts: boolean,
  schemes: Set<string>,
): Json {
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(one.query?.fields.filter((field) => field.pointer !== '').map(queryParameter) ?? []),
  ];
  const security = one.authentication.map(([names]) => securityOf(names, schemes));
  return {
    operationId,
    ...(hasHosts ? { servers: [{ url: `https://${one.host}` }] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(one.request === undefined || one.request.samples === 0
      ? {}
      : { requestBody: { required: true, content: contentOf(one.request) } }),
    responses: responsesOf(one),
    ...(security.length === 0 ? {} : { security }),
    'x-sallyport': {
      isReady: one.maturity.isReady,
      missing: one.maturity.missing,
      samples: one.samples,
      callers: one.principals,
      source: one.source,
      why: one.why,
      dataTypes: one.dataTypes.map(([type]) => type),
      isPrivate: one.ownership.isPrivate,
      ...(one.isWebSocket ? { isWebSocket: true } : {}),
      ...(one.ownerFields.length === 0
        ? {}
        : { ownerFields: one.ownerFields.map(([pointer, claim]) => ({ pointer, claim })) }),
    },
  };
}

/** Unique in the document, whatever characters the paths differ in. */
function idOf({ method, host, template }: LearnedEndpoint, ids: Set<string>): string {
  const id = `${method.toLowerCase()} ${host}${template}`.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '');
  let unique = id;
  for (let n = 2; ids.has(unique); n++) unique = `${id}_${n}`;
  ids.add(unique);
  return unique;
}

function addGraphql(item: Map<string, unknown>, method: string, one: LearnedEndpoint): void {
  const known = item.get(method) as Json | undefined;
  const operation = known ?? { responses: { default: { description: 'An answer' } }, 'x-sallyport': {} };
  const about = operation['x-sallyport'] as { graphql?: Json[] };
  about.graphql ??= [];
  about.graphql.push({ operation: one.operation, samples: one.samples, isReady: one.maturity.isReady });
  item.set(method, operation);
}

/** `/users/{id}/orders/{id}` → `/users/{userId}/orders/{orderId}`: names of one path differ, and say what they name. */
function pathOf(template: string): { path: string; names: string[] } {
  const names: string[] = [];
  const segments = template.split('/');
  const path = segments.map((segment, i) => {
    if (!segment.startsWith('{')) return segment.replace(/[{}]/g, (brace) => encodeURIComponent(brace));
    const before = /^[A-Za-z]\w*$/
      .exec(segments[i - 1] ?? '')?.[0]
      .replace(/(?:ie)?s$/, (end) => (end === 'ies' ? 'y' : ''));
    let name = before === undefined || before === '' ? 'id' : `${before}Id`;
    while (names.includes(name)) name += '2';
    names.push(name);
    return `{${name}}`;
  });
  return { path: path.join('/'), names };
}

function queryParameter(field: LearnedField): Json {
  return { name: unescaped(field.pointer.slice(1)), in: 'query', required: field.isRequired, schema: scalarOf(field) };
}

function securityOf(names: string, schemes: Set<string>): Json {
  if (names === 'none') return {};
  const known = names.split('+').filter((name) => Object.hasOwn(SECURITY, name));
  // A JWT comes as a bearer token: one scheme.
  const needed = known.includes('jwt') ? known.filter((name) => name !== 'bearer') : known;
  for (const name of needed) schemes.add(name);
  return Object.fromEntries(needed.map((name) => [name, []]));
}

function responsesOf(one: LearnedEndpoint): Json {
  const responses: Json = {};
  const bodies = new Map(one.responses);
  for (const status of one.statuses.map(([name]) => name).sort()) {
    const schema = bodies.get(`${status[0]}xx`);
    responses[status] = {
      description: `Status ${status}`,
      ...(schema === undefined || schema.samples === 0 ? {} : { content: contentOf(schema) }),
    };
  }
  if (one.statuses.length === 0) responses.default = { description: 'An answer' };
  return responses;
}

function contentOf(schema: LearnedSchema): Json {
  const tree = jsonSchemaOf(treeOf(schema.fields));
  const types = schema.mediaTypes.length === 0 ? ['application/octet-stream'] : schema.mediaTypes;
  return Object.fromEntries(types.map((type) => [type, schema.fields.length === 0 ? {} : { schema: tree }]));
}

/** Depth is bounded by what is observed of a body. */
function jsonSchemaOf(node: SchemaTree): Json {
  const schema = node.field === undefined ? impliedBy(node) : scalarOf(node.field);
  if (node.properties.size > 0) {
    const properties = [...node.properties].sort(([a], [b]) => (a < b ? -1 : 1));
    schema.properties = Object.fromEntries(properties.map(([name, child]) => [name, jsonSchemaOf(child)]));
    const required = properties.filter(([, child]) => child.field?.isRequired === true).map(([name]) => name);
    if (required.length > 0) schema.required = required;
  }
  if (node.items !== nullTree) schema.items = jsonSchemaOf(node.items);
  return schema;
}

function impliedBy(node: SchemaTree): Json {
  if (node.items !== nullTree) return { type: 'array' };
  return node.properties.size > 0 ? { type: 'object' } : {};
}

/** Formats that JSON Schema knows by these names. */
const FORMATS = new Set(['uuid', 'date', 'date-time', 'email', 'uri', 'ipv4']);

function scalarOf(field: LearnedField): Json {
  const types = field.types.includes('number') ? field.types.filter((type) => type !== 'integer') : field.types;
  const schema: Json = types.length === 0 ? {} : { type: types.length === 1 ? types[0] : [...types] };
  if (field.format !== undefined && FORMATS.has(field.format)) schema.format = field.format;
  // `enum` speaks of all types at once.
  if (field.words !== undefined && types.length === 1) schema.enum = [...field.words];
  return schema;
}

function unescaped(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
