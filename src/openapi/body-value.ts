// A held body as the value its schema speaks of. Read only when a schema needs it, after depth and size are known to be bounded.
import type { WrittenContent } from '../core/contract.ts';
import type { BodyView, RequestView } from '../core/detector.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { headerValue } from '../core/transaction.ts';
import { parseContentType } from '../decoding/content-type.ts';
import { decodePairs } from '../decoding/target.ts';
import type { FieldTree } from './field-tree.ts';
import { type FormFault, formValue, multipartValue } from './form-value.ts';
import { isJsonType } from './media-type.ts';
import { xmlValueOf } from './xml-value.ts';

export interface ReadBody {
  readonly kind: 'value';
  readonly value: unknown;
  /** What is wrong with the way it is written, whatever its schema says of the value. */
  readonly faults: readonly FormFault[];
  /** Pointers of what is there and is not looked into: files. */
  readonly unread: readonly string[];
}

export type BodyValue =
  | ReadBody
  | { readonly kind: 'size' | 'format'; readonly what: string }
  /** Of a kind that is not checked: text, bytes. */
  | { readonly kind: 'unread' };

const UNREAD: BodyValue = { kind: 'unread' };
const NONE: readonly never[] = [];

interface Entry {
  readonly mediaType: string;
  readonly encodings: WrittenContent['encodings'];
  readonly tree: FieldTree | undefined;
}

/** `content`: the entry of the document for it. */
export function bodyValueOf(request: RequestView, content: Entry, bytesMax: number): BodyValue {
  const body = request.body!;
  const tree = content.tree!;
  const type = body.mediaType === '' || content.mediaType.includes('/*') === false ? content.mediaType : body.mediaType;
  if (isJsonType(type) || (type.includes('*') && body.format === 'json')) return jsonValueOf(body, bytesMax, true);
  if (isXmlType(type) || (type.includes('*') && body.format === 'xml')) return xmlValue(body, tree, bytesMax);
  const isForm = type === 'application/x-www-form-urlencoded';
  if (!isForm && type !== 'multipart/form-data') return UNREAD;
  if (body.bytes.length > bytesMax * (isForm ? 1 : 8)) return tooLarge(bytesMax);
  if (isForm) {
    if (body.format !== 'form') return UNREAD;
    const pairs = decodePairs(body.bytes.toString('utf8'), DEFAULT_LIMITS.formFieldsMax);
    return { kind: 'value', ...formValue(pairs, tree, content.encodings) };
  }
  const { boundary } = parseContentType(headerValue(request.rawHeaders, 'content-type'));
  if (body.format !== 'multipart' || boundary === undefined) return UNREAD;
  return { kind: 'value', ...multipartValue(body.bytes, boundary, tree, content.encodings) };
}

/** Of an answer: JSON and XML. */
export function answerValueOf(body: BodyView, { mediaType, tree }: Entry, bytesMax: number): BodyValue {
  const type = mediaType.includes('*') ? body.mediaType : mediaType;
  if (isXmlType(type) && tree !== undefined) return xmlValue(body, tree, bytesMax);
  return jsonValueOf(body, bytesMax, false);
}

function xmlValue(body: BodyView, tree: FieldTree, bytesMax: number): BodyValue {
  if (body.format !== 'xml') return UNREAD;
  if (body.bytes.length > bytesMax) return tooLarge(bytesMax);
  const read = xmlValueOf(body.bytes.toString('utf8'), tree);
  if ('objection' in read) return { kind: 'format', what: read.objection };
  const what = 'the element is there several times, the document has it once';
  const faults = read.repeated.map((pointer) => ({ pointer, kind: 'repeated' as const, what }));
  return { kind: 'value', value: read.value, faults, unread: NONE };
}

function isXmlType(type: string): boolean {
  return /[/+]xml$/.test(type);
}

/** `isScanned`: its depth is known to be bounded, as that of every request body with fields. */
function jsonValueOf(body: BodyView, bytesMax: number, isScanned: boolean): BodyValue {
  if (body.format !== 'json')
    return isJsonType(body.mediaType) ? { kind: 'format', what: 'the body is no JSON' } : UNREAD;
  if (body.bytes.length > bytesMax) return tooLarge(bytesMax);
  if (!isScanned && !isShallow(body.bytes, DEFAULT_LIMITS.jsonDepthMax)) {
    return { kind: 'format', what: `the body is nested deeper than ${DEFAULT_LIMITS.jsonDepthMax} levels` };
  }
  const value = body.json();
  if (value === undefined) return { kind: 'format', what: 'the body is no JSON' };
  return { kind: 'value', value, faults: NONE, unread: NONE };
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
