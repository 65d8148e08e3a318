// A held body → its fields and the view that detectors get. One place chooses the decoder, by the one Content-Type parser
// and by what the bytes themselves look like.
import { isAscii, isUtf8 } from 'node:buffer';
import { classesOf } from '../core/characters.ts';
import type { BodyFormat, BodyView, GraphqlRequest } from '../core/detector.ts';
import { Fault } from '../core/fault.ts';
import type { FieldSink } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';
import type { ContentType } from './content-type.ts';
import { emitPairs } from './form.ts';
import { emitLiterals, graphqlRequestsOf } from './graphql.ts';
import { scanJson } from './json.ts';
import { decodeMultipart } from './multipart.ts';
import { decodePairs } from './target.ts';
import { decodeXml } from './xml.ts';

const NO_GRAPHQL: readonly GraphqlRequest[] = [];

/** Emits the fields of a request body. @throws Fault when the body is not what its type says, or over a limit */
export function decodeBody(bytes: Buffer, type: ContentType, limits: Limits, sink: FieldSink): BodyView {
  if (bytes.length === 0) return new HeldBody(bytes, type.mediaType, 'empty', NO_GRAPHQL);
  // Binary formats may begin with any bytes: a protobuf message with `0a 00`.
  if (type.format !== 'binary') refuseWideUnicode(bytes);
  let { format } = type;
  let graphql = NO_GRAPHQL;
  switch (format) {
    case 'json':
      if (scanJson(bytes, limits, sink).mayHaveQuery) graphql = graphqlOf(bytes);
      break;
    case 'ndjson':
      scanLines(bytes, limits, sink);
      break;
    case 'form':
      format = decodeForm(bytes, limits, sink);
      break;
    case 'multipart':
      decodeMultipart(bytes, type.boundary!, limits, sink);
      break;
    case 'xml':
      decodeXml(textOf(bytes, type.charset), limits, sink);
      break;
    case 'graphql':
      graphql = [{ query: textOf(bytes, type.charset), pointer: '', location: 'body', operationName: undefined }];
      emitWhole(bytes, type, sink);
      break;
    case 'text':
    case 'binary':
      format = sniffed(bytes, type, limits, sink);
      if (format === 'json') graphql = graphqlOf(bytes);
      break;
    case 'empty':
      break;
    default:
      return format satisfies never;
  }
  for (const request of graphql) emitLiterals(request, 'body', limits, sink);
  return new HeldBody(bytes, type.mediaType, format, graphql);
}

/** A view of a response body: no fields, only what response detectors and the data scanner need. */
export function viewBody(bytes: Buffer, type: ContentType): BodyView {
  const isJson = type.format === 'text' && looksLikeJson(bytes);
  return new HeldBody(bytes, type.mediaType, bytes.length === 0 ? 'empty' : isJson ? 'json' : type.format, NO_GRAPHQL);
}

class HeldBody implements BodyView {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly format: BodyFormat;
  readonly graphql: readonly GraphqlRequest[];
  #latin1: string | undefined;
  #json: { readonly value: unknown } | undefined;

  constructor(bytes: Buffer, mediaType: string, format: BodyFormat, graphql: readonly GraphqlRequest[]) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    this.format = format;
    this.graphql = graphql;
  }

  get latin1(): string {
    this.#latin1 ??= this.bytes.toString('latin1');
    return this.#latin1;
  }

  json(): unknown {
    this.#json ??= { value: this.#parsed() };
    return this.#json.value;
  }

  #parsed(): unknown {
    if (this.format !== 'json') return undefined;
    try {
      // A text of one byte a character is made and parsed faster.
      return JSON.parse(isAscii(this.bytes) ? this.latin1 : this.bytes.toString('utf8'));
    } catch {
      return undefined;
    }
  }
}

/** UTF-16 and UTF-32 hide every character from byte-wise inspection; JSON and XML readers detect them by their first bytes. */
function refuseWideUnicode(bytes: Buffer): void {
  const isMarked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const isUnmarked =
    bytes.length >= 4 &&
    /^[<{["\s]$/.test(String.fromCharCode(bytes[0]! || bytes[1]!)) &&
    (bytes[0] === 0) !== (bytes[1] === 0);
  const isFourBytes =
    bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && (bytes[2] === 0xfe ? bytes[3] === 0xff : bytes[2] === 0);
  if (isMarked || isUnmarked || isFourBytes) throw new Fault('CHARSET_UNSUPPORTED', 'client', 415);
}

const QUERY_KEY = Buffer.from('"query"');
const ESCAPE = Buffer.from('\\u00');

function graphqlOf(bytes: Buffer): readonly GraphqlRequest[] {
  // The name may be written with escapes.
  if (bytes.indexOf(QUERY_KEY) === -1 && bytes.indexOf(ESCAPE) === -1) return NO_GRAPHQL;
  return graphqlRequestsOf(JSON.parse(bytes.toString('utf8')));
}

function scanLines(bytes: Buffer, limits: Limits, sink: FieldSink): void {
  let start = 0;
  let line = 0;
  while (start < bytes.length) {
    let end = bytes.indexOf(0x0a, start);
    if (end === -1) end = bytes.length;
    // RFC 7464: JSON text sequences put a record separator in front of each text.
    const from = bytes[start] === 0x1e ? start + 1 : start;
    if (bytes.toString('latin1', from, Math.min(end, from + 64)).trim() !== '') {
      if (++line > limits.jsonNodesMax) throw new Fault('JSON_TOO_LARGE', 'client', 400);
      scanJson(bytes.subarray(from, end), limits, sink, 'body', `/${line - 1}`);
    }
    start = end + 1;
  }
}

/** Some clients send JSON under the form type, curl's default: then it is judged as both. */
function decodeForm(bytes: Buffer, limits: Limits, sink: FieldSink): BodyFormat {
  emitPairs(decodePairs(bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1'), limits.formFieldsMax), 'body', sink);
  if (!looksLikeJson(bytes)) return 'form';
  return scansAsJson(bytes, limits, sink) ? 'json' : 'form';
}

function sniffed(bytes: Buffer, type: ContentType, limits: Limits, sink: FieldSink): BodyFormat {
  if (looksLikeJson(bytes) && scansAsJson(bytes, limits, sink)) return 'json';
  if (/^\s*<\?xml\b/.test(bytes.toString('latin1', 0, 64))) {
    if (scansAsXml(textOf(bytes, type.charset), limits, sink)) return 'xml';
  }
  if (type.format === 'binary' && (bytes.includes(0) || !isUtf8(bytes))) return 'binary';
  emitWhole(bytes, type, sink);
  return 'text';
}

function scansAsJson(bytes: Buffer, limits: Limits, sink: FieldSink): boolean {
  try {
    scanJson(bytes, limits, sink);
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // A duplicate name or a bound is met only in what otherwise is JSON, and somebody behind us may read it as that.
    if (error.code !== 'JSON_INVALID' && error.code !== 'JSON_NOT_UTF8') throw error;
    return false;
  }
}

function scansAsXml(text: string, limits: Limits, sink: FieldSink): boolean {
  try {
    decodeXml(text, limits, sink);
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code !== 'XML_INVALID') throw error;
    return false;
  }
}

function looksLikeJson(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d) continue;
    return c === 0x7b || c === 0x5b;
  }
  return false;
}

function emitWhole(bytes: Buffer, type: ContentType, sink: FieldSink): void {
  const text = textOf(bytes, type.charset);
  const classes = classesOf(text);
  if ((classes & sink.wanted) === 0) sink.skip();
  else sink.add({ location: 'body', pointer: '', name: '', of: 'value', text, classes, decodings: [] });
}

function textOf(bytes: Buffer, charset: ContentType['charset']): string {
  if (charset === 'latin1') return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new Fault('TEXT_NOT_UTF8', 'client', 400);
  return bytes.toString('utf8');
}
