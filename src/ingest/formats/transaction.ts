// The product's own format, one JSON object a transaction: {"ts", "client": {"ip"}, "request": {"method", "url", "headers", "body"},
// "response": {"status", "headers", "body"}}, with "bodyEncoding": "base64" where a body is binary.
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import {
  forwardedAddress,
  isLoose,
  type Loose,
  type messageOfBytes,
  rawHeadersOf,
  recordedMessage,
  timeOf,
  UNKNOWN_ADDRESS,
} from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

/** @throws Error that says what is missing */
export function fromTransaction(value: unknown): RecordedTransaction {
  if (!isLoose(value)) throw new Error('a transaction is a JSON object');
  const { request, response, client } = value;
  if (!isLoose(request)) throw new Error('a transaction has a `request`');
  const { method } = request;
  const url = request.url ?? request.path ?? request.uri;
  if (typeof method !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/.test(method))
    throw new Error('`request.method` is the name of a method');
  if (typeof url !== 'string' || url === '') throw new Error('`request.url` is a URL or a path');
  if (response !== undefined && response !== null && !isLoose(response)) throw new Error('`response` is an object');
  const rawHeaders = rawHeadersOf(request.headers);
  const ip = isLoose(client) ? client.ip : client;
  return {
    at: timeOf(value.ts ?? value.timestamp),
    clientAddress: typeof ip === 'string' && ip !== '' ? ip : (forwardedAddress(rawHeaders) ?? UNKNOWN_ADDRESS),
    request: { method: method.toUpperCase(), url: sendableUrl(url), ...bodyOf(request, rawHeaders) },
    response: isLoose(response) ? responseOf(response) : undefined,
  };
}

function responseOf(response: Loose): RecordedTransaction['response'] {
  const status = Number(response.status ?? 0);
  if (!Number.isInteger(status) || status < 0 || status > 999) throw new Error('`response.status` is a status code');
  // 0 is what recorders write when nothing came back.
  return status === 0 ? undefined : { status, ...bodyOf(response, rawHeadersOf(response.headers)) };
}

function bodyOf(message: Loose, rawHeaders: readonly string[]) {
  return recordedMessage(rawHeaders, message.body, message.bodyEncoding === 'base64');
}

/** The same as a line of NDJSON, without its line feed. Bodies that are no text go as base64. */
export function transactionLine({ at, clientAddress, request, response }: RecordedTransaction): string {
  return JSON.stringify({
    ts: new Date(at).toISOString(),
    client: { ip: clientAddress },
    request: { method: request.method, url: request.url, ...written(request) },
    ...(response === undefined ? {} : { response: { status: response.status, ...written(response) } }),
  });
}

function written({ rawHeaders, body, isDecoded }: ReturnType<typeof messageOfBytes>): object {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const known = headers[name];
    const value = rawHeaders[i + 1]!;
    headers[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  if (body.length === 0) return { headers };
  const text = isDecoded ? body.toString('utf8') : '';
  return isDecoded && Buffer.from(text).equals(body)
    ? { headers, body: text }
    : { headers, body: body.toString('base64'), bodyEncoding: 'base64' };
}
