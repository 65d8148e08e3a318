// JSON Schema validators (ajv), compiled on first use. Vetted keywords only; patterns and formats that cannot be made to work long;
// circular schemas with a budget, since alternatives inside alternatives multiply.
// Invariants: what a message says never gets into a problem, only where it is and what the schema expects; on a valid value one pass
// without allocation decides, and a second validator that collects every problem is made only when one is needed.
import { Ajv2020, type ErrorObject, type FuncKeywordDefinition, type ValidateFunction } from 'ajv/dist/2020.js';
import type { WrittenSchema } from '../core/contract.ts';
import { childPointer } from '../core/field.ts';
import { NUMBER_FORMATS, TEXT_FORMATS } from './formats.ts';
import { compilePattern } from './patterns.ts';
import { areUnique } from './unique-items.ts';

export interface Problem {
  /** Inside the value. */
  readonly pointer: string;
  /** Keyword of the schema, and `unknown-field` for a field that is ruled out. */
  readonly kind: string;
  readonly what: string;
  readonly name?: string;
}

export interface Validator {
  /** Ahead of the first value: one schema a step, those that are referred to first. */
  compile(): Generator<void>;
  /** Undefined when the value fits. `bytes`: about how large it is. */
  check(value: unknown, bytes: number): readonly Problem[] | undefined;
}

const PROBLEMS_MAX = 20;
/** In larger values the first problem is named only. */
const COLLECTED_BYTES_MAX = 64 * 1024;
/** Visits of circular schemas for one value. */
const VISITS_MAX = 50_000;

export const FITS_ALWAYS: Validator = {
  *compile() {},
  check: () => undefined,
};
const TOO_MUCH: readonly Problem[] = [
  { pointer: '', kind: 'complexity', what: 'takes too many steps to check against a schema that refers to itself' },
];

class TooManyVisits extends Error {}

export class Validators {
  readonly #schemas: readonly string[];
  readonly #firsts: Compiler;
  readonly #all: Compiler;
  /** Documents write one answer in many places. */
  readonly #known = new Map<string, Validator>();

  /** `schemas`: texts of the numbered schemas of a contract. */
  constructor(schemas: readonly string[]) {
    this.#schemas = schemas;
    this.#firsts = new Compiler(schemas, false);
    this.#all = new Compiler(schemas, true);
  }

  validatorOf(schema: WrittenSchema): Validator {
    if (schema === true || (typeof schema === 'object' && Object.keys(schema).length === 0)) return FITS_ALWAYS;
    const text = JSON.stringify(schema);
    let validator = this.#known.get(text);
    if (validator === undefined) {
      validator = this.#make(schema);
      this.#known.set(text, validator);
    }
    return validator;
  }

  #make(schema: WrittenSchema): Validator {
    let first: ValidateFunction | undefined;
    let all: ValidateFunction | undefined;
    const compiled = (): ValidateFunction => {
      first ??= this.#firsts.compile(schema);
      return first;
    };
    const firsts = this.#firsts;
    return {
      *compile() {
        if (first !== undefined) return;
        yield* firsts.compileReferred(schema);
        compiled();
        yield;
      },
      check: (value, bytes) => {
        try {
          if (this.#firsts.run(compiled(), value)) return undefined;
          if (bytes > COLLECTED_BYTES_MAX) return problemsOf(compiled().errors);
          all ??= this.#all.compile(schema);
          this.#all.run(all, value);
          return problemsOf(all.errors);
        } catch (error) {
          if (error instanceof TooManyVisits) return TOO_MUCH;
          throw error;
        }
      },
    };
  }

  /** The schema at a number, for those who read rather than validate. */
  schemaAt(reference: string): WrittenSchema {
    const text = this.#schemas[Number(reference.slice(1))];
    return text === undefined ? true : (JSON.parse(text) as WrittenSchema);
  }
}

class Compiler {
  readonly #texts: readonly string[];
  readonly #collects: boolean;
  #ajv: Ajv2020 | undefined;
  /** Numbered schemas that were added → those they refer to. */
  readonly #added = new Map<string, readonly string[]>();
  readonly #compiled = new Set<string>();
  #visits = 0;

  constructor(texts: readonly string[], collects: boolean) {
    this.#texts = texts;
    this.#collects = collects;
  }

  run(validate: ValidateFunction, value: unknown): boolean {
    this.#visits = 0;
    return validate(value) as boolean;
  }

  compile(schema: WrittenSchema): ValidateFunction {
    this.#ajv ??= this.#create();
    this.#ajv.opts.ownProperties ||= INHERITED.test(JSON.stringify(schema));
    this.#addReferred(schema);
    return this.#ajv.compile(schema);
  }

  /** Every numbered schema below `schema`, one a step; a schema's own references come before it, circles aside. */
  *compileReferred(schema: WrittenSchema): Generator<void> {
    this.#ajv ??= this.#create();
    const path = [{ name: '', rest: this.#addReferred(schema)[Symbol.iterator]() }];
    const seen = new Set<string>();
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value: name, done } = top.rest.next();
      if (done === true) {
        path.pop();
        if (top.name !== '' && !this.#compiled.has(top.name)) {
          this.#compiled.add(top.name);
          this.#ajv.getSchema(top.name);
          yield;
        }
      } else if (!seen.has(name)) {
        seen.add(name);
        path.push({ name, rest: (this.#added.get(name) ?? [])[Symbol.iterator]() });
      }
    }
  }

  /** Makes known what a schema refers to, and what that refers to; answers what it refers to itself. */
  #addReferred(schema: WrittenSchema): readonly string[] {
    const own = referencesIn(schema);
    const open = [...own];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (this.#added.has(name)) continue;
      const referred = JSON.parse(this.#texts[Number(name.slice(1))] ?? 'true') as WrittenSchema;
      const references = referencesIn(referred);
      this.#added.set(name, references);
      this.#ajv!.addSchema(typeof referred === 'object' ? { ...referred } : referred ? {} : { not: {} }, name);
      open.push(...references);
    }
    return own;
  }

  #create(): Ajv2020 {
    const ajv = new Ajv2020({
      strict: false,
      meta: false,
      validateSchema: false,
      addUsedSchema: false,
      logger: false,
      messages: false,
      inlineRefs: 4,
      multipleOfPrecision: 8,
      allErrors: this.#collects,
      // Saves a third of the time it takes to compile.
      code: { optimize: false, regExp: Object.assign(patternEngine, { code: 'pattern' }) },
    });
    // Costs every reference something, so only where a document uses it.
    ajv.opts.unevaluated = this.#texts.some((text) => text.includes('"unevaluated'));
    // Likewise: it matters only to fields that every object has by birth.
    ajv.opts.ownProperties = this.#texts.some((text) => INHERITED.test(text));
    for (const [name, validate] of Object.entries(TEXT_FORMATS)) ajv.addFormat(name, { type: 'string', validate });
    for (const [name, validate] of Object.entries(NUMBER_FORMATS)) ajv.addFormat(name, { type: 'number', validate });
    ajv.removeKeyword('uniqueItems');
    ajv.addKeyword({ ...UNIQUE_ITEMS });
    ajv.addKeyword({
      keyword: 'circular',
      schemaType: 'boolean',
      errors: false,
      validate: () => {
        this.#visits += 1;
        if (this.#visits > VISITS_MAX) throw new TooManyVisits();
        return true;
      },
    });
    return ajv;
  }
}

const INHERITED =
  /"(?:constructor|hasOwnProperty|isPrototypeOf|propertyIsEnumerable|toLocaleString|toString|valueOf|__\w+__)"/;

function referencesIn(schema: WrittenSchema): readonly string[] {
  const found = new Set<string>();
  const open: unknown[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const [keyword, value] of Object.entries(next)) {
      if (keyword === '$ref' && typeof value === 'string') found.add(value);
      else open.push(value);
    }
  }
  return [...found];
}

const UNIQUE_ITEMS: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  errors: false,
  validate: (isUnique: boolean, items: readonly unknown[]) => !isUnique || areUnique(items),
};

function patternEngine(pattern: string): { test: (text: string) => boolean; toString: () => string } {
  const { test } = compilePattern(pattern);
  return { test, toString: () => pattern };
}

function problemsOf(errors: readonly ErrorObject[] | null | undefined): readonly Problem[] {
  let problems: Problem[] = [];
  for (const error of errors ?? []) {
    if (error.keyword === 'if') continue;
    const problem = problemOf(error);
    // What was wrong inside each alternative is of no help once none of them fits.
    if (problem.kind === 'anyOf' || problem.kind === 'oneOf') {
      problems = problems.filter((one) => !one.pointer.startsWith(problem.pointer));
    }
    problems.push(problem);
  }
  return problems.slice(0, PROBLEMS_MAX);
}

function problemOf({ keyword, instancePath, params }: ErrorObject): Problem {
  const at = (name: string): string => childPointer(instancePath, name);
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return { pointer: at(params.missingProperty), kind: 'required', what: 'is missing' };
    case 'additionalProperties':
      return unknownField(at(params.additionalProperty), params.additionalProperty);
    case 'unevaluatedProperties':
      return unknownField(at(params.unevaluatedProperty), params.unevaluatedProperty);
    case 'propertyNames':
      return { pointer: at(params.propertyName), kind: keyword, what: 'has a name that is not allowed' };
    case 'type':
      return { pointer: instancePath, kind: keyword, what: `must be ${[params.type].flat().join(' or ')}` };
    case 'nullable':
      return { pointer: instancePath, kind: 'type', what: 'must not be null' };
    case 'format':
      return { pointer: instancePath, kind: keyword, what: `must have the format ${params.format}` };
    case 'pattern':
      return { pointer: instancePath, kind: keyword, what: `must match the pattern ${cut(String(params.pattern))}` };
    case 'enum':
      return { pointer: instancePath, kind: keyword, what: 'must be one of the listed values' };
    case 'const':
      return { pointer: instancePath, kind: 'enum', what: 'must be the one value that is allowed' };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return { pointer: instancePath, kind: 'range', what: `must be ${params.comparison} ${params.limit}` };
    case 'multipleOf':
      return { pointer: instancePath, kind: 'range', what: `must be a multiple of ${params.multipleOf}` };
    case 'minLength':
    case 'maxLength':
      return sized(instancePath, keyword, params.limit, 'characters');
    case 'minItems':
    case 'maxItems':
      return sized(instancePath, keyword, params.limit, 'elements');
    case 'minProperties':
    case 'maxProperties':
      return sized(instancePath, keyword, params.limit, 'fields');
    case 'uniqueItems':
      return { pointer: instancePath, kind: keyword, what: 'has an element twice' };
    case 'anyOf':
    case 'oneOf': {
      const isSeveral = keyword === 'oneOf' && params.passingSchemas != null;
      return {
        pointer: instancePath,
        kind: keyword,
        what: isSeveral ? 'fits several alternatives where one is asked for' : 'fits none of the alternatives',
      };
    }
    case 'not':
      return { pointer: instancePath, kind: keyword, what: 'is what the schema rules out' };
    default:
      return { pointer: instancePath, kind: keyword, what: `does not fit \`${keyword}\`` };
  }
}

function unknownField(pointer: string, name: string): Problem {
  return { pointer, kind: 'unknown-field', what: 'is no field of this object', name };
}

function sized(pointer: string, keyword: string, limit: number, unit: string): Problem {
  const isLower = keyword.startsWith('min');
  return { pointer, kind: 'range', what: `must have ${isLower ? 'at least' : 'at most'} ${limit} ${unit}` };
}

const SHOWN_CHARACTERS_MAX = 80;

function cut(text: string): string {
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}
