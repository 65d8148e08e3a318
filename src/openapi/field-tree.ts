// The fields a schema knows, read off lazily: through references, compositions and alternatives, circles included. Says which fields
// of a value are unknown, which only the server sets, and of which types a text may be.
import type { WrittenSchema } from '../core/contract.ts';
import { childPointer } from '../core/field.ts';

type Keywords = { readonly [keyword: string]: unknown };
type SchemaAt = (reference: string) => WrittenSchema;

const PARTS_MAX = 500;
const FOUND_MAX = 20;
const NAMES_REMEMBERED_MAX = 1_000;

export interface FoundField {
  readonly pointer: string;
  readonly name: string;
}

export interface FoundFields {
  /** Fields that the schema neither names nor expressly allows. */
  readonly unknown: readonly FoundField[];
  readonly readOnly: readonly FoundField[];
}

/** How a value is written in XML. */
export interface XmlShape {
  readonly name?: string;
  readonly isAttribute: boolean;
  /** Of a list: an element stands around its elements. */
  readonly isWrapped: boolean;
  /** The text of the element around it. */
  readonly isText: boolean;
}

const PLAIN_XML: XmlShape = { isAttribute: false, isWrapped: false, isText: false };

export class FieldTree {
  /** Everything that is said of one value, whatever alternative holds. */
  readonly #parts: readonly Keywords[];
  readonly #schemaAt: SchemaAt;
  readonly #fields = new Map<string, FieldTree | undefined>();
  #items: FieldTree | undefined;
  #types: ReadonlySet<string> | undefined;
  #names: readonly string[] | undefined;
  #xml: XmlShape | undefined;
  /** True when fields beyond the named ones are expressly allowed, or none is named. */
  readonly isOpen: boolean;
  readonly isReadOnly: boolean;

  constructor(schemas: readonly WrittenSchema[], schemaAt: SchemaAt) {
    this.#schemaAt = schemaAt;
    const parts: Keywords[] = [];
    this.isOpen = flatten(schemas, schemaAt, parts);
    this.#parts = parts;
    this.isReadOnly = parts.some((part) => part.readOnly === true);
  }

  get types(): ReadonlySet<string> {
    this.#types ??= this.#readTypes();
    return this.#types;
  }

  #readTypes(): ReadonlySet<string> {
    const types = new Set<string>();
    for (const { type, enum: values, const: value } of this.#parts) {
      if (type !== undefined) for (const one of [type].flat()) types.add(String(one));
      else
        for (const one of [...(Array.isArray(values) ? values : []), ...(value === undefined ? [] : [value])])
          types.add(typeOf(one));
    }
    return types;
  }

  /** A list and nothing else. */
  get isList(): boolean {
    const { types } = this;
    return types.has('array') && !types.has('object');
  }

  get xml(): XmlShape {
    this.#xml ??= this.#readXml();
    return this.#xml;
  }

  #readXml(): XmlShape {
    let shape = PLAIN_XML;
    for (const { xml } of this.#parts) {
      if (typeof xml !== 'object' || xml === null) continue;
      const { name, attribute, wrapped, nodeType } = xml as Keywords;
      shape = {
        ...shape,
        ...(typeof name === 'string' ? { name } : {}),
        isAttribute: shape.isAttribute || attribute === true || nodeType === 'attribute',
        // OpenAPI 3.2 says it by the kind of node.
        isWrapped: shape.isWrapped || wrapped === true || nodeType === 'element',
        isText: shape.isText || nodeType === 'text' || nodeType === 'cdata',
      };
    }
    return shape;
  }

  get names(): readonly string[] {
    this.#names ??= [
      ...new Set(this.#parts.flatMap(({ properties }) => Object.keys((properties as object | undefined) ?? {}))),
    ];
    return this.#names;
  }

  field(name: string): FieldTree | undefined {
    const known = this.#fields.get(name);
    if (known !== undefined || this.#fields.has(name)) return known;
    const schemas = this.#parts.flatMap(({ properties }) =>
      typeof properties === 'object' && properties !== null && Object.hasOwn(properties, name)
        ? [(properties as Record<string, WrittenSchema>)[name]!]
        : [],
    );
    const tree = schemas.length === 0 ? undefined : new FieldTree(schemas, this.#schemaAt);
    // Names out of messages are remembered too, and there is no end of them.
    if (tree !== undefined || this.#fields.size < NAMES_REMEMBERED_MAX) this.#fields.set(name, tree);
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

  /** What of a value's fields is unknown, and what only the server sets. */
  look(value: unknown): FoundFields {
    const found: { unknown: FoundField[]; readOnly: FoundField[] } = { unknown: [], readOnly: [] };
    visit(this, value, [], found);
    return found;
  }
}

/** Looks at each field of each object once. Depth of the value is bounded by its scan. */
function visit(
  tree: FieldTree,
  value: object | unknown,
  path: (string | number)[],
  found: { readonly unknown: FoundField[]; readonly readOnly: FoundField[] },
): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const items = tree.items();
    for (let i = 0; i < value.length; i++) {
      if (typeof value[i] !== 'object') continue;
      path.push(i);
      visit(items, value[i], path, found);
      path.pop();
    }
    return;
  }
  const { isOpen } = tree;
  // A value of JSON.parse has own fields only.
  for (const name in value) {
    const field = tree.field(name);
    if (field === undefined) {
      if (!isOpen && found.unknown.length < FOUND_MAX) found.unknown.push(foundAt(path, name));
      continue;
    }
    if (field.isReadOnly && found.readOnly.length < FOUND_MAX) found.readOnly.push(foundAt(path, name));
    const child = (value as Record<string, unknown>)[name];
    if (typeof child !== 'object' || child === null) continue;
    path.push(name);
    visit(field, child, path, found);
    path.pop();
  }
}

function foundAt(path: readonly (string | number)[], name: string): FoundField {
  let pointer = '';
  for (const token of path) pointer = childPointer(pointer, token);
  return { pointer: childPointer(pointer, name), name };
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
