// A kept transaction as evidence: headers, query and bodies as text in which every sensitive value is masked.
import type { EvidenceMessage } from '../core/incident.ts';
import type { RawHeaders } from '../core/transaction.ts';
import { maskBody, maskValue } from '../data-types/mask.ts';
import type { Scanner } from '../data-types/scanner.ts';
import type { KeptMessage, KeptTransaction } from './message-ring.ts';

export interface Evidences {
  readonly request: EvidenceMessage;
  readonly response: EvidenceMessage | undefined;
}

const BODY_CHARS_MAX = 8_192;
const HEADER_CHARS_MAX = 1_024;
const HEADERS_MAX = 60;

/** Credentials by their name, whatever their value looks like. */
const SECRET_NAME =
  /^(?:(?:proxy-)?authorization|cookie|set-cookie|www-authenticate|x-amz-security-token)$|auth|token|secret|password|api-?key|session|signature|credential/i;
const SECRET_PARAMETER =
  /auth|token|secret|pass(?:word|wd)?$|api_?-?key|session|signature|^sig$|^code$|credential|jwt/i;

export function maskedEvidences(kept: KeptTransaction, scanner: Scanner): Evidences {
  return {
    request: { ...masked(kept.request, scanner), target: maskedTarget(kept.target, scanner) },
    response: kept.response === undefined ? undefined : masked(kept.response, scanner),
  };
}

function masked({ rawHeaders, format, body, isTruncated }: KeptMessage, scanner: Scanner): EvidenceMessage {
  const text = maskBody(body, format, scanner.scan(body, format)).toString('utf8');
  return {
    rawHeaders: maskedHeaders(rawHeaders, scanner),
    body: text.slice(0, BODY_CHARS_MAX),
    isTruncated: isTruncated || text.length > BODY_CHARS_MAX,
  };
}

function maskedHeaders(rawHeaders: RawHeaders, scanner: Scanner): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length && lines.length < HEADERS_MAX * 2; i += 2) {
    const name = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!.slice(0, HEADER_CHARS_MAX);
    lines.push(name, SECRET_NAME.test(name) ? maskedSecret(name, value) : maskedText(value, name, scanner));
  }
  return lines;
}

/** `Bearer ***`, `sid=***; HttpOnly`: the kind stays, the secret goes. */
function maskedSecret(name: string, value: string): string {
  if (/^cookie$/i.test(name)) return value.replace(/=[^;]*/g, '=***');
  if (/^set-cookie$/i.test(name)) return value.replace(/=[^;]*/, '=***');
  const scheme = /^(?:Bearer|Basic|Digest|Negotiate|Token|ApiKey|AWS4-HMAC-SHA256) /i.exec(value)?.[0] ?? '';
  return `${scheme}***`;
}

function maskedTarget(target: string, scanner: Scanner): string {
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  const segments = path.split('/').map((segment) => maskedText(segment, '', scanner));
  if (question === -1) return segments.join('/').slice(0, HEADER_CHARS_MAX);
  const pairs = target
    .slice(question + 1)
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals === -1) return maskedText(pair, '', scanner);
      const name = pair.slice(0, equals);
      const value = pair.slice(equals + 1);
      return `${name}=${SECRET_PARAMETER.test(name) ? '***' : maskedText(decodedPart(value), name, scanner)}`;
    });
  return `${segments.join('/')}?${pairs.join('&')}`.slice(0, HEADER_CHARS_MAX);
}

function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function maskedText(value: string, name: string, scanner: Scanner): string {
  if (value.length < 6) return value;
  const { bytes, hits } = scanner.scanValue(value, name);
  if (hits.length === 0) return value;
  const parts: string[] = [];
  let at = 0;
  for (const hit of hits) {
    if (hit.start < at) continue;
    parts.push(bytes.toString('utf8', at, hit.start), maskValue(bytes.toString('utf8', hit.start, hit.end), hit.type));
    at = hit.end;
  }
  return parts.join('') + bytes.toString('utf8', at);
}
