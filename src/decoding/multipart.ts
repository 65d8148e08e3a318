// multipart bodies (RFC 2046 §5.1, RFC 7578), read in one way only: what lenient parsers repair in different ways is refused.
// Text parts become fields, JSON parts are scanned as JSON, of other files the name and type are inspected.
import { isUtf8 } from 'node:buffer';
import { classesOf } from '../core/characters.ts';
import { Fault } from '../core/fault.ts';
import { childPointer, type FieldSink } from '../core/field.ts';
import type { Limits } from '../core/limits.ts';
import { scanJson } from './json.ts';

const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');
const TEXT_FILE_BYTES_MAX = 1024 * 1024;

export interface MultipartPart {
  readonly name: string;
  readonly fileName: string | undefined;
  /** Of `filename*`, decoded. */
  readonly extendedFileName: string | undefined;
  /** As written; empty when absent. */
  readonly contentType: string;
  readonly content: Buffer;
}

/** @throws Fault 400 or 413 with a code that names the ambiguity */
export function decodeMultipart(bytes: Buffer, boundary: string, limits: Limits, sink: FieldSink): void {
  const names = new Map<string, number>();
  readParts(bytes, boundary, limits, (part) => decodePart(part, names, limits, sink));
}

/** @throws Fault 400 or 413 with a code that names the ambiguity */
export function readParts(
  bytes: Buffer,
  boundary: string,
  limits: Pick<Limits, 'multipartPartsMax' | 'multipartPartHeaderBytesMax'>,
  onPart: (part: MultipartPart) => void,
): void {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  if (bytes.indexOf(delimiter) !== 0) refuse('MULTIPART_PREAMBLE');
  let at = delimiter.length;
  for (let parts = 0; ; parts++) {
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) {
      // Only white space may follow the closing delimiter.
      for (let i = at + 2; i < bytes.length; i++) if (!isSpace(bytes[i]!)) refuse('MULTIPART_EPILOGUE');
      return;
    }
    if (bytes.indexOf(CRLF, at) !== at) refuse('MULTIPART_DELIMITER');
    if (parts >= limits.multipartPartsMax) throw new Fault('MULTIPART_PARTS_TOO_MANY', 'client', 413);
    const headersStart = at + 2;
    const headersEnd = bytes.indexOf(HEADERS_END, at);
    if (headersEnd === -1) refuse('MULTIPART_HEADERS');
    if (headersEnd - headersStart > limits.multipartPartHeaderBytesMax) refuse('MULTIPART_HEADERS');
    const contentStart = headersEnd + 4;
    const contentEnd = nextDelimiter(bytes, delimiter, contentStart);
    const content = bytes.subarray(contentStart, contentEnd);
    onPart({ ...partHeaders(bytes, headersStart, headersEnd), content });
    at = contentEnd + 2 + delimiter.length;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x0a || byte === 0x09;
}

/** Offset of the line end in front of the next delimiter line. */
function nextDelimiter(bytes: Buffer, delimiter: Buffer, from: number): number {
  let at = from - 2;
  while (true) {
    at = bytes.indexOf(delimiter, at + 2);
    if (at === -1) refuse('MULTIPART_NOT_CLOSED');
    if (at - 2 >= from - 2 && bytes[at - 1] === 0x0a && bytes[at - 2] === 0x0d) {
      const after = bytes[at + delimiter.length];
      const isLine = after === 0x0d || after === 0x2d;
      // A longer boundary that begins like ours is content to some parsers and a delimiter to others.
      if (!isLine) refuse('MULTIPART_DELIMITER');
      return Math.max(from, at - 2);
    }
    // The boundary after a bare line feed ends the part for some parsers only.
    if (bytes[at - 1] === 0x0a) refuse('MULTIPART_DELIMITER');
  }
}

function partHeaders(bytes: Buffer, start: number, end: number): Omit<MultipartPart, 'content'> {
  const text = bytes.toString('utf8', start, end);
  if (/\0|(?:^|[^\r])\n|\r(?!\n)/.test(text)) refuse('MULTIPART_HEADERS');
  let disposition: string | undefined;
  let contentType = '';
  for (const line of text.split('\r\n')) {
    // Folded lines and lines without a colon: obsolete, and read differently.
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (match === null || line.startsWith('--')) refuse('MULTIPART_HEADERS');
    const name = match[1]!.toLowerCase();
    if (name === 'content-disposition') {
      if (disposition !== undefined) refuse('MULTIPART_HEADERS');
      disposition = match[2]!;
    } else if (name === 'content-type') {
      contentType = match[2]!;
    } else if (name === 'content-transfer-encoding' && !/^(?:binary|8bit|7bit)$/i.test(match[2]!)) {
      // RFC 7578 §4.7: deprecated; who honours it sees another value than who does not.
      refuse('MULTIPART_TRANSFER_ENCODING');
    }
  }
  return { ...dispositionNames(disposition), contentType };
}

const DISPOSITION_PARAMETER = /;[ \t]*([A-Za-z*]+)=(?:"((?:[^"\\\r\n]|\\.)*)"|([^\s";]+))[ \t]*/y;

function dispositionNames(disposition: string | undefined): Omit<MultipartPart, 'content' | 'contentType'> {
  if (disposition === undefined) return { name: '', fileName: undefined, extendedFileName: undefined };
  const type = /^[A-Za-z-]+[ \t]*/.exec(disposition);
  if (type === null) refuse('MULTIPART_DISPOSITION');
  const parameters = new Map<string, string>();
  let at = type[0].length;
  while (at < disposition.length) {
    DISPOSITION_PARAMETER.lastIndex = at;
    const match = DISPOSITION_PARAMETER.exec(disposition);
    if (match === null || parameters.has(match[1]!.toLowerCase())) refuse('MULTIPART_DISPOSITION');
    parameters.set(match[1]!.toLowerCase(), match[2]?.replace(/\\(["\\])/g, '$1') ?? match[3]!);
    at = DISPOSITION_PARAMETER.lastIndex;
  }
  // No client sends name* or a piece of a name (RFC 2231); some parsers decode it, some take it for nothing, some for another
  // name, and each knows the field by its own.
  for (const name of parameters.keys()) if (name.includes('*') && name !== 'filename*') refuse('MULTIPART_DISPOSITION');
  const extended = parameters.get('filename*');
  return {
    name: parameters.get('name') ?? '',
    fileName: parameters.get('filename') ?? (extended === undefined ? undefined : ''),
    // RFC 7578 §4.2 forbids it; browsers never send it. It is decoded so that it is seen, whichever of the two a server takes.
    extendedFileName: extended === undefined ? undefined : decodeExtended(extended),
  };
}

/** Charset, language and value (RFC 8187 §3.2.1); what is written in another way is read in more than one. */
const EXTENDED_VALUE = /^(utf-8|iso-8859-1)'[A-Za-z\d-]{0,40}'((?:[A-Za-z\d!#$&+.^_`|~-]|%[\dA-Fa-f]{2})*)$/i;

function decodeExtended(extended: string): string {
  const match = EXTENDED_VALUE.exec(extended);
  if (match === null) refuse('MULTIPART_DISPOSITION');
  const bytes = Buffer.from(
    match[2]!.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  if (match[1]!.toLowerCase() === 'iso-8859-1') return bytes.toString('latin1');
  if (!isUtf8(bytes)) refuse('MULTIPART_DISPOSITION');
  return bytes.toString('utf8');
}

function decodePart(
  { name, fileName, extendedFileName, contentType, content }: MultipartPart,
  names: Map<string, number>,
  limits: Limits,
  sink: FieldSink,
): void {
  const earlier = names.get(name) ?? 0;
  names.set(name, earlier + 1);
  const pointer = earlier === 0 ? childPointer('', name) : childPointer(childPointer('', name), earlier);
  emit(sink, pointer, name, 'key', name);
  if (fileName !== undefined && (fileName !== '' || extendedFileName === undefined))
    emit(sink, pointer, name, 'file-name', fileName);
  if (extendedFileName !== undefined) emit(sink, pointer, name, 'file-name', extendedFileName);
  if (contentType.length > 0 && !/^[\w.+-]+\/[\w.+-]+(?:[ \t]*;.*)?$/.test(contentType)) {
    emit(sink, pointer, name, 'value', contentType);
  }
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)) {
    scanJson(content, limits, sink, 'body', pointer);
    return;
  }
  const isText =
    fileName === undefined ||
    (content.length <= TEXT_FILE_BYTES_MAX &&
      (/^text\//i.test(contentType) || !content.includes(0)) &&
      isUtf8(content));
  if (!isText) return;
  const text = isUtf8(content) ? content.toString('utf8') : content.toString('latin1');
  emit(sink, pointer, name, 'value', text);
}

function emit(sink: FieldSink, pointer: string, name: string, of: 'key' | 'value' | 'file-name', text: string): void {
  const classes = classesOf(text);
  if ((classes & sink.wanted) === 0 && of !== 'file-name') sink.skip();
  else sink.add({ location: 'body', pointer, name, of, text, classes, decodings: [] });
}

function refuse(code: string): never {
  throw new Fault(code, 'client', 400);
}
