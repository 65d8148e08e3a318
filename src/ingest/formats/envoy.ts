// Envoy: what its tap filter writes (`http_buffered_trace`, with bodies), and entries of its access log service (heads only).
// Protobuf's JSON has names in either spelling.
// Sources: envoy.data.tap.v3.HttpBufferedTrace, envoy.data.accesslog.v3.HTTPAccessLogEntry.
import type { RecordedMessage, RecordedTransaction } from '../../core/recorded-transaction.ts';
import { headerValue } from '../../core/transaction.ts';
import {
  forwardedAddress,
  isLoose,
  type Loose,
  messageOfBytes,
  rawHeadersOf,
  timeOf,
  UNKNOWN_ADDRESS,
} from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

/** One reader for each transaction, which throws an Error that says what is missing. Undefined when this is nothing of Envoy's. */
export function fromEnvoy(value: Loose): (() => RecordedTransaction)[] | undefined {
  const trace = part(value, 'http_buffered_trace');
  if (trace !== undefined) return [() => fromTrace(trace)];
  const logs = part(value, 'http_logs');
  const entries = logs === undefined ? undefined : (logs.log_entry ?? logs.logEntry);
  if (Array.isArray(entries)) return entries.map((entry: unknown) => () => fromLogEntry(entry));
  return part(value, 'common_properties') !== undefined && isLoose(value.request)
    ? [() => fromLogEntry(value)]
    : undefined;
}

function fromTrace(trace: Loose): RecordedTransaction {
  const request = messageOf(trace.request);
  if (request === undefined) throw new Error('the trace has no request');
  const response = messageOf(trace.response);
  const status = Number(headerValue(response?.rawHeaders ?? [], ':status') ?? 0);
  const sent = withoutPseudoHeaders(request);
  return {
    at: timeOf(headerValue(request.rawHeaders, 'x-request-start')?.replace(/^t=/, '')),
    clientAddress:
      addressOf(part(trace, 'downstream_connection')) ?? forwardedAddress(request.rawHeaders) ?? UNKNOWN_ADDRESS,
    request: { ...placeOf(request.rawHeaders), ...sent },
    response: response === undefined || status === 0 ? undefined : { status, ...withoutPseudoHeaders(response) },
  };
}

/** @throws Error without the pseudo headers that every Envoy request has */
function placeOf(rawHeaders: readonly string[]): { method: string; url: string } {
  const method = headerValue(rawHeaders, ':method');
  const path = headerValue(rawHeaders, ':path');
  if (method === undefined || path === undefined) throw new Error('the trace has no :method and :path');
  return { method, url: sendableUrl(path) };
}

function messageOf(message: unknown): RecordedMessage | undefined {
  if (!isLoose(message)) return undefined;
  const body = isLoose(message.body) ? message.body : {};
  const text = body.as_string ?? body.asString;
  const bytes = body.as_bytes ?? body.asBytes;
  const rawHeaders = rawHeadersOf(message.headers);
  return typeof bytes === 'string'
    ? messageOfBytes(rawHeaders, Buffer.from(bytes, 'base64'))
    : messageOfBytes(rawHeaders, Buffer.from(typeof text === 'string' ? text : ''), true);
}

function withoutPseudoHeaders({ rawHeaders, body, isDecoded }: RecordedMessage): RecordedMessage {
  const plain: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name === ':authority') plain.push('host', rawHeaders[i + 1]!);
    else if (!name.startsWith(':')) plain.push(name, rawHeaders[i + 1]!);
  }
  return { rawHeaders: plain, body, isDecoded };
}

function fromLogEntry(entry: unknown): RecordedTransaction {
  if (!isLoose(entry)) throw new Error('a log entry is a JSON object');
  const request = isLoose(entry.request) ? entry.request : {};
  const response = isLoose(entry.response) ? entry.response : {};
  const common = part(entry, 'common_properties') ?? {};
  const path = request.original_path ?? request.originalPath ?? request.path;
  const method = request.request_method ?? request.requestMethod;
  if (typeof path !== 'string' || path === '') throw new Error('the log entry has no path');
  const rawHeaders = rawHeadersOf(request.request_headers ?? request.requestHeaders);
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '' && headerValue(rawHeaders, name) === undefined)
      rawHeaders.push(name, value);
  };
  add('host', request.authority);
  add('user-agent', request.user_agent ?? request.userAgent);
  add('referer', request.referer);
  add('x-forwarded-for', request.forwarded_for ?? request.forwardedFor);
  const code = response.response_code ?? response.responseCode;
  const status = Number((isLoose(code) ? code.value : code) ?? 0);
  const address = addressOf(
    part(common, 'downstream_direct_remote_address'),
    part(common, 'downstream_remote_address'),
  );
  return {
    at: timeOf(common.start_time ?? common.startTime),
    clientAddress: address ?? forwardedAddress(rawHeaders) ?? UNKNOWN_ADDRESS,
    request: {
      method: typeof method === 'string' && !/UNSPECIFIED/.test(method) ? method : 'GET',
      url: sendableUrl(path),
      rawHeaders,
      body: Buffer.alloc(0),
      isDecoded: true,
    },
    response:
      status === 0
        ? undefined
        : {
            status,
            rawHeaders: rawHeadersOf(response.response_headers ?? response.responseHeaders),
            body: Buffer.alloc(0),
            isDecoded: true,
          },
  };
}

/** The first address that is there, of `Address` or `Connection` messages. */
function addressOf(...places: readonly (Loose | undefined)[]): string | undefined {
  for (const place of places) {
    if (place === undefined) continue;
    const address = part(place, 'remote_address') ?? place;
    const socket = part(address, 'socket_address');
    if (typeof socket?.address === 'string' && socket.address !== '') return socket.address;
  }
  return undefined;
}

/** An object under its name in snake or camel case. */
function part(value: Loose, name: string): Loose | undefined {
  const found = value[name] ?? value[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  return isLoose(found) ? found : undefined;
}
