// The contracts of all routes, as transactions ask for them. Nothing is compiled here: an operation is read and compiled when
// its first request comes, or ahead of that by `warm`.
import {
  type ContractAnswers,
  DEFAULT_CONTRACT_ANSWERS,
  type PreparedContract,
  type PreparedOperation,
  type WrittenOperation,
} from '../core/contract.ts';
import type { Contracts } from '../core/contracts.ts';
import type { RequestContract } from '../core/detector.ts';
import { BoundContract } from './bound-contract.ts';
import type { FieldTree } from './field-tree.ts';
import { GraphqlContract } from './graphql-contract.ts';
import { Operation } from './operation.ts';
import { PathTable } from './path-table.ts';
import type { Slot } from './slot.ts';
import { Validators } from './validators.ts';

interface Document {
  /** What was learned is no whole: what it does not have is not unknown. */
  readonly isLearned: boolean;
  readonly paths: PathTable<Map<string, Slot>>;
}

interface RouteContracts {
  readonly answers: ContractAnswers;
  readonly documents: Document[];
  readonly graphql: GraphqlContract[];
}

export class ContractTable implements Contracts {
  readonly #routes = new Map<string, RouteContracts>();
  readonly #slots: Slot[] = [];

  constructor(contracts: readonly PreparedContract[], answersOf: (route: string) => ContractAnswers | undefined) {
    for (const contract of contracts) {
      if (contract.origin === 'previous' || contract.kind === 'uninspected') continue;
      let route = this.#routes.get(contract.route);
      if (route === undefined) {
        const answers = answersOf(contract.route) ?? DEFAULT_CONTRACT_ANSWERS;
        route = { answers, documents: [], graphql: [] };
        this.#routes.set(contract.route, route);
      }
      if (contract.kind === 'graphql') route.graphql.push(new GraphqlContract(contract));
      else if (contract.origin === 'learned') {
        const { learned } = route.answers;
        if (learned !== 'off') route.documents.push(this.#document(contract, learnedAnswers(route.answers)));
      } else route.documents.push(this.#document(contract, route.answers));
    }
  }

  find(route: string, method: string, segments: readonly string[]): RequestContract | undefined {
    const contracts = this.#routes.get(route);
    if (contracts === undefined) return undefined;
    const { answers, documents, graphql } = contracts;
    let template: string | undefined;
    let isDocumented = false;
    for (const { paths, isLearned } of documents) {
      isDocumented ||= !isLearned;
      const match = paths.find(segments);
      if (match === undefined) continue;
      const slot = match.value.get(method) ?? (method === 'HEAD' ? match.value.get('GET') : undefined);
      if (slot !== undefined) return new BoundContract('operation', slot, match, slot.answers, graphql, slot.template);
      if (!isLearned) template ??= match.value.values().next().value?.template;
    }
    if (!isDocumented && graphql.length === 0) return undefined;
    const isAsking = method === 'OPTIONS' && answers.options === 'allow';
    // A path of a GraphQL endpoint is not in an OpenAPI document.
    const isGraphql = graphql.length > 0 && (!isDocumented || /graphql|gql/i.test(segments.at(-1) ?? ''));
    if (isAsking || isGraphql || (segments.length === 0 && method === 'OPTIONS')) {
      return new BoundContract('unasked', undefined, undefined, answers, graphql, template);
    }
    const kind = template === undefined ? 'unknown-path' : 'unknown-method';
    const answer = template === undefined ? answers.unknownPaths : answers.unknownMethods;
    return new BoundContract(kind, undefined, undefined, { ...answers, request: answer }, graphql, template);
  }

  /** Compiles one validator after the other; each step is short, and the caller chooses when. */
  *warm(): Generator<string> {
    for (const slot of this.#slots) {
      for (const _ of slot.operation().compile()) yield slot.template;
    }
  }

  #document({ operations, schemas, origin }: PreparedContract, answers: ContractAnswers): Document {
    const paths = new PathTable<Map<string, Slot>>();
    const validators = new Validators(schemas);
    const different = new Map(Object.entries(answers.operations).map(([key, value]) => [keyOf(key), value]));
    const byPlace = new Map<string, Slot>();
    for (const prepared of operations) {
      const own = different.get(keyOf(`${prepared.method} ${prepared.template}`));
      const slot: Slot = {
        template: prepared.template,
        answers: own === undefined ? answers : { ...answers, ...own },
        operation: once(() => operationOf(prepared, validators)),
        shownTrees: once(() => shownTrees(prepared, byPlace)),
      };
      byPlace.set(keyOf(`${prepared.method} ${prepared.template}`), slot);
      const methods = paths.at(prepared.template, () => new Map());
      if (!methods.has(prepared.method)) methods.set(prepared.method, slot);
      this.#slots.push(slot);
    }
    return { paths, isLearned: origin === 'learned' };
  }
}

/** Answers of the learned API are judged by what was learned of their sizes and data, not by their schema. */
function learnedAnswers(answers: ContractAnswers): ContractAnswers {
  const { learned } = answers;
  return {
    ...answers,
    request: learned,
    unknownParameters: 'tag',
    unknownFields: 'tag',
    response: 'off',
    operations: {},
  };
}

function operationOf({ template, text }: PreparedOperation, validators: Validators): Operation {
  return new Operation(template, JSON.parse(text) as WrittenOperation, validators);
}

/** `POST /users` makes what `GET /users/{id}` shows. */
function shownTrees({ method, template }: PreparedOperation, byPlace: ReadonlyMap<string, Slot>): readonly FieldTree[] {
  const places = [`${method} ${template}`, `GET ${template}`, `GET ${template.replace(/\/$/, '')}/{}`];
  return [...new Set(places.map(keyOf))].flatMap((place) => byPlace.get(place)?.operation().successTrees() ?? []);
}

function keyOf(endpoint: string): string {
  return endpoint.replace(/\{[^{}/]*\}/g, '{}');
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
