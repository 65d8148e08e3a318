// The downstream side: an HTTP server with every bound set on purpose; none of the defaults is safe for an edge.
// Invariant: whatever bytes a client sends, it gets a fixed reply or none, and no error of a socket leaves this file.
import * as http from 'node:http';
import type * as http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Fault } from '../core/fault.ts';
import { connectionOf } from './client-connection.ts';
import type { ProxyCounters } from './counters.ts';
import { isHttp2 } from './downstream.ts';
import { joinSmallWrites } from './joined-writes.ts';
import { HEADER_BYTES_MAX, secureServer } from './secure-listener.ts';
import type { PaceSettings, ProxySettings } from './settings.ts';

export interface ListenerEvents {
  /** `onWanted` is there when the client waits for `100 Continue` before it sends the body. */
  readonly onRequest: (request: http.IncomingMessage, response: http.ServerResponse, onWanted?: () => void) => void;
  readonly onUpgrade: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export type Server = http.Server | http2.Http2SecureServer;

export function createListener(
  settings: ProxySettings,
  pace: PaceSettings,
  counters: ProxyCounters,
  events: ListenerEvents,
): Server {
  const server =
    settings.tls === undefined
      ? http.createServer({ maxHeaderSize: HEADER_BYTES_MAX, insecureHTTPParser: false, noDelay: true })
      : secureServer(settings.tls, pace);
  // As properties, because the server for HTTP/2 takes what concerns HTTP/1.1 in no other way.
  Object.assign(server, {
    headersTimeout: pace.headersTimeoutMs,
    requestTimeout: pace.requestTimeoutMs,
    connectionsCheckingInterval: pace.tickMs,
    keepAliveTimeout: pace.keepAliveMs,
    // Inspection says what is missing; the parser would close without an id.
    requireHostHeader: false,
    // Node 20 drops header lines past its count limit without a word; inspection counts them.
    maxHeadersCount: 0,
    // Over its limit Node announces the end, does not end the connection, and answers 503; the exchange ends it itself.
    maxRequestsPerSocket: 0,
    maxConnections: settings.connectionsMax,
  });
  const plain = server as http.Server;
  // HTTP/2 writes past its socket.
  plain.on(settings.tls === undefined ? 'connection' : 'secureConnection', joinSmallWrites);
  plain.on('request', (request, response) => events.onRequest(request, response));
  plain.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
    events.onRequest(request, response, () => response.writeContinue());
  });
  plain.on('checkExpectation', (request: http.IncomingMessage, response: http.ServerResponse) => {
    counters.badRequestsOnWire += 1;
    answerEmpty(request, response, 417);
  });
  plain.on('connect', (request: http.IncomingMessage, other: Duplex | http2.Http2ServerResponse) => {
    counters.badRequestsOnWire += 1;
    if (isHttp2(request)) answerEmpty(request, other as unknown as http.ServerResponse, 405);
    else endWith(other as Duplex, 405);
  });
  plain.on('upgrade', events.onUpgrade);
  plain.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    onParserError(error.code ?? '', socket as Socket, counters);
  });
  return server;
}

/** Called again for every piece that still comes; the parser stays where it stopped. */
function onParserError(code: string, socket: Socket, counters: ProxyCounters): void {
  socket.on('error', () => socket.destroy());
  // The connection broke, which is no request at all.
  if (!code.startsWith('HPE_') && code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.destroy();
    return;
  }
  const status = statusOfParserError(code);
  const connection = connectionOf(socket);
  const { latest, active, takesMore, isEnding } = connection;
  const isBodyBroken = active > 0 && latest?.request.complete === false && code !== 'HPE_INVALID_EOF_STATE';
  if (isBodyBroken) {
    connection.takesMore = false;
    latest.breakBody(new Fault(FAULT_OF_STATUS[status] ?? 'BODY_FRAMING_INVALID', 'client', status));
    return;
  }
  if (active > 0 && latest?.request.complete === true) {
    // The answers to what came before are on their way, and this must not be taken for one of them.
    if (!takesMore || isEnding) return;
    counters.badRequestsOnWire += 1;
    connection.takesMore = false;
    connection.whenIdle(() => {
      if (socket.writable) endWith(socket, status);
    });
    return;
  }
  counters.badRequestsOnWire += 1;
  endWith(socket, status);
}

const FAULT_OF_STATUS: Readonly<Record<number, string>> = {
  408: 'BODY_TOO_SLOW',
  413: 'CHUNK_EXTENSIONS_TOO_LONG',
  431: 'TRAILERS_TOO_LARGE',
};

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Writes a fixed reply to a raw socket and closes it. Nothing of the request is echoed. */
export function endWith(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const reason = http.STATUS_CODES[status] ?? 'Error';
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}

function answerEmpty(request: http.IncomingMessage, response: http.ServerResponse, status: number): void {
  const close = isHttp2(request) ? [] : ['Connection', 'close'];
  response.writeHead(status, ['Cache-Control', 'no-store', 'Content-Length', '0', ...close]).end();
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
