// Errors of sockets and of the upstream client → Faults, by their codes and never by their texts.
import { errors } from 'undici';
import { Fault } from '../core/fault.ts';

const FAULTS: ReadonlyMap<string, readonly [code: string, status: number]> = new Map([
  ...each(
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE'],
    ['UPSTREAM_CONNECT_FAILED', 502],
  ),
  ...each(['UND_ERR_CONNECT_TIMEOUT'], ['UPSTREAM_CONNECT_TIMEOUT', 504]),
  ...each(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'], ['UPSTREAM_TIMEOUT', 504]),
  ...each(
    ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORTED', 'UND_ERR_INFO'],
    ['UPSTREAM_RESET', 502],
  ),
  // What the client of the upstream will not put on the wire, a target of `*` for one.
  ...each(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'], ['REQUEST_NOT_FORWARDABLE', 400]),
  ...each(['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'], ['BODY_LENGTH_MISMATCH', 400]),
  // Header lines of the upstream that cannot be written again.
  ...each(
    ['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_HTTP_INVALID_HEADER_VALUE', 'ERR_HTTP2_INVALID_HEADER_VALUE'],
    ['UPSTREAM_RESPONSE_INVALID', 502],
  ),
  ...each(['ERR_HTTP2_HEADER_SINGLE_VALUE', 'ERR_HTTP2_INVALID_PSEUDOHEADER'], ['UPSTREAM_RESPONSE_INVALID', 502]),
]);

export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  // The one error of undici whose code may be missing.
  if (error instanceof errors.HTTPParserError) return new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502);
  const code = codeOf(error);
  const known = FAULTS.get(code);
  if (known !== undefined) return new Fault(known[0], known[1] === 400 ? 'client' : 'upstream', known[1]);
  if (/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|ERR_SSL_|HOSTNAME_MISMATCH)/.test(code))
    return new Fault('UPSTREAM_TLS_FAILED', 'upstream', 502);
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_'))
    return new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502);
  return new Fault('GATEWAY_ERROR', 'gateway', 500);
}

export function clientClosed(): Fault {
  return new Fault('CLIENT_CLOSED', 'client', 499);
}

export function codeOf(error: unknown): string {
  // Connecting to several addresses of a name fails with an AggregateError; its code is that of the first.
  for (let depth = 0, at = error; depth < 4 && typeof at === 'object' && at !== null; depth++) {
    const { code, cause, errors } = at as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
    if (typeof code === 'string') return code;
    at = cause ?? errors?.[0];
  }
  return '';
}

function each(
  codes: readonly string[],
  fault: readonly [string, number],
): readonly (readonly [string, readonly [string, number]])[] {
  return codes.map((code) => [code, fault] as const);
}
