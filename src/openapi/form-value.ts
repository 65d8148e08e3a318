// Urlencoded and multipart forms as the objects their schemas speak of. What the document says of a field's encoding (style, explode,
// content type: OpenAPI 3.1 §4.8.15) is followed; fields it says nothing of are read the ways clients write them.
import type { WrittenEncoding, WrittenParameter } from '../core/contract.ts';
import { childPointer } from '../core/field.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { type MultipartPart, readParts } from '../decoding/multipart.ts';
import type { FieldTree } from './field-tree.ts';
import { isJsonType, plainMediaType } from './media-type.ts';
import { isNoJson, jsonOf, objectOfForm, type Pairs, scalarOf, valueOfPairs } from './text-values.ts';
import { xmlValueOf } from './xml-value.ts';

export interface FormFault {
  readonly pointer: string;
  readonly kind: 'repeated' | 'format' | 'content-type';
  readonly what: string;
}

export interface FormValue {
  readonly value: Record<string, unknown>;
  readonly faults: readonly FormFault[];
  /** Pointers of what is there and is not looked into: files, and what has a fault already. */
  readonly unread: readonly string[];
}

type Encodings = Readonly<Record<string, WrittenEncoding>>;

const NONE: readonly never[] = [];
const NO_ENCODINGS: Encodings = {};
const REPEATED = 'the field is there several times, the document has it once';

export function formValue(pairs: Pairs, tree: FieldTree, encodings: Encodings = NO_ENCODINGS): FormValue {
  const faults: FormFault[] = [];
  const unread: string[] = [];
  const own: Record<string, unknown> = {};
  const taken = new Set<string>();
  for (const [name, encoding] of Object.entries(encodings)) {
    const field = tree.field(name);
    if (field === undefined || name === '__proto__') continue;
    const isJson = isJsonOnly(encoding.contentTypes);
    if (!isJson && encoding.style === undefined) continue;
    const read = valueOfPairs(parameterOf(name, encoding, isJson), field, pairs);
    if (read === undefined) continue;
    for (const one of read.names) taken.add(one);
    own[name] = isNoJson(read.value) ? '' : read.value;
    if (!isNoJson(read.value)) continue;
    faults.push({ pointer: childPointer('', name), kind: 'format', what: 'the field must be JSON' });
    unread.push(childPointer('', name));
  }
  const rest = taken.size === 0 ? pairs : pairs.filter(([name]) => !taken.has(name));
  faults.push(...repeatedIn(pairs, tree));
  return { value: { ...objectOfForm(rest, tree), ...own }, faults, unread };
}

function parameterOf(name: string, { style, explode }: WrittenEncoding, isJson: boolean): WrittenParameter {
  const written = style ?? 'form';
  return {
    name,
    in: 'query',
    isRequired: false,
    isEmptyAllowed: true,
    style: written,
    explode: explode ?? written === 'form',
    isJson,
    schema: true,
  };
}

function isJsonOnly(types: readonly string[]): boolean {
  return types.length > 0 && types.every(isJsonType);
}

function repeatedIn(pairs: Pairs, tree: FieldTree): readonly FormFault[] {
  const firsts = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, text] of pairs) {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, text);
    else if (first !== text && isSingle(tree.field(name))) repeated.add(name);
  }
  if (repeated.size === 0) return NONE;
  return [...repeated].map((name) => ({ pointer: childPointer('', name), kind: 'repeated', what: REPEATED }));
}

/** A scalar, as far as its schema says. */
function isSingle(field: FieldTree | undefined): boolean {
  const types = field?.types;
  return types !== undefined && types.size > 0 && !types.has('array') && !types.has('object');
}

/** Of a file a document says little more than that it is there. Only for a body that was decoded without fault. */
export function multipartValue(
  bytes: Buffer,
  boundary: string,
  tree: FieldTree,
  encodings: Encodings = NO_ENCODINGS,
): FormValue {
  const faults: FormFault[] = [];
  const unread: string[] = [];
  const texts: [string, string][] = [];
  const value: Record<string, unknown> = {};
  readParts(bytes, boundary, DEFAULT_LIMITS, (part) => {
    const { name } = part;
    if (name === '__proto__') return;
    const base = nameInTree(name, tree);
    const field = tree.field(base);
    const encoding = Object.hasOwn(encodings, base) ? encodings[base] : undefined;
    if (isPlainText(part) && !wantsJson(part, field, encoding)) {
      texts.push([name, part.content.toString('utf8')]);
      return;
    }
    const read = partValue(part, field, encoding, childPointer('', base));
    const list = field?.isList === true ? listAt(value, base) : undefined;
    if (list !== undefined && Array.isArray(read.value) && list.length === 0) list.push(...read.value);
    else if (list !== undefined) list.push(read.value);
    else value[base] = read.value;
    const pointer = list === undefined ? childPointer('', base) : `${childPointer('', base)}/${list.length - 1}`;
    if (read.fault !== undefined) faults.push(read.fault);
    if (read.isUnread) unread.push(pointer);
  });
  const rest = formValue(texts, tree, encodings);
  return {
    value: { ...rest.value, ...value },
    faults: [...faults, ...rest.faults],
    unread: [...unread, ...rest.unread],
  };
}

interface PartValue {
  readonly value: unknown;
  readonly isUnread: boolean;
  readonly fault?: FormFault;
}

function partValue(
  part: MultipartPart,
  field: FieldTree | undefined,
  encoding: WrittenEncoding | undefined,
  pointer: string,
): PartValue {
  const type = plainMediaType(part.contentType);
  const allowed = encoding?.contentTypes ?? NONE;
  if (type !== '' && allowed.length > 0 && !allowed.some((one) => isWithin(type, one))) {
    const what = 'the content type of the part is not one of the document';
    return { value: '', isUnread: true, fault: { pointer, kind: 'content-type', what } };
  }
  if (field === undefined) return { value: '', isUnread: true };
  const text = part.content.length > JSON_BYTES_MAX ? undefined : part.content.toString('utf8');
  if (isJsonType(type) || (type === '' && part.fileName === undefined)) {
    const value = text === undefined ? undefined : jsonOf(text);
    if (value !== undefined) return { value, isUnread: false };
    if (text === undefined) return { value: '', isUnread: true };
    return { value: '', isUnread: true, fault: { pointer, kind: 'format', what: 'the part must be JSON' } };
  }
  // A file of XML is a file, unless its field is an object.
  if (/[/+]xml$/.test(type) && text !== undefined && field.types.has('object')) {
    const read = xmlValueOf(text, field);
    if ('value' in read) return { value: read.value, isUnread: false };
    return { value: '', isUnread: true, fault: { pointer, kind: 'format', what: read.objection } };
  }
  if (part.fileName === undefined && /^text\//.test(type)) {
    return { value: scalarOf(part.content.toString('utf8'), field.types), isUnread: false };
  }
  return { value: '', isUnread: true };
}

const JSON_BYTES_MAX = 256 * 1024;

function isPlainText({ contentType, fileName }: MultipartPart): boolean {
  return fileName === undefined && (contentType === '' || /^text\/plain\b/i.test(contentType));
}

/** Objects are JSON by default (OpenAPI 3.1 §4.8.14.4), though many clients do not say so at the part. */
function wantsJson(
  { contentType, content }: MultipartPart,
  field: FieldTree | undefined,
  encoding: WrittenEncoding | undefined,
): boolean {
  if (contentType !== '' || field === undefined || encoding?.style !== undefined) return false;
  if (isJsonOnly(encoding?.contentTypes ?? NONE)) return true;
  const item = field.isList ? field.items() : field;
  const isObject = item.types.size === 1 && item.types.has('object');
  return isObject && /^\s*[[{]/.test(content.toString('latin1', 0, 64));
}

/** `tags[]`, `address[street]` → the field they are about. */
function nameInTree(name: string, tree: FieldTree): string {
  const bracket = name.indexOf('[');
  return bracket > 0 && tree.field(name) === undefined ? name.slice(0, bracket) : name;
}

function listAt(value: Record<string, unknown>, name: string): unknown[] {
  const known = value[name];
  if (Array.isArray(known)) return known;
  const made: unknown[] = [];
  value[name] = made;
  return made;
}

/** `image/*` takes `image/png`. */
function isWithin(type: string, written: string): boolean {
  return written === type || written === '*/*' || (written.endsWith('/*') && type.startsWith(written.slice(0, -1)));
}
