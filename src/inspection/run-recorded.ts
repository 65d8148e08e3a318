// Runs a recorded transaction through the same phases, in the same order, as the sockets do. This is what makes policy
// suites, replay and ingest say the same as the gateway.
import type { Fault } from '../core/fault.ts';
import { Fault as FaultError } from '../core/fault.ts';
import type { Inspection, Inspector, Refusal } from '../core/inspector.ts';
import type { Limits } from '../core/limits.ts';
import type { RecordedMessage, RecordedTransaction } from '../core/recorded-transaction.ts';
import { headerValue, type Phase } from '../core/transaction.ts';
import { decodeContent, parseContentEncoding } from '../decoding/content-encoding.ts';

export interface RecordedOutcome {
  /** The local reply, when the transaction would have ended in one. */
  readonly refusal: Refusal | undefined;
  /** The phase it ended in; the last one when nothing stopped it. */
  readonly phase: Phase;
  /** Bodies as they would have been sent on. */
  readonly requestBody: Buffer;
  readonly responseBody: Buffer | undefined;
}

/** `id` becomes the transaction id. The record goes to the engine's own callback, as always. */
export function runRecorded(inspector: Inspector, id: string, transaction: RecordedTransaction): RecordedOutcome {
  const { request, response, at, clientAddress } = transaction;
  const { target, rawHeaders } = originForm(request.url, request.rawHeaders, request.body.length);
  const inspection = inspector.begin(
    id,
    at,
    { method: request.method, target, httpVersion: '1.1', rawHeaders },
    { peerAddress: clientAddress, isEncrypted: /^https:/i.test(request.url) },
  );
  const outcome = runPhases(inspection, request.body, transaction);
  inspection.complete({
    completedAt: at,
    upstreamMs: undefined,
    status: outcome.refusal === undefined ? (response?.status ?? 0) : statusOf(outcome.refusal),
    requestBodyBytes: request.body.length,
    responseBodyBytes: response?.body.length ?? 0,
    fault: outcome.refusal?.kind === 'refuse' ? outcome.refusal.fault : undefined,
  });
  return outcome;
}

function runPhases(
  inspection: Inspection,
  received: Buffer,
  { request, response }: RecordedTransaction,
): RecordedOutcome {
  let requestBody = received;
  const head = inspection.requestHead();
  if (head.kind !== 'forward') return { refusal: head, phase: 'request-head', requestBody, responseBody: undefined };
  const { limits } = head.route;
  if (received.length > 0 && head.body !== 'stream') {
    const outcome =
      received.length > limits.requestBodyBytesMax
        ? inspection.requestBodyOverLimit(received.subarray(0, limits.requestBodyBytesMax))
        : inspection.requestBody(received, decodedBody(request, limits.requestBodyBytesMax, limits));
    if (outcome.kind !== 'forward')
      return { refusal: outcome, phase: 'request-body', requestBody, responseBody: undefined };
    requestBody = outcome.replacement ?? requestBody;
  }
  if (response === undefined)
    return { refusal: undefined, phase: 'request-body', requestBody, responseBody: undefined };
  const responseHead = inspection.responseHead({ status: response.status, rawHeaders: response.rawHeaders });
  if (responseHead.kind !== 'forward')
    return { refusal: responseHead, phase: 'response-head', requestBody, responseBody: undefined };
  if (responseHead.body === 'stream' || response.body.length === 0) {
    return { refusal: undefined, phase: 'response-body', requestBody, responseBody: response.body };
  }
  const outcome =
    response.body.length > limits.responseBodyBytesMax
      ? inspection.responseBodyOverLimit(response.body.subarray(0, limits.responseBodyBytesMax))
      : inspection.responseBody(response.body, decodedBody(response, limits.responseBodyBytesMax, limits));
  return outcome.kind === 'forward'
    ? { refusal: undefined, phase: 'response-body', requestBody, responseBody: outcome.replacement ?? response.body }
    : { refusal: outcome, phase: 'response-body', requestBody, responseBody: undefined };
}

function decodedBody(message: RecordedMessage, bodyBytesMax: number, limits: Limits): Buffer | Fault {
  if (message.isDecoded) return message.body;
  try {
    const encodings = parseContentEncoding(headerValue(message.rawHeaders, 'content-encoding'), limits);
    return encodings.length === 0 ? message.body : decodeContent(message.body, encodings, bodyBytesMax, limits);
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
}

/** An absolute URL in an archive becomes origin-form with a Host line; archives of HTTP/2 have no Host line of their own. */
function originForm(
  url: string,
  rawHeaders: readonly string[],
  bodyBytes: number,
): { target: string; rawHeaders: readonly string[] } {
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(url);
  const host =
    headerValue(rawHeaders, 'host') ?? headerValue(rawHeaders, ':authority') ?? absolute?.[1] ?? UNKNOWN_HOST;
  const target = absolute === null ? url : absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]}`;
  // Framing lines describe the recorded transfer, which is over: of those that agree none stays. Those that do not agree are what
  // a smuggled request is made of, and are judged as they stand.
  const isAmbiguous = hasAmbiguousFraming(rawHeaders);
  const lines: string[] = isAmbiguous ? [] : ['Host', host];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    // Pseudo headers are not header lines.
    if (name.startsWith(':') || (!isAmbiguous && FRAMING.test(name))) continue;
    lines.push(name, rawHeaders[i + 1]!);
  }
  if (bodyBytes > 0 && !isAmbiguous) lines.push('Content-Length', String(bodyBytes));
  return { target, rawHeaders: lines };
}

const FRAMING = /^(?:host|content-length|transfer-encoding|connection)$/i;
/** Of recordings that name none anywhere. */
const UNKNOWN_HOST = 'localhost';

/** Two lengths, two hosts, a length beside a transfer coding, or a coding that is not `chunked` alone. */
function hasAmbiguousFraming(rawHeaders: readonly string[]): boolean {
  let host: string | undefined;
  let length: string | undefined;
  let coding: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const value = rawHeaders[i + 1]!;
    switch (rawHeaders[i]!.toLowerCase()) {
      case 'host':
        if (host !== undefined && host !== value) return true;
        host = value;
        break;
      case 'content-length':
        if (length !== undefined && length !== value) return true;
        length = value;
        break;
      case 'transfer-encoding':
        if (coding !== undefined || value.trim().toLowerCase() !== 'chunked') return true;
        coding = value;
        break;
      default:
    }
  }
  return coding !== undefined && length !== undefined;
}

function statusOf(refusal: Refusal): number {
  return refusal.kind === 'block' ? refusal.verdict.status : refusal.fault.status;
}
