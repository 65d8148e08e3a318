// GraphQL requests that ask for far more work than clients do: nesting, batches, one field under many names, directives and
// fields repeated, fragments in a circle, and the schema itself (OWASP GraphQL Cheat Sheet; GraphQL specification October 2021).
// A document is first read as tokens, so that the parser never sees one that is too long or too deep for it.
import { Kind, Lexer, type OperationDefinitionNode, parse, Source, TokenKind } from 'graphql';
import { z } from 'zod';
import type { GraphqlRequest, PlacedRecognition, RequestDetector, RequestView } from '../core/detector.ts';
import { graphqlRequestOfQuery } from '../decoding/graphql.ts';
import { measureOperations } from './graphql/measure.ts';

const count = (normally: number): z.ZodDefault<z.ZodNumber> => z.number().int().min(1).max(1_000_000).default(normally);

const SETTINGS = z.strictObject({
  queryCharactersMax: count(100_000),
  /** Of one string literal inside a document. Variables are ordinary values and have the limits of the body. */
  valueCharactersMax: count(10_000),
  tokensMax: count(15_000),
  /** Fields inside fields, fragments followed. `edges`, `node` and `nodes` of a connection do not count. */
  depthMax: count(10),
  /** Requests in one batch, and operations in one document. */
  batchMax: count(10),
  /** Of one field with arguments in one mutation: how passwords and codes are guessed many at a time. */
  mutationAliasesMax: count(5),
  /** Of one field in one query. Dashboards ask for one field under several names. */
  queryAliasesMax: count(30),
  directivesPerNodeMax: count(5),
  /** One field with the same response name, repeated in one selection. */
  repeatedFieldsMax: count(20),
  /** False: asking for the schema is a finding, and blocks on routes in enforce mode. */
  isIntrospectionAllowed: z.boolean().default(false),
});
export type GraphqlSettings = z.infer<typeof SETTINGS>;

/** GraphQL in the body. */
export const graphqlAbuse: RequestDetector<GraphqlSettings> = {
  kind: 'request',
  id: 'graphql-abuse',
  phase: 'request-body',
  settings: SETTINGS,
  load: (settings) => (request) => inspectAll(request.body?.graphql ?? [], request, settings),
};

/** The same for `GET /graphql?query=…`, which has no body. */
export const graphqlAbuseInQuery: RequestDetector<GraphqlSettings> = {
  kind: 'request',
  id: 'graphql-abuse',
  phase: 'request-head',
  settings: SETTINGS,
  load: (settings) => (request) => {
    if (request.query.length === 0) return [];
    const one = graphqlRequestOfQuery(request.query);
    return one === undefined ? [] : inspectAll([one], request, settings);
  },
};

const NESTING_MAX = 300;

function inspectAll(
  requests: readonly GraphqlRequest[],
  view: RequestView,
  settings: GraphqlSettings,
): readonly PlacedRecognition[] {
  const first = requests[0];
  if (first === undefined) return [];
  if (requests.length > settings.batchMax) {
    // Not read one by one: the batch itself is what is refused.
    return [place(first, 0.9, `has ${requests.length} requests in one batch`)];
  }
  const found: PlacedRecognition[] = [];
  for (const request of requests) {
    const worst = inspectOne(request, view.isEnforced, settings);
    if (worst !== undefined) found.push(worst);
  }
  return found;
}

function inspectOne(
  request: GraphqlRequest,
  isEnforced: boolean,
  settings: GraphqlSettings,
): PlacedRecognition | undefined {
  if (request.query.length > settings.queryCharactersMax) return place(request, 0.9, 'has a very long document');
  const tokens = readTokens(request.query, settings);
  if (tokens === 'no-document') return undefined;
  if (tokens !== 'readable') return place(request, 0.9, tokens);
  let definitions: ReturnType<typeof parse>['definitions'];
  try {
    definitions = parse(request.query, { noLocation: true, maxTokens: settings.tokensMax }).definitions;
  } catch {
    // No GraphQL after all: the backend refuses it, and the text was looked at as a field.
    return undefined;
  }
  const operations = definitions.filter(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (operations.length > settings.batchMax) return place(request, 0.85, `has ${operations.length} operations`);
  const figures = measureOperations(definitions);
  if (figures.hasFragmentCycle) return place(request, 0.95, 'has fragments in a circle');
  if (figures.depth > settings.depthMax || figures.nesting > 3 * settings.depthMax)
    return place(request, 0.85, `nests fields ${figures.nesting} deep`);
  if (figures.mutationAliases > settings.mutationAliasesMax)
    return place(request, 0.9, `asks one mutation ${figures.mutationAliases} times under different names`);
  if (figures.queryAliases > settings.queryAliasesMax)
    return place(request, 0.85, `asks one field ${figures.queryAliases} times under different names`);
  if (figures.directivesOnNode > settings.directivesPerNodeMax)
    return place(request, 0.85, `has ${figures.directivesOnNode} directives in one place`);
  if (figures.repeatedFields > settings.repeatedFieldsMax)
    return place(request, 0.85, `repeats one field ${figures.repeatedFields} times`);
  if (figures.asksForSchema && !settings.isIntrospectionAllowed)
    return { ...place(request, isEnforced ? 0.85 : 0.5, 'asks for the schema'), severity: 'low' };
  return undefined;
}

/** `readable`, `no-document`, or what is too much. */
function readTokens(query: string, settings: GraphqlSettings): string {
  const lexer = new Lexer(new Source(query));
  let nesting = 0;
  try {
    for (let tokens = 0; tokens <= settings.tokensMax; tokens++) {
      const token = lexer.advance();
      switch (token.kind) {
        case TokenKind.EOF:
          return 'readable';
        case TokenKind.BRACE_L:
        case TokenKind.BRACKET_L:
        case TokenKind.PAREN_L:
          nesting += 1;
          if (nesting > NESTING_MAX) return `nests more than ${NESTING_MAX} deep`;
          break;
        case TokenKind.BRACE_R:
        case TokenKind.BRACKET_R:
        case TokenKind.PAREN_R:
          nesting -= 1;
          break;
        case TokenKind.STRING:
        case TokenKind.BLOCK_STRING:
          if (token.value.length > settings.valueCharactersMax) return 'has a very long value in its document';
          break;
        default:
      }
    }
  } catch {
    return 'no-document';
  }
  return `has more than ${settings.tokensMax} tokens`;
}

function place(request: GraphqlRequest, confidence: number, what: string): PlacedRecognition {
  return { location: request.location, pointer: request.pointer, confidence, what };
}
