// An XML body as the value its schema speaks of: properties are elements or attributes by the names that the `xml` keyword gives them
// (OpenAPI 3.1 §4.8.26), lists are repeated elements with or without one around them, texts become the scalars of their schema.
// Namespaces: prefixes are not compared, only the local names.
import { SaxesParser } from 'saxes';
import { childPointer } from '../core/field.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import type { FieldTree } from './field-tree.ts';
import { scalarOf } from './text-values.ts';

interface Element {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: Element[];
  text: string;
  isNil: boolean;
}

export type XmlValue =
  /** Pointers of what is there several times, and once in the document. */
  { readonly value: unknown; readonly repeated: readonly string[] } | { readonly objection: string };

/** Never throws. Bounded in depth and size by itself: answers were not decoded before. */
export function xmlValueOf(text: string, tree: FieldTree): XmlValue {
  const root = rootOf(text);
  if (root === undefined) return { objection: 'the body is no well-formed XML, or too deep or large' };
  const { name } = tree.xml;
  if (name !== undefined && localName(name) !== root.name) {
    return { objection: `the outermost element must be \`${name.slice(0, 80)}\`` };
  }
  const repeated: string[] = [];
  return { value: elementValue(root, tree, '', repeated), repeated };
}

function elementValue(element: Element, tree: FieldTree, pointer: string, repeated: string[]): unknown {
  if (element.isNil) return null;
  const { types, names } = tree;
  if (tree.isList) return listValue(element, tree, pointer, repeated);
  const isPlain = element.children.length === 0 && element.attributes.length === 0;
  const isScalar = [...types].some((type) => type !== 'object' && type !== 'array');
  const isObject = types.has('object') || names.length > 0;
  // A scalar with elements inside is none.
  if (element.children.length > 0 || (isObject && !(isPlain && isScalar))) {
    return objectValue(element, tree, pointer, repeated);
  }
  return scalarOf(types.size === 0 || types.has('string') ? element.text : element.text.trim(), types);
}

function listValue({ children }: Element, tree: FieldTree, pointer: string, repeated: string[]): unknown[] {
  return children.map((one, i) => elementValue(one, tree.items(), childPointer(pointer, i), repeated));
}

function objectValue(element: Element, tree: FieldTree, pointer: string, repeated: string[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const byElement = new Map<string, string>();
  const byAttribute = new Map<string, string>();
  for (const property of tree.names) {
    const field = tree.field(property)!;
    const { isAttribute, isText, isWrapped, name = property } = field.xml;
    if (isText) value[property] = scalarOf(element.text.trim(), field.types);
    else if (isAttribute) byAttribute.set(localName(name), property);
    else byElement.set(localName(field.isList && !isWrapped ? (field.items().xml.name ?? name) : name), property);
  }
  for (const [name, text] of element.attributes) {
    const property = byAttribute.get(name);
    if (property === undefined) value[`@${name}`] = text;
    else value[property] = scalarOf(text, tree.field(property)!.types);
  }
  for (const child of element.children) {
    const property = byElement.get(child.name) ?? child.name;
    if (property === '__proto__') continue;
    const field = tree.field(property);
    const at = childPointer(pointer, property);
    const known = Object.hasOwn(value, property) ? value[property] : undefined;
    if (field === undefined) value[property] = known ?? generic(child);
    else if (field.isList) {
      const list = Array.isArray(known) ? known : [];
      if (field.xml.isWrapped) list.push(...listValue(child, field, at, repeated));
      else list.push(elementValue(child, field.items(), childPointer(at, list.length), repeated));
      value[property] = list;
    } else if (known === undefined) value[property] = elementValue(child, field, at, repeated);
    else if (!field.types.has('array') && !repeated.includes(at) && repeated.length < REPEATED_MAX) repeated.push(at);
  }
  return value;
}

const REPEATED_MAX = 20;

/** Of an element that no schema speaks of only the names matter. */
function generic({ children, text }: Element): unknown {
  if (children.length === 0) return text;
  return Object.fromEntries(
    children.filter(({ name }) => name !== '__proto__').map((child) => [child.name, generic(child)]),
  );
}

function rootOf(text: string): Element | undefined {
  const parser = new SaxesParser({ xmlns: false, fragment: false, position: false });
  const open: Element[] = [];
  let root: Element | undefined;
  let nodes = 0;
  let isWrong = false;
  parser.on('error', () => {
    isWrong = true;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const written = Object.entries(attributes as Record<string, string>);
    nodes += 1 + written.length;
    if (nodes > DEFAULT_LIMITS.xmlNodesMax || open.length >= DEFAULT_LIMITS.xmlDepthMax) isWrong = true;
    if (isWrong) return;
    const element: Element = {
      name: localName(name),
      // `xmlns`, `xml:lang`, `xsi:type` are of XML itself.
      attributes: written
        .filter(([one]) => !/^(?:xmlns|xml|xsi)(?::|$)/.test(one))
        .map(([one, value]) => [localName(one), value] as const),
      children: [],
      text: '',
      isNil: written.some(([one, value]) => one === 'xsi:nil' && /^(?:true|1)$/.test(value)),
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  try {
    parser.write(text).close();
  } catch {
    return undefined;
  }
  return isWrong ? undefined : root;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
