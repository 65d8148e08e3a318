// A GraphQL schema as a contract: operations that ask for fields, arguments or types it does not have. The rules of the specification
// (October 2021, §5) that hold for any client; those about style are left out.
import {
  buildSchema,
  FieldsOnCorrectTypeRule,
  FragmentsOnCompositeTypesRule,
  type GraphQLSchema,
  KnownArgumentNamesRule,
  KnownDirectivesRule,
  KnownTypeNamesRule,
  ProvidedRequiredArgumentsRule,
  parse,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
  VariablesInAllowedPositionRule,
  validate,
} from 'graphql';
import type { ContractAnswer, PreparedContract, Violation } from '../core/contract.ts';
import type { GraphqlRequest } from '../core/detector.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';

/** Each rule by what a person calls its breach. */
const RULES = [
  { rule: FieldsOnCorrectTypeRule, kind: 'unknown-field', what: 'asks for a field that its type does not have' },
  { rule: KnownTypeNamesRule, kind: 'unknown-type', what: 'names a type that the schema does not have' },
  { rule: KnownArgumentNamesRule, kind: 'unknown-parameter', what: 'gives an argument that the field does not have' },
  { rule: KnownDirectivesRule, kind: 'unknown-parameter', what: 'uses a directive that the schema does not have' },
  { rule: ProvidedRequiredArgumentsRule, kind: 'required', what: 'leaves out an argument that is required' },
  { rule: ScalarLeafsRule, kind: 'type', what: 'selects inside a plain value, or an object without its fields' },
  { rule: ValuesOfCorrectTypeRule, kind: 'type', what: 'gives a value of another type than the argument has' },
  { rule: VariablesInAllowedPositionRule, kind: 'type', what: 'uses a variable where its type does not fit' },
  { rule: FragmentsOnCompositeTypesRule, kind: 'type', what: 'has a fragment on a plain type' },
] as const;

const DOCUMENT_CHARACTERS_MAX = 100_000;
const REQUESTS_MAX = 10;

export class GraphqlContract {
  readonly #sdl: string;
  #schema: GraphQLSchema | undefined;

  constructor(prepared: PreparedContract) {
    this.#sdl = prepared.sdl ?? '';
  }

  check(requests: readonly GraphqlRequest[], answer: ContractAnswer): Violation[] {
    if (answer === 'off') return [];
    // More in one batch is what `graphql-abuse` is about.
    return requests.slice(0, REQUESTS_MAX).flatMap((request) => this.#check(request, answer));
  }

  #check({ query, location, pointer }: GraphqlRequest, answer: 'tag' | 'block'): Violation[] {
    const violation = (kind: string, what: string): Violation => ({
      location,
      pointer,
      kind,
      what: `the GraphQL document ${what}`,
      answer,
    });
    if (query.length > DOCUMENT_CHARACTERS_MAX) return [violation('size', 'is longer than what is checked')];
    let document: ReturnType<typeof parse>;
    try {
      document = parse(query, { maxTokens: DEFAULT_LIMITS.graphqlTokensMax });
    } catch {
      return [violation('format', 'is no GraphQL, or has too many tokens to be checked')];
    }
    this.#schema ??= buildSchema(this.#sdl);
    const schema = this.#schema;
    // One rule after the other: which one complains is what the breach is called.
    return RULES.filter(({ rule }) => validate(schema, document, [rule], { maxErrors: 1 }).length > 0).map(
      ({ kind, what }) => violation(kind, what),
    );
  }
}
