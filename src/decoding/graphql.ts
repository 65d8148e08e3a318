// GraphQL requests (GraphQL over HTTP, and the batches that servers accept): the documents and the literals inside them.
// Variables are ordinary JSON and are scanned as such with the rest of the body.
import { Lexer, Source, TokenKind } from 'graphql';
import { classesOf } from '../core/characters.ts';
import type { GraphqlRequest } from '../core/detector.ts';
import type { FieldSink, Location } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';

const LOOKS_LIKE_DOCUMENT = /^[\s,]*(?:#[^\n]*\n[\s,]*)*(?:query|mutation|subscription|fragment|\{)/;
const BATCH_REQUESTS_MAX = 1_000;

/** The GraphQL requests in a parsed JSON body: one object or a batch. Anything else gives none. */
export function graphqlRequestsOf(body: unknown): readonly GraphqlRequest[] {
  const candidates = Array.isArray(body) ? body.slice(0, BATCH_REQUESTS_MAX) : [body];
  const requests: GraphqlRequest[] = [];
  for (const [i, candidate] of candidates.entries()) {
    if (typeof candidate !== 'object' || candidate === null) continue;
    const { query, operationName } = candidate as { query?: unknown; operationName?: unknown };
    if (typeof query !== 'string' || !LOOKS_LIKE_DOCUMENT.test(query)) continue;
    requests.push({
      query,
      pointer: Array.isArray(body) ? `/${i}/query` : '/query',
      location: 'body',
      operationName: typeof operationName === 'string' ? operationName : undefined,
    });
  }
  return requests;
}

/** The request in a `GET /graphql?query=…`. */
export function graphqlRequestOfQuery(query: readonly (readonly [string, string])[]): GraphqlRequest | undefined {
  const text = query.find(([name]) => name === 'query')?.[1];
  if (text === undefined || !LOOKS_LIKE_DOCUMENT.test(text)) return undefined;
  const operationName = query.find(([name]) => name === 'operationName')?.[1];
  return { query: text, pointer: '/query', location: 'query', operationName };
}

/** Emits the string literals of a document as fields at the document's own pointer. Stops at what is no GraphQL. */
export function emitLiterals(
  request: Pick<GraphqlRequest, 'query' | 'pointer'>,
  location: Location,
  limits: Pick<Limits, 'graphqlTokensMax'>,
  sink: FieldSink,
): void {
  const lexer = new Lexer(new Source(request.query));
  let name = 'query';
  try {
    for (let tokens = 0; tokens < limits.graphqlTokensMax; tokens++) {
      const token = lexer.advance();
      if (token.kind === TokenKind.EOF) return;
      if (token.kind === TokenKind.NAME) name = token.value;
      if (token.kind !== TokenKind.STRING && token.kind !== TokenKind.BLOCK_STRING) continue;
      const classes = classesOf(token.value);
      if ((classes & sink.wanted) === 0) sink.skip();
      else {
        sink.add({
          location,
          pointer: request.pointer,
          name,
          of: 'value',
          text: token.value,
          classes,
          decodings: ['graphql'],
        });
      }
    }
  } catch {
    // Not GraphQL from here on; the text as a whole is a field of its own already.
  }
}
