// WebSocket upgrades (RFC 6455) through http-proxy's `.ws()`, behind a handshake check of our own.
// http-proxy alone leaves sockets behind when a client resets, and writes a broken answer when the upstream refuses; both
// are taken out of its hands here. After the upgrade bytes pass uninspected, and are counted so.
import { createHash } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import httpProxy from 'http-proxy';
import { Fault } from '../core/fault.ts';
import type { Refusal } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { headerValue } from '../core/transaction.ts';
import type { ExchangeContext } from './exchange.ts';
import { endWith } from './listener.ts';
import { localReply } from './local-reply.ts';
import { upstreamHeaders } from './request-headers.ts';

const IDLE_MS = 60 * 60_000;
const HANDSHAKE_MS = 10_000;

export function createUpgrade(
  context: ExchangeContext,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const proxy = httpProxy.createProxyServer({ ws: true, xfwd: false, changeOrigin: false, proxyTimeout: HANDSHAKE_MS });
  // Errors are handled where the sockets are; without a listener http-proxy would throw them.
  proxy.on('error', (_error, _request, target) => (target as Socket).destroy?.());
  proxy.on('proxyReqWs', (upstreamRequest, request, socket) => guard(upstreamRequest, request, socket as Socket));
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const id = context.nextId();
    const peerAddress = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const inspection = context.inspector.begin(
      id,
      Date.now(),
      {
        method: request.method!,
        target: request.url!,
        httpVersion: request.httpVersion,
        rawHeaders: request.rawHeaders,
      },
      { peerAddress, isEncrypted: 'encrypted' in request.socket },
    );
    let fault: Fault | undefined;
    let status = 0;
    const refuse = (refusal: Refusal, route?: Route): void => {
      if (refusal.kind === 'refuse') fault = refusal.fault;
      const reply = localReply(refusal, id, route);
      status = reply.status;
      const lines = reply.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nConnection: close\r\n${lines}\r\n${reply.body.toString()}`,
        () => socket.destroy(),
      );
    };
    const complete = (): void => {
      context.counters.openUpgrades -= 1;
      inspection.complete({
        completedAt: Date.now(),
        upstreamMs: undefined,
        status,
        requestBodyBytes: 0,
        responseBodyBytes: 0,
        fault,
      });
    };
    context.counters.openUpgrades += 1;
    socket.once('close', complete);
    const outcome = inspection.requestHead();
    if (outcome.kind !== 'forward') return refuse(outcome);
    const wrong = handshakeFault(request, outcome.route);
    if (wrong !== undefined) return refuse({ kind: 'refuse', fault: wrong }, outcome.route);
    try {
      const member = context.upstreams.get(outcome.route.upstream)!.choose(Date.now(), []);
      const lines = upstreamHeaders({
        inspection,
        outcome,
        peerAddress,
        isEncrypted: false,
        isBodyReplaced: false,
        contentLength: undefined,
      });
      request.url = outcome.target;
      request.headers = { ...recordOf(lines), connection: 'Upgrade', upgrade: 'websocket' };
      // A long-lived stream cannot be judged as a whole; it passes under the handshake's verdict.
      inspection.responseHead({ status: 101, rawHeaders: ['content-type', 'text/event-stream'] });
      status = 101;
      (socket as Socket).setTimeout(IDLE_MS, () => socket.destroy());
      proxy.ws(request, socket as Socket, head, { target: member.origin.replace(/^http/, 'ws') });
    } catch (error) {
      refuse({
        kind: 'refuse',
        fault: error instanceof Fault ? error : new Fault('UPSTREAM_UNAVAILABLE', 'upstream', 503),
      });
    }
  };
}

/** RFC 6455 §4.2.1, and nothing that is not exactly it: a fake upgrade must not become a tunnel. */
function handshakeFault(request: IncomingMessage, route: Route): Fault | undefined {
  const lines = request.rawHeaders;
  const key = headerValue(lines, 'sec-websocket-key') ?? '';
  if (headerValue(lines, 'upgrade')?.toLowerCase() !== 'websocket')
    return new Fault('UPGRADE_UNSUPPORTED', 'client', 400);
  if (!route.webSocket.isAllowed) return new Fault('UPGRADE_NOT_ALLOWED', 'client', 403);
  const isHandshake =
    request.method === 'GET' &&
    request.httpVersion === '1.1' &&
    headerValue(lines, 'sec-websocket-version') === '13' &&
    /^[A-Za-z0-9+/]{22}==$/.test(key) &&
    headerValue(lines, 'content-length') === undefined &&
    headerValue(lines, 'transfer-encoding') === undefined;
  if (!isHandshake) return new Fault('UPGRADE_INVALID', 'client', 400);
  const origin = headerValue(lines, 'origin');
  const { origins } = route.webSocket;
  return origins.length > 0 && !origins.includes(origin ?? '')
    ? new Fault('ORIGIN_NOT_ALLOWED', 'client', 403)
    : undefined;
}

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Ties the two sides together before http-proxy has a chance to lose one of them. */
function guard(upstreamRequest: ClientRequest, request: IncomingMessage, socket: Socket): void {
  const destroyBoth = (): void => {
    upstreamRequest.destroy();
    socket.destroy();
  };
  socket.once('close', () => upstreamRequest.destroy());
  upstreamRequest.on('error', () => {
    if (!upstreamRequest.reusedSocket && socket.writable && socket.bytesWritten === 0) endWith(socket, 502);
    else destroyBoth();
  });
  upstreamRequest.on('upgrade', (answer: IncomingMessage, upstreamSocket: Socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${WEBSOCKET_GUID}`)
      .digest('base64');
    upstreamSocket.on('error', destroyBoth);
    upstreamSocket.once('close', () => socket.destroy());
    socket.once('close', () => upstreamSocket.destroy());
    // An answer that does not prove it read the handshake is no WebSocket.
    if (answer.headers['sec-websocket-accept'] !== accept) destroyBoth();
  });
  upstreamRequest.on('response', (answer: IncomingMessage & { upgrade?: boolean }) => {
    // http-proxy skips its own, broken copy of a refusal when it believes that the answer was an upgrade.
    answer.upgrade = true;
    answer.resume();
    endWith(socket, answer.statusCode ?? 502);
  });
}

function recordOf(lines: readonly string[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let i = 0; i + 1 < lines.length; i += 2) record[lines[i]!] = lines[i + 1]!;
  return record;
}
