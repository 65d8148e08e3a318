// Schemas of Swagger 2, OpenAPI 3.0 (their own dialects of JSON Schema) and 3.1/3.2 (2020-12) → one dialect, 2020-12, by a list of
// vetted keywords; each schema that is referred to once, under a number. A schema is made for one direction: what is readOnly is not
// required of requests, what is writeOnly not of responses.
// Invariants: references between schemas end in numbers only; a schema that refers to itself without going a level down is refused;
// patterns are ones that can be matched in linear time.
import type { ContractNote, WrittenSchema } from '../core/contract.ts';
import { patternFault } from './patterns.ts';
import { type DocumentFiles, DocumentRefused, isMapping, type Place, referenceOf } from './references.ts';

export type Dialect = 'swagger-2' | 'openapi-3.0' | 'openapi-3.1';
export type SchemaDirection = 'request' | 'response';

const SCHEMAS_MAX = 20_000;
const NOTES_MAX = 200;
const DEPTH_MAX = 100;
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
const COUNTS = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minContains',
  'maxContains',
];

interface Entry {
  readonly place: Place;
  readonly direction: SchemaDirection;
  schema: Record<string, unknown> | boolean;
  /** Numbers of schemas it refers to, and those it refers to without going a level down. */
  readonly refersTo: Set<number>;
  readonly isAlso: Set<number>;
}

interface Scope {
  readonly direction: SchemaDirection;
  /** Names that the schemas around say are not required in this direction. */
  readonly optional: ReadonlySet<string>;
  readonly depth: number;
  /** True while no level of the value was entered. */
  readonly isSameLevel: boolean;
}

const NONE: ReadonlySet<string> = new Set();

export class SchemaTable {
  readonly notes: ContractNote[] = [];
  readonly #files: DocumentFiles;
  readonly #dialect: Dialect;
  readonly #numbers = new Map<string, number>();
  readonly #entries: Entry[] = [];
  #current: Pick<Entry, 'refersTo' | 'isAlso'> | undefined;

  constructor(files: DocumentFiles, dialect: Dialect) {
    this.#files = files;
    this.#dialect = dialect;
  }

  /** The schema at a place; what it refers to gets numbers. */
  convert(place: Place, direction: SchemaDirection): WrittenSchema {
    const schema = this.#schema(place, { direction, optional: NONE, depth: 0, isSameLevel: true });
    this.#convertReferred();
    return schema;
  }

  /** Every numbered schema as text. @throws DocumentRefused for one that never ends */
  texts(): string[] {
    this.#refuseEndless();
    const inCircles = this.#circles();
    return this.#entries.map(({ schema }, i) =>
      JSON.stringify(inCircles.has(i) && typeof schema === 'object' ? { circular: true, ...schema } : schema),
    );
  }

  note(place: Pick<Place, 'path'>, message: string): void {
    if (this.notes.length >= NOTES_MAX) return;
    const pointer = place.path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    this.notes.push({ pointer, message });
  }

  #convertReferred(): void {
    for (const entry of this.#entries.filter((one) => one.schema === PENDING)) this.#convertEntry(entry);
    if (this.#entries.some((one) => one.schema === PENDING)) this.#convertReferred();
  }

  #convertEntry(entry: Entry): void {
    this.#current = entry;
    const scope = { direction: entry.direction, optional: NONE, depth: 0, isSameLevel: true };
    entry.schema = this.#schema(entry.place, scope) as Record<string, unknown> | boolean;
    this.#current = undefined;
  }

  #schema(place: Place, scope: Scope): WrittenSchema {
    const { value } = place;
    if (typeof value === 'boolean') return value;
    if (!isMapping(value)) throw new DocumentRefused(place, 'a schema is an object');
    if (scope.depth > DEPTH_MAX) throw new DocumentRefused(place, `schemas nested deeper than ${DEPTH_MAX} levels`);
    const reference = referenceOf(value);
    const referred = reference === undefined ? undefined : this.#referred(reference, place, scope);
    // Beside a reference other keywords count since 3.1 only.
    if (referred !== undefined && this.#dialect !== 'openapi-3.1') {
      const isNullable = value.nullable === true || value['x-nullable'] === true;
      return annotated(isNullable ? { anyOf: [{ type: 'null' }, referred] } : referred, value);
    }
    const own = this.#keywords(place, value, scope);
    const schema = referred === undefined ? own : { ...referred, ...own };
    return annotated(schema, value);
  }

  #referred(reference: string, place: Place, scope: Scope): Record<string, unknown> {
    const target = this.#files.resolve(reference, place);
    // A file that is missing: the whole is made again when it is there.
    if (target === undefined) return {};
    const key = `${target.file}#${target.path.map((token) => token.replaceAll('/', '~1')).join('/')} ${scope.direction}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      if (this.#entries.length >= SCHEMAS_MAX) throw new DocumentRefused(place, `more than ${SCHEMAS_MAX} schemas`);
      number = this.#entries.length;
      this.#numbers.set(key, number);
      this.#entries.push({
        place: target,
        direction: scope.direction,
        schema: PENDING,
        refersTo: new Set(),
        isAlso: new Set(),
      });
    }
    this.#current?.refersTo.add(number);
    if (scope.isSameLevel) this.#current?.isAlso.add(number);
    return { $ref: `s${number}` };
  }

  #keywords(place: Place, value: Readonly<Record<string, unknown>>, scope: Scope): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    const has = (name: string): boolean => value[name] !== undefined;
    const same: Scope = { ...scope, depth: scope.depth + 1 };
    const below: Scope = { ...same, optional: NONE, isSameLevel: false };
    const at = (name: string): Place => this.#files.child(place, name);
    const one = (name: string, to: Scope): void => {
      if (has(name)) out[name] = this.#schema(at(name), to);
    };
    const many = (name: string, to: Scope): WrittenSchema[] =>
      this.#listOf(at(name)).map((item) => this.#schema(item, to));
    const named = (name: string, to: Scope): Record<string, WrittenSchema> =>
      Object.fromEntries(
        this.#namesOf(at(name)).map((key) => [key, this.#schema(this.#files.child(at(name), key), to)]),
      );

    this.#types(place, value, out);
    for (const name of COUNTS) {
      if (!has(name)) continue;
      const count = value[name];
      if (typeof count === 'number' && Number.isInteger(count) && count >= 0) out[name] = count;
      else this.note(at(name), `\`${name}\` is no whole number; it is not checked`);
    }
    this.#numberBounds(place, value, out);
    if (has('pattern')) this.#pattern(at('pattern'), out);
    if (typeof value.format === 'string') out.format = value.format;
    if (value.uniqueItems === true) out.uniqueItems = true;
    if (Array.isArray(value.enum) && value.enum.length > 0) out.enum = value.enum;
    if (has('const') && this.#dialect === 'openapi-3.1') out.const = value.const;

    if (Array.isArray(value.items)) out.prefixItems = many('items', below);
    else one('items', below);
    if (has('prefixItems')) out.prefixItems = many('prefixItems', below);
    for (const name of ['contains', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties']) one(name, below);
    if (has('properties')) out.properties = named('properties', below);
    if (has('patternProperties')) {
      const kept = Object.entries(named('patternProperties', below)).filter(([pattern]) => {
        const fault = patternFault(pattern);
        if (fault !== undefined) this.note(at('patternProperties'), `\`${pattern}\`: ${fault}; it is not checked`);
        return fault === undefined;
      });
      out.patternProperties = Object.fromEntries(kept);
      // Names that a dropped pattern takes must not count as unknown.
      if (kept.length < this.#namesOf(at('patternProperties')).length) delete out.additionalProperties;
    }
    if (has('additionalProperties') && !this.#hasDroppedPattern(value)) one('additionalProperties', below);
    const optional = new Set([...scope.optional, ...this.#notRequiredIn(place, scope.direction)]);
    this.#required(at('required'), optional, out);
    this.#dependencies(place, value, named, same, out);

    const inner: Scope = { ...same, optional };
    if (has('allOf')) out.allOf = many('allOf', inner);
    if (has('anyOf')) out.anyOf = many('anyOf', inner);
    if (has('oneOf')) {
      // The discriminator says which one is meant; documents seldom make the others impossible.
      const name = isMapping(value.discriminator) && out.anyOf === undefined ? 'anyOf' : 'oneOf';
      out[name] = many('oneOf', inner);
    }
    for (const name of ['not', 'if', 'then', 'else']) one(name, same);
    return this.#nullable(value, out);
  }

  #types(place: Place, value: Readonly<Record<string, unknown>>, out: Record<string, unknown>): void {
    if (value.type === undefined || value.type === 'file') return;
    const written = Array.isArray(value.type) ? value.type : [value.type];
    const types = written.filter((type): type is string => typeof type === 'string' && TYPES.has(type));
    if (types.length < written.length) {
      this.note(
        this.#files.child(place, 'type'),
        `\`${String(value.type)}\` is no type of JSON Schema; it is not checked`,
      );
      return;
    }
    if (types.length > 0) out.type = types.length === 1 ? types[0] : [...new Set(types)];
  }

  #numberBounds(place: Place, value: Readonly<Record<string, unknown>>, out: Record<string, unknown>): void {
    for (const name of NUMBERS) {
      const bound = value[name];
      if (bound === undefined || typeof bound === 'boolean') continue;
      if (typeof bound === 'number') out[name] = bound;
      else this.note(this.#files.child(place, name), `\`${name}\` is no number; it is not checked`);
    }
    // Before 3.1 `exclusiveMinimum: true` says how `minimum` is meant.
    for (const [exclusive, bound] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const) {
      if (value[exclusive] !== true || out[bound] === undefined) continue;
      out[exclusive] = out[bound];
      delete out[bound];
    }
    if (typeof value.multipleOf === 'number' && value.multipleOf > 0) out.multipleOf = value.multipleOf;
  }

  #pattern(place: Place, out: Record<string, unknown>): void {
    const { value } = place;
    const fault = typeof value === 'string' ? patternFault(value) : 'a pattern is a text';
    if (fault === undefined) out.pattern = value;
    else this.note(place, `${fault}; it is not checked`);
  }

  #required(place: Place, optional: ReadonlySet<string>, out: Record<string, unknown>): void {
    const { value } = place;
    if (value === undefined || typeof value === 'boolean') return;
    if (!Array.isArray(value)) {
      this.note(place, '`required` is no list; it is not checked');
      return;
    }
    const names = [...new Set(value.filter((name): name is string => typeof name === 'string' && !optional.has(name)))];
    if (names.length > 0) out.required = names;
  }

  #dependencies(
    place: Place,
    value: Readonly<Record<string, unknown>>,
    named: (name: string, to: Scope) => Record<string, WrittenSchema>,
    same: Scope,
    out: Record<string, unknown>,
  ): void {
    if (isMapping(value.dependentRequired)) {
      out.dependentRequired = Object.fromEntries(
        Object.entries(value.dependentRequired).map(([name, list]) => [
          name,
          Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [],
        ]),
      );
    }
    if (value.dependentSchemas !== undefined) out.dependentSchemas = named('dependentSchemas', same);
    for (const name of ['$dynamicRef', '$recursiveRef', 'dependencies']) {
      if (value[name] !== undefined) this.note(this.#files.child(place, name), `\`${name}\` is not checked`);
    }
  }

  /** `nullable: true` of 3.0 takes null as well, whatever else the schema says. */
  #nullable(value: Readonly<Record<string, unknown>>, out: Record<string, unknown>): Record<string, unknown> {
    if (value.nullable !== true && value['x-nullable'] !== true) return out;
    const isPlain = ['allOf', 'anyOf', 'oneOf', 'not', 'if', '$ref'].every((name) => out[name] === undefined);
    if (!isPlain) return { anyOf: [{ type: 'null' }, out] };
    if (out.type !== undefined) out.type = [...new Set([out.type, 'null'].flat())];
    if (Array.isArray(out.enum) && !out.enum.includes(null)) out.enum = [...out.enum, null];
    return out;
  }

  #hasDroppedPattern(value: Readonly<Record<string, unknown>>): boolean {
    return isMapping(value.patternProperties) && Object.keys(value.patternProperties).some((one) => patternFault(one));
  }

  /** Properties of this schema, through `allOf` and references, that the other side alone sends. */
  #notRequiredIn(place: Place, direction: SchemaDirection): ReadonlySet<string> {
    const names = new Set<string>();
    const seen = new Set<unknown>();
    const open: Place[] = [place];
    for (let next = open.pop(); next !== undefined && seen.size < 200; next = open.pop()) {
      const at = this.#files.follow(next);
      if (at === undefined || seen.has(at.value) || !isMapping(at.value)) continue;
      seen.add(at.value);
      if (isMapping(at.value.properties)) {
        const properties = this.#files.child(at, 'properties');
        for (const name of Object.keys(at.value.properties)) {
          if (this.#isOfOtherSide(this.#files.child(properties, name), direction)) names.add(name);
        }
      }
      if (Array.isArray(at.value.allOf)) open.push(...this.#listOf(this.#files.child(at, 'allOf')));
    }
    return names;
  }

  #isOfOtherSide(property: Place, direction: SchemaDirection): boolean {
    const word = direction === 'request' ? 'readOnly' : 'writeOnly';
    if (!isMapping(property.value)) return false;
    if (property.value[word] === true) return true;
    const target = this.#files.follow(property)?.value;
    return isMapping(target) && target[word] === true;
  }

  #listOf(place: Place): Place[] {
    if (!Array.isArray(place.value)) throw new DocumentRefused(place, 'a list of schemas belongs here');
    return place.value.map((_, i) => this.#files.child(place, i));
  }

  #namesOf(place: Place): string[] {
    if (!isMapping(place.value)) throw new DocumentRefused(place, 'schemas by name belong here');
    // A property of this name would be read as an instruction by everything that copies objects.
    return Object.keys(place.value).filter((name) => name !== '__proto__');
  }

  /** `A: {$ref: B}, B: {$ref: A}` says nothing, and would be checked for ever. */
  #refuseEndless(): void {
    const circle = firstCircle(this.#entries.map((entry) => entry.isAlso));
    if (circle !== undefined) {
      throw new DocumentRefused(this.#entries[circle]!.place, 'this schema is defined by itself alone');
    }
  }

  /** Schemas that lead back to themselves, one of each circle at least. */
  #circles(): ReadonlySet<number> {
    const found = new Set<number>();
    walk(
      this.#entries.map((entry) => entry.refersTo),
      (number) => void found.add(number),
    );
    return found;
  }
}

const PENDING: Record<string, unknown> = {};

/** Kept as they are: what a field is for is read from them. */
function annotated(schema: Record<string, unknown>, value: Readonly<Record<string, unknown>>): WrittenSchema {
  const out = { ...schema };
  if (value.readOnly === true) out.readOnly = true;
  if (value.writeOnly === true) out.writeOnly = true;
  if (isMapping(value.xml)) out.xml = value.xml;
  return out;
}

function firstCircle(edges: readonly ReadonlySet<number>[]): number | undefined {
  let first: number | undefined;
  walk(edges, (number) => {
    first ??= number;
  });
  return first;
}

/** Depth first without recursion; tells of every schema that is reached from inside itself. */
function walk(edges: readonly ReadonlySet<number>[], onCircle: (number: number) => void): void {
  const state = new Uint8Array(edges.length);
  for (let start = 0; start < edges.length; start++) {
    if (state[start] !== 0) continue;
    const path: { number: number; rest: Iterator<number> }[] = [];
    const enter = (number: number): void => {
      state[number] = 1;
      path.push({ number, rest: edges[number]![Symbol.iterator]() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value, done } = top.rest.next();
      if (done === true) {
        state[top.number] = 2;
        path.pop();
      } else if (state[value] === 1) onCircle(value);
      else if (state[value] === 0) enter(value);
    }
  }
}
