// Texts of parameters and form fields → the values their schemas speak of: numbers, truth values, lists and objects, by the style the
// document states (OpenAPI 3.1 §4.8.12.2; Swagger 2 collectionFormat). A text that is no such value stays a text, and its
// schema says so.
import type { WrittenParameter } from '../core/contract.ts';
import type { FieldTree } from './field-tree.ts';
import { isShallow } from './read-text.ts';

export type Pairs = readonly (readonly [name: string, value: string])[];

const JSON_CHARACTERS_MAX = 256 * 1024;
const JSON_DEPTH_MAX = 64;
const NUMBER = /^-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?$/;
const ABSENT = Symbol('absent');

/** A text as one of the types its schema allows. */
export function scalarOf(text: string, types: ReadonlySet<string>): unknown {
  if (types.size === 0 || types.has('string')) return text;
  if ((types.has('integer') || types.has('number')) && NUMBER.test(text)) return Number(text);
  if (types.has('boolean')) {
    if (/^(?:true|1)$/i.test(text)) return true;
    if (/^(?:false|0)$/i.test(text)) return false;
  }
  if (types.has('null') && (text === '' || text === 'null')) return null;
  if ((types.has('object') || types.has('array')) && /^\s*[[{]/.test(text)) return jsonOf(text) ?? text;
  return text;
}

/** Undefined for what is no JSON, or too long or deep to be read. */
export function jsonOf(text: string): unknown {
  if (text.length > JSON_CHARACTERS_MAX || !isShallow(text, JSON_DEPTH_MAX)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface ParameterValue {
  readonly value: unknown;
  /** Names of the pairs it was made of. */
  readonly names: readonly string[];
}

/** A query, form or cookie parameter out of its pairs; undefined when it is not there. */
export function valueOfPairs(parameter: WrittenParameter, tree: FieldTree, pairs: Pairs): ParameterValue | undefined {
  const { name, style } = parameter;
  const { types } = tree;
  const own = pairs.filter(([one]) => one === name);
  if (types.has('object') && !parameter.isJson) {
    const object = objectOf(parameter, tree, pairs);
    if (object !== undefined) return object;
    if (own.length === 0) return undefined;
  }
  if (types.has('array') && !parameter.isJson) {
    // `ids[]=1&ids[]=2` is how many clients write a list, whatever the document calls it.
    const lists = own.length > 0 ? own : pairs.filter(([one]) => one === `${name}[]`);
    if (lists.length === 0) return undefined;
    const separator = { pipeDelimited: '|', spaceDelimited: ' ', tabDelimited: '\t' }[style] ?? ',';
    const isSplit = !parameter.explode && lists.length === 1;
    const texts = isSplit ? lists[0]![1].split(separator) : lists.map(([, text]) => text);
    const items = tree.items().types;
    return { value: texts.map((text) => scalarOf(text, items)), names: [lists[0]![0]] };
  }
  const [first] = own;
  if (first === undefined) return undefined;
  return { value: textValue(parameter, first[1], tree), names: [name] };
}

function objectOf(parameter: WrittenParameter, tree: FieldTree, pairs: Pairs): ParameterValue | undefined {
  const { name, style, explode } = parameter;
  const value: Record<string, unknown> = {};
  const names: string[] = [];
  for (const [key, text] of pairs) {
    if (key.startsWith(`${name}[`) && key.endsWith(']')) {
      const path = key.slice(name.length + 1, -1).split('][');
      put(value, path, text, tree);
      names.push(key);
    } else if (style === 'form' && explode && tree.field(key) !== undefined) {
      value[key] = scalarOf(text, tree.field(key)!.types);
      names.push(key);
    } else if (key === name && !explode && !/^\s*\{/.test(text)) {
      return { value: alternating(text.split(','), tree), names: [name] };
    }
  }
  return names.length === 0 ? undefined : { value, names };
}

const PATH_MAX = 8;

function put(target: Record<string, unknown>, path: readonly string[], text: string, tree: FieldTree): void {
  let at = target;
  let known: FieldTree | undefined = tree;
  for (const [i, token] of path.slice(0, PATH_MAX).entries()) {
    known = known?.field(token);
    // Own properties only: a name out of a request must not reach into prototypes.
    if (token === '__proto__') return;
    if (i === Math.min(path.length, PATH_MAX) - 1) {
      at[token] = scalarOf(text, known?.types ?? new Set());
      return;
    }
    const next: unknown = Object.hasOwn(at, token) ? at[token] : undefined;
    if (typeof next === 'object' && next !== null) at = next as Record<string, unknown>;
    else {
      const made: Record<string, unknown> = {};
      at[token] = made;
      at = made;
    }
  }
}

/** `role,admin,name,ann` → an object. */
function alternating(texts: readonly string[], tree: FieldTree): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (let i = 0; i + 1 < texts.length; i += 2) {
    const name = texts[i]!;
    if (name !== '__proto__') value[name] = scalarOf(texts[i + 1]!, tree.field(name)?.types ?? new Set());
  }
  return value;
}

/** A path or header parameter. */
export function valueOfText(parameter: WrittenParameter, tree: FieldTree, text: string): unknown {
  const { types } = tree;
  let plain = text;
  if (parameter.style === 'label' && plain.startsWith('.')) plain = plain.slice(1);
  else if (parameter.style === 'matrix' && plain.startsWith(`;${parameter.name}=`)) {
    plain = plain.slice(parameter.name.length + 2);
  }
  if (parameter.isJson) return textValue(parameter, plain, tree);
  if (types.has('array')) {
    const items = tree.items().types;
    return plain === '' ? [] : plain.split(',').map((one) => scalarOf(one.trim(), items));
  }
  if (types.has('object') && !/^\s*\{/.test(plain)) {
    if (!parameter.explode) return alternating(plain.split(','), tree);
    return alternating(
      plain.split(',').flatMap((pair) => {
        const equals = pair.indexOf('=');
        return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
      tree,
    );
  }
  return scalarOf(plain, types);
}

function textValue(parameter: WrittenParameter, text: string, tree: FieldTree): unknown {
  if (!parameter.isJson) return scalarOf(text, tree.types);
  const value = jsonOf(text);
  return value === undefined ? ABSENT : value;
}

/** True for the text of a JSON parameter that is no JSON. */
export function isNoJson(value: unknown): boolean {
  return value === ABSENT;
}

/** Pairs of a form body as the object its schema describes. */
export function objectOfForm(pairs: Pairs, tree: FieldTree): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [key, text] of pairs) {
    const bracket = key.indexOf('[');
    const name = bracket > 0 && tree.field(key) === undefined ? key.slice(0, bracket) : key;
    if (name === '__proto__') continue;
    const field = tree.field(name);
    const types = field?.types ?? new Set<string>();
    if (field !== undefined && types.has('array')) {
      const items = scalarOf(text, field.items().types);
      const known = Object.hasOwn(value, name) ? value[name] : undefined;
      const whole = !Array.isArray(known) && /^\s*\[/.test(text) ? jsonOf(text) : undefined;
      value[name] = Array.isArray(whole) ? whole : [...(Array.isArray(known) ? known : []), items];
    } else if (name !== key && key.endsWith(']')) {
      const inner = Object.hasOwn(value, name) ? value[name] : undefined;
      const target = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
      value[name] = target;
      if (field !== undefined) put(target, key.slice(bracket + 1, -1).split(']['), text, field);
    } else value[name] = scalarOf(text, types);
  }
  return value;
}
