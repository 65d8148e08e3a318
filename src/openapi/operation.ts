// One operation of a document, compiled on its first request: parameters, body and answers against a message.
import type {
  OperationAnswers,
  Violation,
  WrittenContent,
  WrittenOperation,
  WrittenParameter,
} from '../core/contract.ts';
import type { BodyView, RequestView, ResponseView } from '../core/detector.ts';
import { childPointer, type Location } from '../core/field.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { headerValue } from '../core/transaction.ts';
import { decodeCookies } from '../decoding/cookies.ts';
import { answerValueOf, type BodyValue, bodyValueOf } from './body-value.ts';
import { FieldTree, type FoundFields } from './field-tree.ts';
import { entryFor, plainMediaType } from './media-type.ts';
import { isNoJson, type Pairs, type ParameterValue, valueOfPairs, valueOfText } from './text-values.ts';
import { FITS_ALWAYS, type Problem, type Validator, type Validators } from './validators.ts';

/** Larger bodies are not read again for their schema. */
export const CHECKED_BYTES_MAX = 1024 * 1024;

interface Parameter {
  readonly written: WrittenParameter;
  readonly tree: FieldTree;
  readonly validator: Validator;
}

export interface Content {
  readonly mediaType: string;
  readonly encodings: WrittenContent['encodings'];
  readonly tree: FieldTree | undefined;
  readonly validator: Validator;
}

export interface OperationBody {
  readonly content: Content;
  readonly read: BodyValue;
  /** Looked for once, for all who ask. */
  readonly fields: () => FoundFields;
}

const NO_FIELDS: FoundFields = { unknown: [], readOnly: [] };

interface PathValues {
  readonly values: readonly string[];
  readonly segments: readonly number[];
}

export class Operation {
  readonly parameters: readonly Parameter[];
  readonly body: readonly Content[] | undefined;
  readonly #written: WrittenOperation;
  readonly #validators: Validators;
  /** Names of the template's parameters, in order. */
  readonly #pathNames: readonly string[];
  readonly #queryNames: ReadonlySet<string>;
  readonly #responses = new Map<string, readonly Content[]>();

  constructor(template: string, written: WrittenOperation, validators: Validators) {
    this.#written = written;
    this.#validators = validators;
    this.#pathNames = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);
    this.parameters = written.parameters.map((parameter) => ({
      written: parameter,
      tree: this.#tree(parameter.schema),
      validator: validators.validatorOf(parameter.schema),
    }));
    this.body = written.body === undefined ? undefined : this.#contents(written.body.content);
    const named = this.parameters.filter(({ written: one }) => one.in === 'query');
    this.#queryNames = new Set([
      ...written.credentials,
      ...named.flatMap(({ written: { name, style, explode }, tree }) =>
        style === 'form' && explode && tree.types.has('object') ? [name, ...tree.names] : [name],
      ),
    ]);
  }

  /** Compiles what requests of it will need, one validator a step. */
  *compile(): Generator<void> {
    for (const { validator } of this.parameters) yield* validator.compile();
    for (const { validator } of this.body ?? []) yield* validator.compile();
    for (const { status } of this.#written.responses) {
      const contents = this.responseContents(Number(status.replace('xx', '00'))) ?? [];
      for (const { validator } of contents) yield* validator.compile();
    }
  }

  checkParameters(request: RequestView, path: PathValues, answers: OperationAnswers): Violation[] {
    const violations: Violation[] = [];
    const used = new Set<string>();
    let cookies: Pairs | undefined;
    for (const parameter of this.parameters) {
      const { written } = parameter;
      switch (written.in) {
        case 'path':
          this.#checkPath(parameter, path, answers, violations);
          break;
        case 'query': {
          const read = valueOfPairs(written, parameter.tree, request.query);
          for (const name of read?.names ?? []) used.add(name);
          checkPairs(parameter, read, request.query, answers, violations);
          break;
        }
        case 'cookie': {
          cookies ??= decodeCookies(request.rawHeaders, DEFAULT_LIMITS);
          checkPairs(parameter, valueOfPairs(written, parameter.tree, cookies), cookies, answers, violations);
          break;
        }
        case 'header': {
          const text = headerValue(request.rawHeaders, written.name);
          const read = text === undefined ? undefined : valueOfText(written, parameter.tree, text);
          checkValue(parameter, text === undefined ? undefined : { value: read }, answers, violations);
          break;
        }
        default:
          written.in satisfies never;
      }
    }
    if (answers.unknownParameters !== 'off') this.#checkUnknown(request, used, answers.unknownParameters, violations);
    return violations;
  }

  checkContentType(request: RequestView, answers: OperationAnswers): Violation[] {
    const hasBody = announcesBody(request.rawHeaders);
    const { request: answer } = answers;
    if (this.body === undefined || answer === 'off') return [];
    if (!hasBody) {
      if (this.#written.body?.isRequired !== true) return [];
      return [{ location: 'body', pointer: '', kind: 'required', what: 'the body is missing', answer }];
    }
    const type = plainMediaType(headerValue(request.rawHeaders, 'content-type') ?? '');
    if (this.body.length === 0 || entryFor(this.body, type) !== undefined) return [];
    const what = type === '' ? 'the body has no content type' : 'the content type is not one of the document';
    return [{ location: 'header', pointer: '/content-type', kind: 'content-type', what, answer }];
  }

  /** The entry of the document that a request body is meant to fit, and its value. */
  bodyOf(request: RequestView): OperationBody | undefined {
    const { body } = request;
    if (body === undefined || this.body === undefined || body.format === 'empty') return undefined;
    const content = entryFor(this.body, body.mediaType) ?? (this.body.length === 1 ? this.body[0] : undefined);
    if (content?.tree === undefined) return undefined;
    const read = bodyValueOf(request, content, CHECKED_BYTES_MAX);
    let fields: FoundFields | undefined;
    return {
      content,
      read,
      fields: () => {
        fields ??= read.kind === 'value' ? content.tree!.look(read.value) : NO_FIELDS;
        return fields;
      },
    };
  }

  checkBody(request: RequestView, read: OperationBody | undefined, answers: OperationAnswers): Violation[] {
    const { request: answer, unknownFields } = answers;
    const { body } = request;
    if (body === undefined) return [];
    if (this.body === undefined) {
      if (answers.unknownParameters === 'off' || isNothing(body)) return [];
      const what = 'the document has no body for this operation';
      return [{ location: 'body', pointer: '', kind: 'unknown-body', what, answer: answers.unknownParameters }];
    }
    if (body.format === 'empty') {
      if (answer === 'off' || this.#written.body?.isRequired !== true) return [];
      return [{ location: 'body', pointer: '', kind: 'required', what: 'the body is missing', answer }];
    }
    const value = read?.read;
    if (value === undefined || value.kind === 'unread') return [];
    if (value.kind !== 'value') {
      return answer === 'off' ? [] : [{ location: 'body', pointer: '', kind: value.kind, what: value.what, answer }];
    }
    const { content } = read!;
    const violations: Violation[] = [];
    if (answer !== 'off') {
      for (const fault of value.faults) violations.push({ location: 'body', ...fault, answer });
      const problems = content.validator.check(value.value, body.bytes.length);
      const isRead = (pointer: string): boolean =>
        !value.unread.some((one) => pointer === one || pointer.startsWith(`${one}/`));
      add(
        value.unread.length === 0 ? problems : problems?.filter(({ pointer }) => isRead(pointer)),
        'body',
        '',
        answer,
        violations,
      );
    }
    if (unknownFields !== 'off') {
      for (const { pointer, name } of read!.fields().unknown) {
        if (violations.some((one) => one.pointer === pointer)) continue;
        const what = 'the field is not in the document';
        violations.push({ location: 'body', pointer, kind: 'unknown-field', what, answer: unknownFields, name });
      }
    }
    return violations;
  }

  checkResponse({ status, body }: ResponseView, answers: OperationAnswers): Violation[] {
    const { response: answer } = answers;
    if (answer === 'off' || this.#written.responses.length === 0) return [];
    const contents = this.responseContents(status);
    const isSuccess = status >= 200 && status < 300;
    if (contents === undefined) {
      // Errors are seldom listed completely; another kind of success is another answer.
      if (!isSuccess) return [];
      const what = `the document has no answer with status ${status}`;
      return [{ location: 'header', pointer: '/:status', kind: 'unknown-status', what, answer }];
    }
    if (body === undefined || body.format === 'empty' || contents.length === 0) return [];
    const content = entryFor(contents, body.mediaType);
    if (content === undefined) {
      if (!isSuccess) return [];
      const what = 'the content type is not one of the document';
      return [{ location: 'header', pointer: '/content-type', kind: 'content-type', what, answer }];
    }
    if (content.validator === FITS_ALWAYS) return [];
    const value = answerValueOf(body, content, CHECKED_BYTES_MAX);
    if (value.kind === 'unread') return [];
    if (value.kind !== 'value') {
      // Too large to be checked is no fault of an answer.
      return value.kind === 'size' ? [] : [{ location: 'body', pointer: '', kind: 'format', what: value.what, answer }];
    }
    const violations: Violation[] = [];
    add(content.validator.check(value.value, body.bytes.length), 'body', '', answer, violations);
    return violations;
  }

  /** What the document says of an answer; undefined when it has none with this status. */
  responseContents(status: number): readonly Content[] | undefined {
    const responses = this.#written.responses;
    const entry =
      responses.find((one) => one.status === String(status)) ??
      responses.find((one) => one.status === `${Math.floor(status / 100)}xx`) ??
      responses.find((one) => one.status === 'default');
    if (entry === undefined) return undefined;
    let contents = this.#responses.get(entry.status);
    if (contents === undefined) {
      contents = this.#contents(entry.content);
      this.#responses.set(entry.status, contents);
    }
    return contents;
  }

  /** Trees of its successful answers. */
  successTrees(): readonly FieldTree[] {
    return this.#written.responses
      .filter(({ status }) => /^2/.test(status))
      .flatMap(({ status }) => this.responseContents(Number(status.replace('xx', '00'))) ?? [])
      .flatMap(({ tree }) => (tree === undefined ? [] : [tree]));
  }

  #contents(contents: readonly WrittenContent[]): readonly Content[] {
    return contents.map(({ mediaType, schema, encodings }) => ({
      mediaType,
      encodings,
      tree: schema === undefined ? undefined : this.#tree(schema),
      validator: schema === undefined ? FITS_ALWAYS : this.#validators.validatorOf(schema),
    }));
  }

  #tree(schema: WrittenParameter['schema']): FieldTree {
    return new FieldTree([schema], (reference) => this.#validators.schemaAt(reference));
  }

  #checkPath(parameter: Parameter, path: PathValues, answers: OperationAnswers, into: Violation[]): void {
    if (parameter.validator === FITS_ALWAYS || answers.request === 'off') return;
    const i = this.#pathNames.indexOf(parameter.written.name);
    const text = path.values[i];
    if (text === undefined) return;
    const value = valueOfText(parameter.written, parameter.tree, text);
    const problems = parameter.validator.check(value, text.length);
    add(problems, 'path', `/${path.segments[i]}`, answers.request, into, parameter.written.name);
  }

  #checkUnknown({ query }: RequestView, used: ReadonlySet<string>, answer: 'tag' | 'block', into: Violation[]): void {
    if (query.length === 0) return;
    const isOpen = this.parameters.some(
      ({ written, tree }) =>
        written.in === 'query' && written.style === 'form' && tree.types.has('object') && tree.isOpen,
    );
    if (isOpen) return;
    const reported = new Set<string>();
    for (const [name] of query) {
      if (this.#queryNames.has(name) || used.has(name) || reported.has(name)) continue;
      if (reported.size >= UNKNOWN_MAX) return;
      reported.add(name);
      const what = 'the parameter is not in the document';
      into.push({ location: 'query', pointer: childPointer('', name), kind: 'unknown-parameter', what, answer, name });
    }
  }
}

const UNKNOWN_MAX = 20;

function checkPairs(
  parameter: Parameter,
  read: ParameterValue | undefined,
  pairs: Pairs,
  answers: OperationAnswers,
  into: Violation[],
): void {
  const { written, tree } = parameter;
  if (answers.request === 'off') return;
  // An empty optional parameter is how forms say that there is none.
  if (read?.value === '' && (written.isEmptyAllowed || !written.isRequired)) return;
  checkValue(parameter, read, answers, into);
  if (read === undefined || tree.types.has('array') || tree.types.has('object') || tree.types.size === 0) return;
  const own = pairs.filter(([name]) => name === written.name);
  if (own.length < 2 || own.every(([, text]) => text === own[0]![1])) return;
  into.push({
    location: written.in,
    pointer: childPointer('', written.name),
    kind: 'repeated',
    what: 'the parameter is there several times, the document has it once',
    answer: answers.request,
  });
}

function checkValue(
  { written, validator }: Parameter,
  read: { readonly value: unknown } | undefined,
  { request: answer }: OperationAnswers,
  into: Violation[],
): void {
  if (answer === 'off') return;
  const pointer = childPointer('', written.name);
  const { in: location, name } = written;
  if (read === undefined) {
    if (written.isRequired)
      into.push({ location, pointer, kind: 'required', what: 'the parameter is missing', answer, name });
    return;
  }
  if (isNoJson(read.value)) {
    into.push({ location, pointer, kind: 'format', what: 'the parameter must be JSON', answer, name });
    return;
  }
  add(validator.check(read.value, 0), location, pointer, answer, into, name);
}

function add(
  problems: readonly Problem[] | undefined,
  location: Location,
  base: string,
  answer: 'tag' | 'block',
  into: Violation[],
  name?: string,
): void {
  for (const problem of problems ?? []) {
    const about = problem.name ?? name;
    into.push({
      location,
      pointer: `${base}${problem.pointer}`,
      kind: problem.kind,
      what: `the value ${problem.what}`,
      answer,
      ...(about === undefined ? {} : { name: about }),
    });
  }
}

export function announcesBody(rawHeaders: RequestView['rawHeaders']): boolean {
  const length = headerValue(rawHeaders, 'content-length');
  if (length !== undefined) return Number(length) > 0;
  return headerValue(rawHeaders, 'transfer-encoding') !== undefined;
}

/** `{}`, `null` and white space: what client libraries send for no body. */
function isNothing({ bytes, format }: BodyView): boolean {
  return format === 'empty' || (bytes.length <= 16 && /^\s*(?:\{\s*\}|null|"")?\s*$/.test(bytes.toString('latin1')));
}
