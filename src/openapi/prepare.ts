// Texts of an API document and its files → a contract as plain JSON, or the first fault with its place, or the files it needs yet.
import { createHash } from 'node:crypto';
import { buildSchema, GraphQLError } from 'graphql';
import type { ContractOrigin, PreparedContract } from '../core/contract.ts';
import type { DocumentFault } from '../core/document.ts';
import { readOperations } from './operations.ts';
import { DocumentFiles, DocumentRefused, FileFault, isMapping } from './references.ts';
import { type Dialect, SchemaTable } from './schema-table.ts';

export interface DocumentSource {
  readonly route: string;
  /** Absolute path or URL. */
  readonly document: string;
  readonly origin: ContractOrigin;
  readonly basePath: string | undefined;
  /** Folders besides the document's own that its references may lead to. */
  readonly folders: readonly string[];
}

export type Prepared =
  | { readonly contract: PreparedContract }
  | { readonly fault: DocumentFault }
  | { readonly missing: readonly string[] };

/** Never throws. `texts` by file or URL; the first call has the document alone. */
export function prepareContract(source: DocumentSource, texts: ReadonlyMap<string, string>): Prepared {
  const { document: root } = source;
  const text = texts.get(root);
  if (text === undefined) return { missing: [root] };
  const other = otherFormat(text, root);
  if (other === 'graphql') return graphqlContract(source, text);
  if (other !== undefined) return { contract: uninspected(source, text, other) };
  const files = new DocumentFiles(root, texts, source.folders);
  try {
    const place = files.rootPlace();
    const document = place.value;
    if (!isMapping(document)) throw new DocumentRefused(place, 'not an API document: it is no object');
    if (document.asyncapi !== undefined) return { contract: uninspected(source, text, 'AsyncAPI') };
    const dialect = dialectOf(document);
    if (typeof dialect !== 'string') throw new DocumentRefused(place, dialect.refusal);
    if (!isMapping(document.paths) && !isMapping(document.webhooks) && !isMapping(document.components)) {
      throw new DocumentRefused(place, 'the document has no `paths`');
    }
    const table = new SchemaTable(files, dialect);
    const operations = readOperations({ files, table, dialect, basePath: source.basePath });
    if (files.missing.size > 0) return { missing: [...files.missing] };
    const info = isMapping(document.info) ? document.info : {};
    const contract: PreparedContract = {
      route: source.route,
      kind: 'openapi',
      origin: source.origin,
      source: root,
      title: String(info.title ?? ''),
      version: String(info.version ?? ''),
      digest: digestOf(texts),
      operations,
      schemas: table.texts(),
      notes: table.notes,
    };
    return { contract };
  } catch (error) {
    if (error instanceof FileFault) return { fault: error.fault };
    if (error instanceof DocumentRefused) return { fault: files.faultOf(error) };
    throw error;
  }
}

function dialectOf(document: Readonly<Record<string, unknown>>): Dialect | { readonly refusal: string } {
  if (String(document.swagger) === '2.0' || document.swagger === 2) return 'swagger-2';
  if (document.swagger !== undefined) return { refusal: 'Swagger before 2.0 is not read; convert it to OpenAPI 3' };
  const version = String(document.openapi ?? '');
  if (/^3\.0(?:\.|$)/.test(version)) return 'openapi-3.0';
  if (/^3\.[12](?:\.|$)/.test(version)) return 'openapi-3.1';
  if (version === '') return { refusal: 'not an OpenAPI document: `openapi: 3.x.x` or `swagger: "2.0"` is missing' };
  return { refusal: `OpenAPI ${version.slice(0, 20)} is not known; 3.0, 3.1, 3.2 and Swagger 2.0 are` };
}

/** What is no JSON and no YAML: the schema language of GraphQL, Protocol Buffers. */
function otherFormat(text: string, file: string): 'graphql' | 'gRPC (Protocol Buffers)' | undefined {
  const start = text.slice(0, 64 * 1024);
  if (/\.(?:graphqls?|gql|sdl)$/i.test(file)) return 'graphql';
  if (/\.proto$/i.test(file) || /^\s*(?:\/\/[^\n]*\n\s*)*syntax\s*=\s*"proto[23]"/.test(start)) {
    return 'gRPC (Protocol Buffers)';
  }
  const isDefinition = /^\s*(?:type|interface|schema|input|enum|union|scalar|directive|extend)\b[^:\n]*\{?/m.test(
    start,
  );
  return isDefinition && !/^\s*[{["']|^(?:openapi|swagger|asyncapi)\s*:/m.test(start) && /\{/.test(start)
    ? 'graphql'
    : undefined;
}

const SDL_CHARACTERS_MAX = 4 * 1024 * 1024;

function graphqlContract(source: DocumentSource, text: string): Prepared {
  const at = (line: number, column: number, message: string): Prepared => ({
    fault: { file: source.document, line, column, message },
  });
  if (text.length > SDL_CHARACTERS_MAX) return at(1, 1, `the schema is larger than ${SDL_CHARACTERS_MAX} characters`);
  try {
    const schema = buildSchema(text, { assumeValidSDL: false });
    if (schema.getQueryType() == null) return at(1, 1, 'the GraphQL schema has no `Query` type');
    return { contract: { ...bare(source, text), kind: 'graphql', title: 'GraphQL', sdl: text } };
  } catch (error) {
    const place = error instanceof GraphQLError ? error.locations?.[0] : undefined;
    return at(place?.line ?? 1, place?.column ?? 1, `not a GraphQL schema: ${(error as Error).message.slice(0, 300)}`);
  }
}

function uninspected(source: DocumentSource, text: string, format: string): PreparedContract {
  const message = `${format} is recognised; its messages are not checked against it`;
  return { ...bare(source, text), kind: 'uninspected', title: format, format, notes: [{ pointer: '', message }] };
}

function bare(source: DocumentSource, text: string): Omit<PreparedContract, 'kind'> {
  return {
    route: source.route,
    origin: source.origin,
    source: source.document,
    title: '',
    version: '',
    digest: digestOf(new Map([[source.document, text]])),
    operations: [],
    schemas: [],
    notes: [],
  };
}

function digestOf(texts: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [file, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${file}\n${text}\n`);
  return hash.digest('hex').slice(0, 12);
}
