// The one parser of Content-Type (RFC 9110 §8.3.1): what it says decides which decoder reads the body and which rules apply.
// Invariant: a value that two servers could read differently is refused, never guessed.
import type { BodyFormat } from '../core/detector.ts';
import { Fault } from '../core/fault.ts';

export interface ContentType {
  /** Lower-case `type/subtype`; empty when there is no header. */
  readonly mediaType: string;
  readonly format: BodyFormat;
  readonly charset: 'utf-8' | 'latin1';
  readonly boundary: string | undefined;
}

const NONE: ContentType = { mediaType: '', format: 'text', charset: 'utf-8', boundary: undefined };
const REMEMBERED_MAX = 512;
const remembered = new Map<string, ContentType>();

/** @throws Fault 415 for a value, charset or boundary that cannot be read in one way only */
export function parseContentType(value: string | undefined): ContentType {
  if (value === undefined || value === '') return NONE;
  let parsed = remembered.get(value);
  if (parsed === undefined) {
    parsed = parse(value);
    // Only sane values are remembered, and only so many: the table cannot be grown by an attacker.
    if (remembered.size < REMEMBERED_MAX && value.length <= 100 && parsed.boundary === undefined) {
      remembered.set(value, parsed);
    }
  }
  return parsed;
}

const TYPE = /^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}\/[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127})[ \t]*(?:;|$)/;
const PARAMETER =
  /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z:/?()@,-]+)|"((?:[^"\\\r\n]|\\[^\r\n])*)")[ \t]*(?:;|$)/y;

function parse(value: string): ContentType {
  const type = TYPE.exec(value);
  if (type === null) refuse('CONTENT_TYPE_INVALID');
  const mediaType = type[1]!.toLowerCase();
  let charset: string | undefined;
  let boundary: string | undefined;
  let at = type[0].length;
  while (at < value.length) {
    if (/^[ \t;]*$/.test(value.slice(at))) break;
    PARAMETER.lastIndex = at;
    const parameter = PARAMETER.exec(value);
    if (parameter === null) refuse('CONTENT_TYPE_INVALID');
    at = PARAMETER.lastIndex;
    const name = parameter[1]!.toLowerCase();
    const text = parameter[2] ?? parameter[3]!.replace(/\\(.)/g, '$1');
    if (name === 'charset') {
      if (charset !== undefined) refuse('CONTENT_TYPE_INVALID');
      charset = text.toLowerCase();
    } else if (name === 'boundary') {
      if (boundary !== undefined) refuse('CONTENT_TYPE_INVALID');
      boundary = text;
    } else if (name.endsWith('*') || /^boundary\*/.test(name)) {
      refuse('CONTENT_TYPE_INVALID');
    }
  }
  const format = formatOf(mediaType);
  if (format === 'multipart' && !isBoundary(boundary)) refuse('BOUNDARY_INVALID');
  return { mediaType, format, charset: format === 'binary' ? 'utf-8' : knownCharset(charset), boundary };
}

/** RFC 2046 §5.1.1: 1 to 70 characters of a small set, not ending in a space. */
function isBoundary(boundary: string | undefined): boundary is string {
  return boundary !== undefined && /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/.test(boundary);
}

function knownCharset(charset: string | undefined): 'utf-8' | 'latin1' {
  switch (charset) {
    case undefined:
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
    case 'ascii':
      return 'utf-8';
    case 'iso-8859-1':
    case 'latin1':
    case 'windows-1252':
    case 'iso-8859-15':
      return 'latin1';
    default:
      return refuse('CHARSET_UNSUPPORTED');
  }
}

function formatOf(mediaType: string): BodyFormat {
  switch (mediaType) {
    case 'application/json':
    case 'text/json':
    case 'application/csp-report':
    case 'application/manifest+json':
      return 'json';
    case 'application/x-www-form-urlencoded':
      return 'form';
    case 'application/xml':
    case 'text/xml':
      return 'xml';
    case 'application/graphql':
      return 'graphql';
    case 'application/x-ndjson':
    case 'application/ndjson':
    case 'application/jsonl':
    case 'application/x-jsonlines':
    case 'application/json-seq':
    case 'application/stream+json':
      return 'ndjson';
    case 'application/javascript':
    case 'application/x-javascript':
    case 'application/yaml':
    case 'application/x-yaml':
    case 'application/toml':
    case 'application/sql':
    case 'application/x-sh':
    case 'application/rtf':
      return 'text';
    default:
  }
  if (mediaType.startsWith('multipart/')) return 'multipart';
  if (mediaType.endsWith('+json')) return 'json';
  if (mediaType.endsWith('+xml')) return 'xml';
  return mediaType.startsWith('text/') ? 'text' : 'binary';
}

function refuse(code: string): never {
  throw new Fault(code, 'client', 415);
}
