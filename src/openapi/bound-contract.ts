// What one request is held to: its operation with the values of its path, or that the document has none for it. Lives as long as the
// transaction, and reads the body at most once for all who ask.

import type { OperationAnswers, ServerField, Violation } from '../core/contract.ts';
import type { MisplacedParameter, RequestContract, RequestView, ResponseView } from '../core/detector.ts';
import { childPointer, type Location } from '../core/field.ts';
import { graphqlRequestOfQuery } from '../decoding/graphql.ts';
import type { ReadBody } from './body-value.ts';
import type { FieldTree } from './field-tree.ts';
import type { GraphqlContract } from './graphql-contract.ts';
import type { OperationBody } from './operation.ts';
import type { PathMatch } from './path-table.ts';
import type { Slot } from './slot.ts';

export class BoundContract implements RequestContract {
  readonly template: string | undefined;
  readonly #kind: 'operation' | 'unknown-path' | 'unknown-method' | 'unasked';
  readonly #slot: Slot | undefined;
  readonly #path: PathMatch<unknown> | undefined;
  readonly #answers: OperationAnswers;
  readonly #graphql: readonly GraphqlContract[];
  #body: { readonly of: RequestView['body']; readonly read: OperationBody | undefined } | undefined;

  constructor(
    kind: 'operation' | 'unknown-path' | 'unknown-method' | 'unasked',
    slot: Slot | undefined,
    path: PathMatch<unknown> | undefined,
    answers: OperationAnswers,
    graphql: readonly GraphqlContract[],
    template: string | undefined,
  ) {
    this.#kind = kind;
    this.#slot = slot;
    this.#path = path;
    this.#answers = answers;
    this.#graphql = graphql;
    this.template = template;
  }

  checkHead(request: RequestView): readonly Violation[] {
    const { request: answer } = this.#answers;
    switch (this.#kind) {
      case 'unknown-path':
      case 'unknown-method': {
        if (answer === 'off') return NONE;
        const what =
          this.#kind === 'unknown-path'
            ? 'no such path is in the document'
            : 'the path has no such method in the document';
        return [{ location: 'path', pointer: '', kind: this.#kind, what, answer }];
      }
      case 'unasked':
        return this.#checkGraphqlQuery(request);
      case 'operation': {
        const operation = this.#slot!.operation();
        return [
          ...operation.checkParameters(request, this.#path!, this.#answers),
          ...operation.checkContentType(request, this.#answers),
          ...this.#checkGraphqlQuery(request),
        ];
      }
      default:
        return this.#kind satisfies never;
    }
  }

  checkBody(request: RequestView): readonly Violation[] {
    const graphql =
      this.#graphql.length === 0
        ? NONE
        : this.#graphql.flatMap((one) => one.check(request.body?.graphql ?? [], this.#answers.request));
    if (this.#slot === undefined) return graphql;
    const own = this.#slot.operation().checkBody(request, this.#bodyOf(request), this.#answers);
    return graphql.length === 0 ? own : [...own, ...graphql];
  }

  checkResponse(response: ResponseView): readonly Violation[] {
    return this.#slot?.operation().checkResponse(response, this.#answers) ?? NONE;
  }

  serverFields(request: RequestView): readonly ServerField[] {
    const body = this.#bodyOf(request);
    if (body === undefined || body.read.kind !== 'value') return [];
    const { readOnly, unknown } = body.fields();
    if (readOnly.length === 0 && unknown.length === 0) return [];
    const fields = new Map<string, ServerField>();
    for (const { pointer, name } of readOnly) fields.set(pointer, { pointer, name, why: 'read-only' });
    const shown = unknown.length === 0 ? [] : this.#slot!.shownTrees();
    for (const { pointer, name } of unknown) {
      if (fields.has(pointer) || !shown.some((one) => knows(one, pointer))) continue;
      fields.set(pointer, { pointer, name, why: 'only-in-responses' });
    }
    return [...fields.values()];
  }

  misplaced(request: RequestView): readonly MisplacedParameter[] {
    const places = this.#placesOfParameters();
    if (places.size === 0) return [];
    const found: MisplacedParameter[] = [];
    const names = (location: Location): ReadonlySet<string> => this.#namesIn(location, request);
    const look = (location: 'query' | 'body', name: string): void => {
      const documented = places.get(name);
      if (documented === undefined || documented === 'several' || documented === location) return;
      const isSecond = documented === 'path' || names(documented).has(name);
      // The same value twice, as of an object that is sent back whole, leaves nothing to disagree about.
      if (isSecond && this.#textIn(documented, name, request) === this.#textIn(location, name, request)) return;
      found.push({ name, location, pointer: childPointer('', name), documented, isSecond });
    };
    if (request.body === undefined) {
      for (const name of new Set(request.query.map(([one]) => one))) look('query', name);
      return found;
    }
    const body = this.#valueOf(request);
    if (body === undefined || typeof body.value !== 'object' || body.value === null || Array.isArray(body.value))
      return found;
    for (const name of Object.keys(body.value)) if (body.tree.field(name) === undefined) look('body', name);
    return found;
  }

  /** The value of a parameter as text; undefined when it is no single one. */
  #textIn(location: Location, name: string, request: RequestView): string | undefined {
    if (location === 'path') {
      const names = [...(this.template ?? '').matchAll(/\{([^{}]*)\}/g)].map(([, one]) => one);
      return this.#path?.values[names.indexOf(name)];
    }
    if (location === 'query') {
      const own = request.query.filter(([one]) => one === name);
      return own.length === 1 ? own[0]![1] : undefined;
    }
    const value = this.#valueOf(request)?.value as Readonly<Record<string, unknown>> | undefined;
    const one = value?.[name];
    return typeof one === 'string' || typeof one === 'number' ? String(one) : undefined;
  }

  /** Name → the one place the document has it in. */
  #placesOfParameters(): ReadonlyMap<string, Location | 'several'> {
    const places = new Map<string, Location | 'several'>();
    if (this.#slot === undefined) return places;
    const operation = this.#slot.operation();
    for (const { written } of operation.parameters) {
      if (written.in === 'header' || written.in === 'cookie') continue;
      places.set(written.name, places.has(written.name) ? 'several' : written.in);
    }
    for (const { tree } of operation.body ?? []) {
      for (const name of tree?.names ?? []) places.set(name, places.has(name) ? 'several' : 'body');
    }
    return places;
  }

  #namesIn(location: Location, request: RequestView): ReadonlySet<string> {
    if (location === 'query') return new Set(request.query.map(([name]) => name));
    const value = location === 'body' ? this.#valueOf(request)?.value : undefined;
    return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
  }

  #checkGraphqlQuery(request: RequestView): readonly Violation[] {
    if (this.#graphql.length === 0 || request.query.length === 0) return NONE;
    const one = graphqlRequestOfQuery(request.query);
    if (one === undefined) return NONE;
    return this.#graphql.flatMap((contract) => contract.check([one], this.#answers.request));
  }

  #valueOf(request: RequestView): { readonly tree: FieldTree; readonly value: unknown } | undefined {
    const body = this.#bodyOf(request);
    if (body === undefined || body.read.kind !== 'value') return undefined;
    return { tree: body.content.tree!, value: (body.read satisfies ReadBody).value };
  }

  #bodyOf(request: RequestView): OperationBody | undefined {
    if (this.#body === undefined || this.#body.of !== request.body) {
      this.#body = { of: request.body, read: this.#slot?.operation().bodyOf(request) };
    }
    return this.#body.read;
  }
}

const NONE: readonly Violation[] = [];

function knows(tree: FieldTree, pointer: string): boolean {
  let at: FieldTree | undefined = tree.types.has('array') && tree.names.length === 0 ? tree.items() : tree;
  for (const token of pointer.slice(1).split('/')) {
    if (at === undefined) return false;
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    at = /^\d+$/.test(name) && at.types.has('array') ? at.items() : at.field(name);
  }
  return at !== undefined;
}
