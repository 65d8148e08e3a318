// The downstream side: an HTTP server with every bound set on purpose (RELIABILITY of the defaults: none of them is safe).
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyCounters, ProxySettings } from './settings.ts';

export interface ListenerEvents {
  readonly onRequest: (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    onHeadAllowed?: () => void,
  ) => void;
  readonly onUpgrade: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;
}

const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 300_000;
const CHECK_INTERVAL_MS = 1_000;
/** Longer than the idle time of the usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const REQUESTS_PER_SOCKET_MAX = 1_000;
const CERTIFICATE_CHECK_MS = 2_000;

export type Server = http.Server | http2.Http2SecureServer;

export function createListener(settings: ProxySettings, counters: ProxyCounters, events: ListenerEvents): Server {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    requireHostHeader: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  };
  const server = settings.tls === undefined ? http.createServer(options) : secureServer(settings.tls, options);
  if (server instanceof http.Server) {
    // Node 20 drops header lines past its count limit without a word; we count them ourselves.
    server.maxHeadersCount = 0;
    server.maxRequestsPerSocket = REQUESTS_PER_SOCKET_MAX;
  }
  server.maxConnections = settings.connectionsMax;
  const plain = server as http.Server;
  plain.on('request', (request, response) => events.onRequest(request, response));
  plain.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
    events.onRequest(request, response, () => response.writeContinue());
  });
  plain.on('checkExpectation', (_: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeHead(417, { connection: 'close', 'content-length': '0' }).end();
  });
  plain.on('connect', (_: http.IncomingMessage, socket: Duplex) => endWith(socket, 405));
  plain.on('upgrade', events.onUpgrade);
  plain.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    counters.badRequestsOnWire += 1;
    endWith(socket, statusOfParserError(error.code));
  });
  server.on('tlsClientError', () => {
    counters.badRequestsOnWire += 1;
  });
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Writes a fixed reply to a raw socket and closes it. Nothing of the request is echoed. */
export function endWith(socket: Duplex, status: number, extraLines = ''): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const reason = http.STATUS_CODES[status] ?? 'Error';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n${extraLines}\r\n`, () =>
    socket.destroy(),
  );
}

function statusOfParserError(code: string | undefined): number {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    default:
      return 400;
  }
}

function secureServer(tls: NonNullable<ProxySettings['tls']>, options: http.ServerOptions): http2.Http2SecureServer {
  const context = () => ({
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    minVersion: tls.minVersion,
  });
  const server = http2.createSecureServer({
    ...options,
    ...context(),
    allowHTTP1: true,
    maxSessionInvalidFrames: 100,
    // Rapid reset and header floods (CVE-2023-44487, CVE-2024-27983): few streams, few header lines, small lists.
    settings: { maxConcurrentStreams: 100, maxHeaderListSize: MAX_HEADER_BYTES, enablePush: false },
    maxHeaderListPairs: 110,
    unknownProtocolTimeout: HEADERS_TIMEOUT_MS,
  } as http2.SecureServerOptions);
  const reload = (): void => {
    try {
      server.setSecureContext(context());
    } catch {
      // A certificate that is being written: the old one stays, the next look finds the new one.
    }
  };
  for (const file of [tls.certFile, tls.keyFile])
    watchFile(file, { interval: CERTIFICATE_CHECK_MS, persistent: false }, reload);
  server.on('close', () => {
    for (const file of [tls.certFile, tls.keyFile]) unwatchFile(file, reload);
  });
  server.on('sessionError', () => {});
  return server;
}
