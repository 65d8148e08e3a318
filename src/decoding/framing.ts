// The verdict on a request head that the HTTP parser lets through but that servers read differently, or that is too big.
// RELIABILITY: what is refused here is refused in every mode. Sources: RFC 9110, RFC 9112.
// Invariant: a request that passes has exactly one reading of host, body framing and singleton headers.
import { Fault } from '../core/fault.ts';
import type { Limits } from '../core/limits.ts';
import type { RequestHead } from '../core/transaction.ts';

export interface RequestFacts {
  /** Lower case, without port and trailing dot; an IPv6 address keeps its brackets. */
  readonly host: string;
  /** Host with its port when one was named, as it goes into a Host line. */
  readonly authority: string;
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
}

/** Header lines that may stand once only; a second one makes servers disagree (RFC 9110 §5.3). */
const SINGLETONS = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'proxy-authorization',
  'referer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/** Names a Connection header may list because they are hop-by-hop anyway (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set([
  'close',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Names that, when a Connection header lists them, would take an end-to-end or a firewall header away on the next hop. */
const NEVER_LISTED =
  /^(?:authorization|cookie|host|content-.*|forwarded|x-forwarded-.*|x-real-ip|x-sallyport-.*|x-api-key|api-key|proxy-authorization|user-agent|referer|origin|via)$/;

/** @throws Fault 400, 405, 413, 414, 417, 431, 501 or 505 */
export function checkRequestHead(head: RequestHead, limits: Limits): RequestFacts {
  const { rawHeaders, method, httpVersion } = head;
  if (httpVersion !== '1.1' && httpVersion !== '1.0' && httpVersion !== '2.0') refuse('HTTP_VERSION', 505);
  if (method === 'CONNECT' || method === 'TRACE' || method === 'TRACK') refuse('METHOD_NOT_ALLOWED', 405);
  if (rawHeaders.length > limits.headersMax * 2) refuse('HEADERS_TOO_MANY', 431);
  if (head.target.length > limits.targetBytesMax) refuse('TARGET_TOO_LONG', 414);

  let headerBytes = 0;
  let host: string | undefined;
  let contentLength: string | undefined;
  let transferEncoding: string | undefined;
  let seen = 0;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!;
    headerBytes += raw.length + value.length + 4;
    const bit = bitOf(raw);
    if (bit === 0) continue;
    if (bit === CONNECTION) {
      checkConnection(value);
      continue;
    }
    const name = raw.toLowerCase();
    if ((seen & bit) !== 0) refuse(name === 'host' ? 'HOST_DUPLICATE' : 'HEADER_DUPLICATE');
    seen |= bit;
    if (name === 'host') host = value;
    else if (name === 'content-length') contentLength = value;
    else if (name === 'transfer-encoding') transferEncoding = value;
    else if (name === 'expect' && value.toLowerCase() !== '100-continue') refuse('EXPECTATION_FAILED', 417);
  }
  if (headerBytes > limits.headerBytesMax) refuse('HEADERS_TOO_LARGE', 431);

  const length = checkFraming(contentLength, transferEncoding, httpVersion);
  const hasBody = transferEncoding !== undefined || (length ?? 0) > 0;
  // RFC 9110 §9.3.1: content in a GET or HEAD has no meaning, and servers disagree about it.
  if (hasBody && (method === 'GET' || method === 'HEAD')) refuse('BODY_NOT_EXPECTED');
  if (host === undefined && httpVersion !== '1.0') refuse('HOST_MISSING');
  if (host === '') refuse('HOST_INVALID');
  const { host: name, authority } = hostOf(host ?? '');
  return { host: name, authority, contentLength: length, hasBody };
}

const SINGLETON_BITS = new Map([...SINGLETONS].map((name, i) => [name, 1 << i]));
const CONNECTION = 1 << 30;

/** By the spelling received: clients write the same few names again and again. */
const bits = new Map<string, number>();
const NAMES_KEPT_MAX = 1_024;
const NAME_CHARS_KEPT_MAX = 64;

/** A bit for each singleton, {@link CONNECTION}, or 0 for a name that may stand any number of times. */
function bitOf(raw: string): number {
  const known = bits.get(raw);
  if (known !== undefined) return known;
  const name = raw.toLowerCase();
  const bit = name === 'connection' ? CONNECTION : (SINGLETON_BITS.get(name) ?? 0);
  if (bits.size < NAMES_KEPT_MAX && raw.length <= NAME_CHARS_KEPT_MAX) bits.set(raw, bit);
  return bit;
}

function checkFraming(
  contentLength: string | undefined,
  transferEncoding: string | undefined,
  httpVersion: string,
): number | undefined {
  if (transferEncoding !== undefined) {
    if (httpVersion !== '1.1') refuse('TRANSFER_ENCODING_NOT_ALLOWED');
    if (transferEncoding.toLowerCase() !== 'chunked') refuse('TRANSFER_ENCODING_UNSUPPORTED', 501);
    if (contentLength !== undefined) refuse('FRAMING_AMBIGUOUS');
    return undefined;
  }
  if (contentLength === undefined) return undefined;
  if (!/^(?:0|[1-9]\d{0,15})$/.test(contentLength)) refuse('CONTENT_LENGTH_INVALID');
  return Number(contentLength);
}

function checkConnection(value: string): void {
  if (value === 'keep-alive' || value === 'close') return;
  for (const part of value.split(',')) {
    const name = part.trim().toLowerCase();
    if (!HOP_BY_HOP.has(name) && NEVER_LISTED.test(name)) refuse('CONNECTION_LISTS_END_TO_END');
  }
}

const HOST = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}))(?::(\d{1,5}))?$/;

const NO_HOST = { host: '', authority: '' };
let lastValue = '';
let lastHost: Pick<RequestFacts, 'host' | 'authority'> = NO_HOST;

/** Most requests name the host that the one before named. */
function hostOf(value: string): Pick<RequestFacts, 'host' | 'authority'> {
  if (value === '') return NO_HOST;
  if (value === lastValue) return lastHost;
  const parsed = parseHost(value);
  lastValue = value;
  lastHost = parsed;
  return parsed;
}

/** RFC 9110 §7.2 and RFC 3986 §3.2.2, without userinfo, percent-encoding and anything outside ASCII. */
function parseHost(value: string): Pick<RequestFacts, 'host' | 'authority'> {
  const match = HOST.exec(value);
  if (match === null || value.includes('..')) refuse('HOST_INVALID');
  const port = match[1];
  if (port !== undefined && (Number(port) > 65_535 || Number(port) === 0)) refuse('HOST_INVALID');
  const bare = port === undefined ? value : value.slice(0, value.length - port.length - 1);
  const host = (bare.endsWith('.') ? bare.slice(0, -1) : bare).toLowerCase();
  return { host, authority: port === undefined ? host : `${host}:${port}` };
}

function refuse(code: string, status = 400): never {
  throw new Fault(code, 'client', status);
}
