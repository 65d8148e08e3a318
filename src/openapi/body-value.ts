// A held body as the value its schema speaks of. Read only when a schema needs it, after depth and size are known to be bounded.
import type { BodyView, RequestView } from '../core/detector.ts';
import type { Field, FieldSink } from '../core/field.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { headerValue } from '../core/transaction.ts';
import { parseContentType } from '../decoding/content-type.ts';
import { decodeMultipart } from '../decoding/multipart.ts';
import { decodePairs } from '../decoding/target.ts';
import type { FieldTree } from './field-tree.ts';
import { isJsonType } from './media-type.ts';
import { objectOfForm, type Pairs } from './text-values.ts';

export interface ReadBody {
  readonly kind: 'value';
  readonly value: unknown;
  /** Names of form fields that are there several times, and once in the document. */
  readonly repeated: readonly string[];
  /** Names of parts that are there and whose content is not read: files, and JSON inside multipart. */
  readonly unread: readonly string[];
}

export type BodyValue =
  | ReadBody
  | { readonly kind: 'size' | 'format'; readonly what: string }
  /** Of a kind that is not checked: XML, text, bytes. */
  | { readonly kind: 'unread' };

const UNREAD: BodyValue = { kind: 'unread' };
const NONE: readonly string[] = [];

/** `content`: the entry of the document for it. */
export function bodyValueOf(
  request: RequestView,
  content: { readonly mediaType: string; readonly tree: FieldTree | undefined },
  bytesMax: number,
): BodyValue {
  const body = request.body!;
  const tree = content.tree!;
  const type = body.mediaType === '' || content.mediaType.includes('/*') === false ? content.mediaType : body.mediaType;
  if (isJsonType(type) || (type.includes('*') && body.format === 'json')) return jsonValueOf(body, bytesMax, true);
  const isForm = type === 'application/x-www-form-urlencoded';
  if (!isForm && !type.startsWith('multipart/form-data')) return UNREAD;
  if (body.bytes.length > bytesMax * (isForm ? 1 : 8)) return tooLarge(bytesMax);
  if (isForm) {
    if (body.format !== 'form') return UNREAD;
    return formValue(decodePairs(body.bytes.toString('utf8'), DEFAULT_LIMITS.formFieldsMax), tree);
  }
  return body.format === 'multipart' ? multipartValue(request, tree) : UNREAD;
}

/** `isScanned`: its depth is known to be bounded, as that of every request body with fields. */
export function jsonValueOf(body: BodyView, bytesMax: number, isScanned: boolean): BodyValue {
  if (body.format !== 'json')
    return isJsonType(body.mediaType) ? { kind: 'format', what: 'the body is no JSON' } : UNREAD;
  if (body.bytes.length > bytesMax) return tooLarge(bytesMax);
  if (!isScanned && !isShallow(body.bytes, DEFAULT_LIMITS.jsonDepthMax)) {
    return { kind: 'format', what: `the body is nested deeper than ${DEFAULT_LIMITS.jsonDepthMax} levels` };
  }
  const value = body.json();
  if (value === undefined) return { kind: 'format', what: 'the body is no JSON' };
  return { kind: 'value', value, repeated: NONE, unread: NONE };
}

function tooLarge(bytesMax: number): BodyValue {
  return { kind: 'size', what: `the body is larger than the ${bytesMax} bytes that are checked` };
}

/** Linear, and before the parser: depth is what makes recursion over a value dangerous. */
function isShallow(bytes: Buffer, depthMax: number): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === 0x22) {
      i = endOfString(bytes, i + 1);
      if (i === -1) return true;
    } else if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > depthMax) return false;
    } else if (c === 0x7d || c === 0x5d) depth -= 1;
  }
  return true;
}

function endOfString(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === 0x5c) i += 1;
    else if (c === 0x22) return i;
  }
  return -1;
}

function formValue(pairs: Pairs, tree: FieldTree): BodyValue {
  return { kind: 'value', value: objectOfForm(pairs, tree), repeated: repeatedIn(pairs, tree), unread: NONE };
}

function repeatedIn(pairs: Pairs, tree: FieldTree): readonly string[] {
  const firsts = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, text] of pairs) {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, text);
    else if (first !== text) {
      const types = tree.field(name)?.types;
      if (types !== undefined && types.size > 0 && !types.has('array') && !types.has('object')) repeated.add(name);
    }
  }
  return repeated.size === 0 ? NONE : [...repeated];
}

/** Of a file a document says little more than that it is there. */
function multipartValue(request: RequestView, tree: FieldTree): BodyValue {
  const { boundary } = parseContentType(headerValue(request.rawHeaders, 'content-type'));
  if (boundary === undefined) return UNREAD;
  const texts: [string, string][] = [];
  const names = new Set<string>();
  const json = new Set<string>();
  const sink: FieldSink = {
    wanted: -1,
    add: ({ of, name, text, pointer }: Field) => {
      const depth = pointer.split('/').length - 1;
      if (of === 'key' && depth === 1) names.add(text);
      else if (of === 'value' && depth <= 2 && names.has(name)) texts.push([name, text]);
      else if (depth > 1) json.add(pointer.split('/')[1]!);
    },
    skip: () => {},
  };
  decodeMultipart(request.body!.bytes, boundary, DEFAULT_LIMITS, sink);
  const value = objectOfForm(texts, tree);
  const unread = [...names].filter((name) => name !== '__proto__' && (!Object.hasOwn(value, name) || json.has(name)));
  for (const name of unread) value[name] = '';
  return { kind: 'value', value, repeated: NONE, unread };
}
