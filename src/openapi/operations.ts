// Paths, methods, parameters, bodies and answers of an OpenAPI 3 or Swagger 2 document, each with its schema in one dialect.
import type {
  PreparedOperation,
  WrittenContent,
  WrittenEncoding,
  WrittenOperation,
  WrittenParameter,
  WrittenSchema,
} from '../core/contract.ts';
import { plainMediaType } from './media-type.ts';
import { type DocumentFiles, DocumentRefused, isMapping, type Place } from './references.ts';
import type { Dialect, SchemaDirection, SchemaTable } from './schema-table.ts';

export const OPERATIONS_MAX = 10_000;
const PARAMETERS_MAX = 500;
const SERVERS_MAX = 20;
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];
/** Said by other means (OpenAPI 3.1 §4.8.12): parameters of these names are to be ignored. */
const HEADERS_OF_HTTP = new Set(['accept', 'content-type', 'authorization']);

export interface OperationReader {
  readonly files: DocumentFiles;
  readonly table: SchemaTable;
  readonly dialect: Dialect;
  /** In place of the paths of `servers`. */
  readonly basePath: string | undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

/** @throws DocumentRefused */
export function readOperations(reader: OperationReader): PreparedOperation[] {
  const root = reader.files.rootPlace();
  const document = root.value as Mapping;
  const paths = reader.files.child(root, 'paths');
  if (paths.value === undefined) return [];
  if (!isMapping(paths.value)) throw new DocumentRefused(paths, '`paths` holds paths by name', 'key');
  const operations: PreparedOperation[] = [];
  const credentials = credentialParameters(reader, root);
  const seen = new Set<string>();
  for (const path of Object.keys(paths.value)) {
    if (path.startsWith('x-')) continue;
    const named = reader.files.child(paths, path);
    if (!path.startsWith('/')) throw new DocumentRefused(named, `\`${path}\`: a path starts with a slash`, 'key');
    const item = reader.files.follow(named);
    if (item === undefined) continue;
    if (!isMapping(item.value)) throw new DocumentRefused(named, 'a path holds operations by method', 'key');
    for (const { method, place } of methodsOf(reader, item)) {
      if (!isMapping(place.value)) throw new DocumentRefused(place, 'an operation is an object', 'key');
      const read = readOperation(reader, document, item, place, path);
      for (const base of basesOf(reader, document, item.value, place.value)) {
        const template = `${base}${path}`;
        const key = `${method} ${template.replace(/\{[^{}/]*\}/g, '{}')}`;
        if (seen.has(key)) {
          reader.table.note(
            place,
            `another path is the same but for the names of its parameters; this one is not used`,
          );
          continue;
        }
        seen.add(key);
        if (operations.length >= OPERATIONS_MAX) {
          throw new DocumentRefused(paths, `more than ${OPERATIONS_MAX} operations`, 'key');
        }
        const { written, ...rest } = read;
        const queryParameters = [...rest.queryParameters, ...credentials];
        operations.push({
          method,
          template,
          ...rest,
          queryParameters,
          text: JSON.stringify({ ...written, credentials }),
        });
      }
    }
  }
  return operations;
}

interface Read extends Pick<PreparedOperation, 'operationId' | 'isDeprecated' | 'queryParameters'> {
  readonly written: Omit<WrittenOperation, 'credentials'>;
}

function methodsOf({ files }: OperationReader, item: Place): { method: string; place: Place }[] {
  const value = item.value as Mapping;
  const found = METHODS.filter((method) => value[method] !== undefined && value[method] !== null).map((method) => ({
    method: method.toUpperCase(),
    place: files.child(item, method),
  }));
  // OpenAPI 3.2: methods that have no field of their own.
  const others = value.additionalOperations === undefined ? undefined : files.child(item, 'additionalOperations');
  if (others === undefined || !isMapping(others.value)) return found;
  return [...found, ...Object.keys(others.value).map((method) => ({ method, place: files.child(others, method) }))];
}

function readOperation(reader: OperationReader, document: Mapping, item: Place, place: Place, path: string): Read {
  const value = place.value as Mapping;
  const written = [...parameterPlaces(reader, item), ...parameterPlaces(reader, place)];
  const parameters = new Map<string, WrittenParameter>();
  const forms: Place[] = [];
  let bodyPlace: Place | undefined;
  for (const parameter of written) {
    const { name, in: location } = parameter.value as Mapping;
    // Swagger 2 has bodies among its parameters.
    if (location === 'body') bodyPlace = parameter;
    else if (location === 'formData') forms.push(parameter);
    else {
      if (typeof name !== 'string') throw new DocumentRefused(parameter, 'a parameter needs a `name`', 'key');
      const read = readParameter(reader, parameter, name, location);
      // An operation's own parameter replaces its path's.
      if (read !== undefined) parameters.set(`${read.in} ${read.name}`, read);
    }
  }
  for (const [, name] of path.matchAll(/\{([^{}/]+)\}/g)) {
    if (parameters.has(`path ${name}`)) continue;
    const unsaid = { style: 'simple', explode: false, isEmptyAllowed: false, isJson: false, schema: true } as const;
    parameters.set(`path ${name}`, { name: name!, in: 'path', isRequired: true, ...unsaid });
  }
  const body =
    reader.dialect === 'swagger-2'
      ? swaggerBody(reader, document, value, bodyPlace, forms)
      : requestBody(reader, place);
  const all = [...parameters.values()].slice(0, PARAMETERS_MAX);
  return {
    operationId: typeof value.operationId === 'string' ? value.operationId : undefined,
    isDeprecated: value.deprecated === true,
    queryParameters: all.flatMap(namesInQuery),
    written: { parameters: all, body, responses: responsesOf(reader, document, place) },
  };
}

/** A form of named values spreads over the query; `*` says that it takes any name. */
function namesInQuery({ name, in: location, style, explode, schema }: WrittenParameter): string[] {
  if (location !== 'query') return [];
  if (style !== 'form' || !explode || typeof schema === 'boolean' || schema.type !== 'object') return [name];
  const names = isMapping(schema.properties) ? Object.keys(schema.properties) : [];
  return schema.additionalProperties === false ? [name, ...names] : [name, ...names, '*'];
}

function parameterPlaces({ files }: OperationReader, at: Place): Place[] {
  const list = files.child(at, 'parameters');
  if (list.value === undefined || list.value === null) return [];
  if (!Array.isArray(list.value)) throw new DocumentRefused(list, '`parameters` is a list', 'key');
  return list.value.flatMap((_, i) => {
    const place = files.follow(files.child(list, i));
    if (place === undefined) return [];
    if (!isMapping(place.value)) throw new DocumentRefused(place, 'a parameter is an object');
    return [place];
  });
}

const STYLES: Readonly<Record<string, string>> = { path: 'simple', header: 'simple', query: 'form', cookie: 'form' };
const COLLECTIONS: Readonly<Record<string, string>> = {
  ssv: 'spaceDelimited',
  pipes: 'pipeDelimited',
  tsv: 'tabDelimited',
};

function readParameter(
  reader: OperationReader,
  place: Place,
  name: string,
  location: unknown,
): WrittenParameter | undefined {
  const { files, table } = reader;
  const value = place.value as Mapping;
  if (location === 'querystring') {
    table.note(place, 'a whole query string as one parameter is not checked');
    return undefined;
  }
  if (location !== 'path' && location !== 'query' && location !== 'header' && location !== 'cookie') {
    throw new DocumentRefused(place, `the parameter \`${name}\` needs \`in\`: path, query, header or cookie`, 'key');
  }
  if (location === 'header' && HEADERS_OF_HTTP.has(name.toLowerCase())) return undefined;
  const base: Pick<WrittenParameter, 'name' | 'in' | 'isRequired' | 'isEmptyAllowed'> = {
    name: location === 'header' ? name.toLowerCase() : name,
    in: location,
    isRequired: location === 'path' || value.required === true,
    isEmptyAllowed: value.allowEmptyValue === true,
  };
  if (reader.dialect === 'swagger-2') {
    const format = typeof value.collectionFormat === 'string' ? value.collectionFormat : 'csv';
    const style = COLLECTIONS[format] ?? STYLES[location]!;
    return { ...base, style, explode: format === 'multi', isJson: false, schema: table.convert(place, 'request') };
  }
  const style = typeof value.style === 'string' ? value.style : STYLES[location]!;
  const explode = typeof value.explode === 'boolean' ? value.explode : style === 'form';
  if (isMapping(value.content)) {
    const content = files.child(place, 'content');
    const [type] = Object.keys(value.content);
    const media = type === undefined ? undefined : files.child(content, type);
    const schema = media === undefined ? undefined : schemaOf(reader, media, 'request');
    const isJson = type !== undefined && /json/i.test(type);
    return { ...base, style, explode, isJson, schema: isJson ? (schema ?? true) : true };
  }
  return { ...base, style, explode, isJson: false, schema: schemaOf(reader, place, 'request') ?? true };
}

function schemaOf({ files, table }: OperationReader, holder: Place, to: SchemaDirection): WrittenSchema | undefined {
  const schema = isMapping(holder.value) ? holder.value.schema : undefined;
  return schema === undefined ? undefined : table.convert(files.child(holder, 'schema'), to);
}

function requestBody(reader: OperationReader, operation: Place): WrittenOperation['body'] {
  const written = reader.files.child(operation, 'requestBody');
  if (written.value === undefined || written.value === null) return undefined;
  const place = reader.files.follow(written);
  if (place === undefined) return undefined;
  if (!isMapping(place.value)) throw new DocumentRefused(written, 'a request body is an object', 'key');
  return { isRequired: place.value.required === true, content: contentOf(reader, place, 'request') };
}

function contentOf(reader: OperationReader, holder: Place, direction: SchemaDirection): WrittenContent[] {
  const content = reader.files.child(holder, 'content');
  if (content.value === undefined || content.value === null) return [];
  if (!isMapping(content.value)) throw new DocumentRefused(content, '`content` holds media types by name', 'key');
  return Object.keys(content.value).map((type) => {
    const media = reader.files.follow(reader.files.child(content, type));
    const schema = media === undefined ? undefined : schemaOf(reader, media, direction);
    const encodings = media === undefined ? undefined : encodingsOf(reader, media);
    return { mediaType: plainMediaType(type), schema, ...(encodings === undefined ? {} : { encodings }) };
  });
}

function encodingsOf({ files }: OperationReader, media: Place): WrittenContent['encodings'] | undefined {
  if (!isMapping(media.value) || !isMapping(media.value.encoding)) return undefined;
  const written = files.child(media, 'encoding');
  const encodings: Record<string, WrittenEncoding> = {};
  for (const name of Object.keys(media.value.encoding)) {
    const value = files.follow(files.child(written, name))?.value;
    if (!isMapping(value) || name === '__proto__') continue;
    const { contentType, style, explode } = value;
    encodings[name] = {
      contentTypes: typeof contentType === 'string' ? contentType.split(',').map(plainMediaType) : [],
      ...(typeof style === 'string' || typeof explode === 'boolean'
        ? { style: typeof style === 'string' ? style : 'form' }
        : {}),
      ...(typeof explode === 'boolean' ? { explode } : {}),
    };
  }
  return encodings;
}

function swaggerBody(
  reader: OperationReader,
  document: Mapping,
  operation: Mapping,
  body: Place | undefined,
  forms: readonly Place[],
): WrittenOperation['body'] {
  const types = mediaTypesOf(operation.consumes ?? document.consumes);
  if (body !== undefined) {
    const schema = schemaOf(reader, body, 'request');
    const content = (types.length === 0 ? ['application/json'] : types).map((mediaType) => ({ mediaType, schema }));
    return { isRequired: (body.value as Mapping).required === true, content };
  }
  if (forms.length === 0) return undefined;
  const isFile = forms.some((form) => (form.value as Mapping).type === 'file');
  const properties = Object.fromEntries(
    forms.map((form) => [String((form.value as Mapping).name), reader.table.convert(form, 'request')]),
  );
  const required = forms.filter((form) => (form.value as Mapping).required === true);
  const schema = { type: 'object', properties, required: required.map((form) => String((form.value as Mapping).name)) };
  const encodings = Object.fromEntries(
    forms.flatMap((form): [string, WrittenEncoding][] => {
      const { name, type, collectionFormat = 'csv' } = form.value as Mapping;
      if (type !== 'array') return [];
      const style = COLLECTIONS[String(collectionFormat)] ?? 'form';
      return [[String(name), { contentTypes: [], style, explode: collectionFormat === 'multi' }]];
    }),
  );
  const formTypes = types.filter((type) => /form/.test(type));
  const fallback = isFile ? ['multipart/form-data'] : ['application/x-www-form-urlencoded', 'multipart/form-data'];
  return {
    isRequired: required.length > 0,
    content: (formTypes.length === 0 ? fallback : formTypes).map((mediaType) => ({ mediaType, schema, encodings })),
  };
}

function mediaTypesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map(plainMediaType) : [];
}

function responsesOf(reader: OperationReader, document: Mapping, operation: Place): WrittenOperation['responses'] {
  const responses = reader.files.child(operation, 'responses');
  if (!isMapping(responses.value)) return [];
  const produces = mediaTypesOf((operation.value as Mapping).produces ?? document.produces);
  return Object.keys(responses.value).flatMap((status) => {
    if (status.startsWith('x-')) return [];
    const place = reader.files.follow(reader.files.child(responses, status));
    if (place === undefined || !isMapping(place.value)) return [];
    if (reader.dialect !== 'swagger-2') {
      return [{ status: status.toLowerCase(), content: contentOf(reader, place, 'response') }];
    }
    const schema = schemaOf(reader, place, 'response');
    const types = produces.length === 0 ? ['application/json'] : produces;
    const content = schema === undefined ? [] : types.map((mediaType) => ({ mediaType, schema }));
    return [{ status: status.toLowerCase(), content }];
  });
}

/** Query parameters of security schemes: documented, though no operation lists them. */
function credentialParameters({ files }: OperationReader, root: Place): string[] {
  const document = root.value as Mapping;
  const holders = [
    isMapping(document.components) && isMapping(document.components.securitySchemes)
      ? files.child(files.child(root, 'components'), 'securitySchemes')
      : undefined,
    isMapping(document.securityDefinitions) ? files.child(root, 'securityDefinitions') : undefined,
  ];
  return holders.flatMap((holder) =>
    holder === undefined
      ? []
      : Object.keys(holder.value as Mapping).flatMap((name) => {
          const scheme = files.follow(files.child(holder, name))?.value;
          return isMapping(scheme) &&
            scheme.type === 'apiKey' &&
            scheme.in === 'query' &&
            typeof scheme.name === 'string'
            ? [scheme.name]
            : [];
        }),
  );
}

/** Paths of the servers that apply, without a slash at the end; one empty base when there is none. */
function basesOf({ basePath, dialect }: OperationReader, ...levels: readonly Mapping[]): readonly string[] {
  if (basePath !== undefined) return [basePath.replace(/\/+$/, '')];
  const [document] = levels;
  if (dialect === 'swagger-2') {
    return [typeof document!.basePath === 'string' ? slashed(document!.basePath) : ''];
  }
  const servers = [...levels].reverse().find((level) => Array.isArray(level.servers) && level.servers.length > 0);
  const bases = new Set<string>();
  for (const server of ((servers?.servers ?? []) as unknown[]).slice(0, SERVERS_MAX)) {
    if (!isMapping(server) || typeof server.url !== 'string') continue;
    const url = withDefaults(server.url, server.variables);
    // A server may be relative: `/v1`, `./v1`.
    const path = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url.replace(/^\.(?=\/)/, '');
    bases.add(path.startsWith('/') ? slashed(path) : '');
  }
  return bases.size === 0 ? [''] : [...bases];
}

function slashed(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' || trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
}

function withDefaults(url: string, variables: unknown): string {
  return url.replace(/\{([^{}]+)\}/g, (written, name: string) => {
    const variable = isMapping(variables) && Object.hasOwn(variables, name) ? variables[name] : undefined;
    return isMapping(variable) && variable.default !== undefined ? String(variable.default) : written;
  });
}
