// An HTTP/1 message as its bytes → start line, headers, body. For archives: lenient, since what is wrong with the framing of a
// recording is the recorder's doing more often than the client's.
import { headerValue } from '../core/transaction.ts';

export interface HttpText {
  readonly startLine: string;
  readonly rawHeaders: readonly string[];
  /** Without its transfer coding; as long as Content-Length says, or all the rest. */
  readonly body: Buffer;
  /** What follows the message, when its length is known. */
  readonly rest: Buffer;
}

const NONE = Buffer.alloc(0);

/** Undefined when there is no head. */
export function readHttpText(bytes: Buffer): HttpText | undefined {
  const end = headEnd(bytes);
  const lines = bytes.toString('latin1', 0, end.head).split(/\r?\n/);
  const startLine = lines[0]!.trim();
  if (startLine === '') return undefined;
  const rawHeaders: string[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) rawHeaders.push(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { startLine, rawHeaders, ...bodyOf(bytes.subarray(end.body), rawHeaders) };
}

export function requestLine(line: string): { readonly method: string; readonly url: string } | undefined {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) (\S.*?)(?: HTTP\/[\d.]+)?$/.exec(line);
  return match === null ? undefined : { method: match[1]!, url: match[2]! };
}

export function statusLine(line: string): number | undefined {
  const match = /^HTTP\/[\d.]+ +(\d{3})/.exec(line);
  return match === null ? undefined : Number(match[1]);
}

function headEnd(bytes: Buffer): { head: number; body: number } {
  const crlf = bytes.indexOf('\r\n\r\n');
  const lf = bytes.indexOf('\n\n');
  if (crlf !== -1 && (lf === -1 || crlf < lf)) return { head: crlf, body: crlf + 4 };
  return lf === -1 ? { head: bytes.length, body: bytes.length } : { head: lf, body: lf + 2 };
}

function bodyOf(bytes: Buffer, rawHeaders: readonly string[]): { body: Buffer; rest: Buffer } {
  if (/\bchunked\s*$/i.test(headerValue(rawHeaders, 'transfer-encoding') ?? '')) {
    const whole = withoutChunks(bytes);
    if (whole !== undefined) return whole;
  }
  const length = headerValue(rawHeaders, 'content-length');
  if (length === undefined || !/^\d{1,15}$/.test(length)) return { body: bytes, rest: NONE };
  const size = Math.min(Number(length), bytes.length);
  return { body: bytes.subarray(0, size), rest: bytes.subarray(size) };
}

/** Undefined when these are no chunks: many recorders take them away and leave the header line. */
function withoutChunks(bytes: Buffer): { body: Buffer; rest: Buffer } | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lineEnd = bytes.indexOf('\n', at);
    if (lineEnd === -1 || lineEnd - at > 100) return undefined;
    const size = /^([0-9a-fA-F]{1,8})\s*(?:;.*)?\r?$/.exec(bytes.toString('latin1', at, lineEnd))?.[1];
    if (size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    const start = lineEnd + 1;
    if (length === 0) {
      const end = bytes.indexOf('\n', start);
      return { body: Buffer.concat(chunks), rest: end === -1 ? NONE : bytes.subarray(end + 1) };
    }
    chunks.push(bytes.subarray(start, start + length));
    at = start + length;
    while (at < bytes.length && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at += 1;
  }
  // A recording that ends in the middle of its chunks.
  return chunks.length === 0 ? undefined : { body: Buffer.concat(chunks), rest: NONE };
}
