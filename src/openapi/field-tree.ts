// The fields a schema knows, read off lazily: through references, compositions and alternatives, circles included. Says which fields
// of a value are unknown, which only the server sets, and of which types a text may be.
import type { WrittenSchema } from '../core/contract.ts';
import { childPointer } from '../core/field.ts';

type Keywords = { readonly [keyword: string]: unknown };
type SchemaAt = (reference: string) => WrittenSchema;

const PARTS_MAX = 500;
const FOUND_MAX = 20;

export interface FoundField {
  readonly pointer: string;
  readonly name: string;
}

export class FieldTree {
  /** Everything that is said of one value, whatever alternative holds. */
  readonly #parts: readonly Keywords[];
  readonly #schemaAt: SchemaAt;
  readonly #fields = new Map<string, FieldTree | undefined>();
  #items: FieldTree | undefined;
  /** True when fields beyond the named ones are expressly allowed, or none is named. */
  readonly isOpen: boolean;

  constructor(schemas: readonly WrittenSchema[], schemaAt: SchemaAt) {
    this.#schemaAt = schemaAt;
    const parts: Keywords[] = [];
    this.isOpen = flatten(schemas, schemaAt, parts);
    this.#parts = parts;
  }

  get types(): ReadonlySet<string> {
    const types = new Set<string>();
    for (const { type, enum: values, const: value } of this.#parts) {
      if (type !== undefined) for (const one of [type].flat()) types.add(String(one));
      else
        for (const one of [...(Array.isArray(values) ? values : []), ...(value === undefined ? [] : [value])])
          types.add(typeOf(one));
    }
    return types;
  }

  get names(): readonly string[] {
    return [...new Set(this.#parts.flatMap(({ properties }) => Object.keys((properties as object | undefined) ?? {})))];
  }

  get isReadOnly(): boolean {
    return this.#parts.some((part) => part.readOnly === true);
  }

  field(name: string): FieldTree | undefined {
    if (this.#fields.has(name)) return this.#fields.get(name);
    const schemas = this.#parts.flatMap(({ properties }) =>
      typeof properties === 'object' && properties !== null && Object.hasOwn(properties, name)
        ? [(properties as Record<string, WrittenSchema>)[name]!]
        : [],
    );
    const tree = schemas.length === 0 ? undefined : new FieldTree(schemas, this.#schemaAt);
    this.#fields.set(name, tree);
    return tree;
  }

  items(): FieldTree {
    this.#items ??= new FieldTree(
      this.#parts.flatMap(({ items, prefixItems }) => [
        ...(items === undefined ? [] : [items as WrittenSchema]),
        ...(Array.isArray(prefixItems) ? (prefixItems as WrittenSchema[]) : []),
      ]),
      this.#schemaAt,
    );
    return this.#items;
  }

  /** Fields of a value that the schema neither names nor expressly allows. */
  unknownIn(value: unknown): readonly FoundField[] {
    const found: FoundField[] = [];
    visit(this, value, '', (tree, name, pointer) => {
      if (!tree.isOpen && tree.field(name) === undefined) found.push({ pointer, name });
      return found.length < FOUND_MAX;
    });
    return found;
  }

  readOnlyIn(value: unknown): readonly FoundField[] {
    const found: FoundField[] = [];
    visit(this, value, '', (tree, name, pointer) => {
      if (tree.field(name)?.isReadOnly === true) found.push({ pointer, name });
      return found.length < FOUND_MAX;
    });
    return found;
  }
}

/** Calls for each field of each object, as long as the answer is true. Depth of the value is bounded by its scan. */
function visit(
  tree: FieldTree,
  value: unknown,
  pointer: string,
  onField: (tree: FieldTree, name: string, pointer: string) => boolean,
): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) {
    const items = tree.items();
    return value.every((item, i) => typeof item !== 'object' || visit(items, item, `${pointer}/${i}`, onField));
  }
  for (const [name, child] of Object.entries(value)) {
    const at = childPointer(pointer, name);
    if (!onField(tree, name, at)) return false;
    if (typeof child !== 'object' || child === null) continue;
    const field = tree.field(name);
    if (field !== undefined && !visit(field, child, at, onField)) return false;
  }
  return true;
}

/** Collects into `parts` what is said of the same value; answers whether it is open. */
function flatten(schemas: readonly WrittenSchema[], schemaAt: SchemaAt, parts: Keywords[]): boolean {
  const seen = new Set<string>();
  let isOpen = schemas.length === 0;
  let areNamed = false;
  const open: { readonly schema: WrittenSchema; readonly isAlternative: boolean }[] = schemas.map((schema) => ({
    schema,
    isAlternative: false,
  }));
  for (let next = open.pop(); next !== undefined && parts.length < PARTS_MAX; next = open.pop()) {
    const { schema, isAlternative } = next;
    if (typeof schema === 'boolean') {
      if (schema) isOpen = true;
      continue;
    }
    parts.push(schema);
    const { properties, additionalProperties: additional, $ref, type } = schema;
    if (properties !== undefined) areNamed = true;
    if (additional !== undefined && additional !== false) isOpen = true;
    if (schema.patternProperties !== undefined || schema.propertyNames !== undefined) isOpen = true;
    const isComposed = ['$ref', 'allOf', 'anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined);
    const mayBeObject = type === undefined || [type].flat().includes('object');
    // An alternative that takes any object takes any field.
    if (isAlternative && !isComposed && mayBeObject && properties === undefined) isOpen = true;
    if (typeof $ref === 'string' && !seen.has($ref)) {
      seen.add($ref);
      open.push({ schema: schemaAt($ref), isAlternative });
    }
    for (const part of (schema.allOf as WrittenSchema[] | undefined) ?? [])
      open.push({ schema: part, isAlternative: false });
    for (const keyword of ['anyOf', 'oneOf']) {
      for (const part of (schema[keyword] as WrittenSchema[] | undefined) ?? [])
        open.push({ schema: part, isAlternative: true });
    }
    for (const keyword of ['then', 'else']) {
      if (schema[keyword] !== undefined) open.push({ schema: schema[keyword] as WrittenSchema, isAlternative: false });
    }
    for (const part of Object.values((schema.dependentSchemas as Record<string, WrittenSchema> | undefined) ?? {})) {
      open.push({ schema: part, isAlternative: false });
    }
  }
  return isOpen || !areNamed || parts.length >= PARTS_MAX;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}
