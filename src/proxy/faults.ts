// Errors of sockets and of the upstream client → Faults, by their codes and never by their texts.
import { Fault } from '../core/fault.ts';

const CONNECT_FAILED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const RESET = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  if (CONNECT_FAILED.has(code)) return new Fault('UPSTREAM_CONNECT_FAILED', 'upstream', 502);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return new Fault('UPSTREAM_CONNECT_TIMEOUT', 'upstream', 504);
  if (TIMED_OUT.has(code)) return new Fault('UPSTREAM_TIMEOUT', 'upstream', 504);
  if (RESET.has(code)) return new Fault('UPSTREAM_RESET', 'upstream', 502);
  if (/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|ERR_SSL_)/.test(code))
    return new Fault('UPSTREAM_TLS_FAILED', 'upstream', 502);
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_'))
    return new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502);
  return new Fault('GATEWAY_ERROR', 'gateway', 500);
}

export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : codeOf(cause);
}
