// WebSocket upgrades (RFC 6455) through http-proxy's `.ws()`, behind a handshake check of our own. Everything else that asks
// for an upgrade (h2c) is an ordinary request whose wish is not heard.
// http-proxy alone leaves sockets behind when a client resets, tunnels for whoever says 101, and breaks the body of a refusal;
// these are taken out of its hands here: our listeners run before its own.
// Invariants: both sockets end together; `complete` is called exactly once. After the upgrade bytes pass uninspected.
import { type ClientRequest, type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import httpProxy from 'http-proxy';
import { Fault } from '../core/fault.ts';
import type { Inspection, Refusal, RequestHeadOutcome } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { headerValue, type RequestHead } from '../core/transaction.ts';
import { connectionOf } from './client-connection.ts';
import { decodedContent } from './content.ts';
import { type ExchangeContext, exchange } from './exchange.ts';
import { clientClosed, faultOf } from './faults.ts';
import { endWith } from './listener.ts';
import { localReply } from './local-reply.ts';
import { upstreamHeaders } from './request-headers.ts';
import { downstreamHeaders } from './response-headers.ts';
import type { PaceSettings } from './settings.ts';
import type { UpstreamMember } from './upstream-member.ts';
import { acceptOf, asksForWebSocket, handshakeFault, hasBody } from './websocket-handshake.ts';

/** Of an answer that refuses the upgrade. */
const REFUSAL_BYTES_MAX = 64 * 1024;

export function createUpgrade(
  context: ExchangeContext,
  pace: PaceSettings,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const proxy = httpProxy.createProxyServer({ ws: true });
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  // Errors are handled where the sockets are; without a listener http-proxy would throw them.
  proxy.on('error', () => {});
  proxy.on('proxyReqWs', (upstreamRequest, request) => upgrades.get(request)!.watch(upstreamRequest));
  return (request, duplex, head) => {
    const socket = duplex as Socket;
    socket.on('error', () => socket.destroy());
    inTurn(socket, () => {
      if (!asksForWebSocket(request.rawHeaders)) {
        if (hasBody(request.rawHeaders)) endWith(socket, 400);
        else answerWithoutUpgrade(context, pace, request, socket);
        return;
      }
      const upgrade = new Upgrade(context, pace, request, socket);
      upgrades.set(request, upgrade);
      upgrade.start((options) => proxy.ws(request, socket, head, options));
    });
  };
}

/** A pipeline may end with an upgrade: it must not write between the answers before it. Nothing is read of the connection meanwhile. */
function inTurn(socket: Socket, go: () => void): void {
  const connection = connectionOf(socket);
  if (!connection.takesMore || connection.isEnding) return;
  const turn = connection.begin(false);
  if (turn === undefined) {
    connection.end();
    go();
    return;
  }
  // Node has let go of the connection, and no longer tells an answer that there is room again.
  const onDrain = (): void => void (socket as AnsweringSocket)._httpMessage?.emit('drain');
  socket.on('drain', onDrain);
  void turn.then(() => {
    socket.off('drain', onDrain);
    const isOpen = !connection.isEnding && !socket.destroyed;
    connection.end();
    if (isOpen) go();
  });
}

/** The answer that Node writes to it at the moment. */
interface AnsweringSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

/** The parser has let go of this connection, so it ends with the answer. */
function answerWithoutUpgrade(
  context: ExchangeContext,
  pace: PaceSettings,
  request: IncomingMessage,
  socket: Socket,
): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  socket.on('drain', () => response.emit('drain'));
  socket.setTimeout(pace.keepAliveMs, () => socket.destroy());
  response.on('finish', () => socket.destroySoon());
  void exchange(context, request, response);
}

class Upgrade {
  readonly #context: ExchangeContext;
  readonly #pace: PaceSettings;
  readonly #request: IncomingMessage;
  readonly #socket: Socket;
  readonly #head: RequestHead;
  readonly #id: string;
  readonly #bytesReadBefore: number;
  readonly #bytesWrittenBefore: number;
  readonly #startedAt = Date.now();
  readonly #sentAt = performance.now();
  #inspection: Inspection | undefined;
  #route: Route | undefined;
  #member: UpstreamMember | undefined;
  #headAt: number | undefined;
  #status = 0;
  #fault: Fault | undefined;
  #isTunnel = false;

  constructor(context: ExchangeContext, pace: PaceSettings, request: IncomingMessage, socket: Socket) {
    this.#context = context;
    this.#pace = pace;
    this.#request = request;
    this.#socket = socket;
    this.#id = context.nextId(this.#startedAt);
    this.#head = {
      method: request.method!,
      target: request.url!,
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
    };
    this.#bytesReadBefore = socket.bytesRead;
    this.#bytesWrittenBefore = socket.bytesWritten;
  }

  start(connect: (options: httpProxy.ServerOptions) => void): void {
    const { inspector, counters, upstreams } = this.#context;
    counters.openUpgrades += 1;
    this.#socket.once('close', () => this.#complete());
    try {
      const connection = { peerAddress: this.#peerAddress(), isEncrypted: this.#isEncrypted() };
      this.#inspection = inspector.begin(this.#id, this.#startedAt, this.#head, connection);
      const outcome = this.#inspection.requestHead();
      if (outcome.kind !== 'forward') {
        this.#refuse(outcome);
        return;
      }
      this.#route = outcome.route;
      const fault = handshakeFault(this.#head, outcome.route);
      if (fault !== undefined) {
        this.#refuse({ kind: 'refuse', fault });
        return;
      }
      const upstream = upstreams.get(outcome.route.upstream);
      if (upstream === undefined) throw new Fault('UPSTREAM_UNKNOWN', 'gateway', 502);
      const member = upstream.choose(performance.now(), undefined);
      this.#member = member;
      member.pending += 1;
      member.breaker.begin();
      this.#prepare(outcome);
      connect({
        target: member.origin.replace(/^http/, 'ws'),
        // The target that was judged, and not what another parser makes of it.
        toProxy: true,
        agent: member.upgradeAgent,
        secure: true,
        ssl: { ...member.tls, servername: member.servername } as NonNullable<httpProxy.ServerOptions['ssl']>,
      });
      // After http-proxy, which switches it off.
      this.#socket.setTimeout(this.#pace.upgradeIdleMs, () => this.#socket.destroy());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ties the two sides together before http-proxy has a chance to lose one of them. */
  watch(upstreamRequest: ClientRequest): void {
    const socket = this.#socket;
    socket.once('close', () => upstreamRequest.destroy());
    upstreamRequest.setTimeout(this.#pace.handshakeMs, () =>
      upstreamRequest.destroy(new Fault('UPSTREAM_TIMEOUT', 'upstream', 504)),
    );
    upstreamRequest.on('error', (error) => {
      if (this.#isTunnel || socket.destroyed) {
        socket.destroy();
        return;
      }
      this.#member?.breaker.failed(performance.now());
      this.#refuse({ kind: 'refuse', fault: faultOf(error) });
    });
    const onResponse = (answer: IncomingMessage): void => {
      this.#member?.breaker.succeeded();
      this.#relayRefusal(answer).catch((error: unknown) => this.#fail(error));
    };
    upstreamRequest.on('response', onResponse);
    // http-proxy is about to add a listener that would write the refusal as it came, over ours.
    queueMicrotask(() => {
      for (const listener of upstreamRequest.listeners('response')) {
        if (listener !== onResponse) upstreamRequest.off('response', listener as () => void);
      }
    });
    upstreamRequest.on('upgrade', (answer, upstreamSocket: Socket) => {
      upstreamSocket.on('error', () => socket.destroy());
      upstreamSocket.once('close', () => socket.destroy());
      socket.once('close', () => upstreamSocket.destroy());
      try {
        this.#onUpgraded(answer, upstreamSocket);
      } catch (error) {
        upstreamSocket.destroy();
        this.#fail(error);
      }
    });
  }

  #prepare(outcome: RequestHeadOutcome & { readonly kind: 'forward' }): void {
    const inspection = this.#inspection!;
    const lines = upstreamHeaders({
      outcome,
      clientAddress: inspection.clientAddress,
      isPeerTrusted: inspection.isPeerTrusted,
      peerAddress: this.#peerAddress(),
      isEncrypted: this.#isEncrypted(),
      httpVersion: '1.1',
      isBodyReplaced: false,
      contentLength: undefined,
      added: inspection.upstreamHeaders(),
    });
    const headers = recordOf(lines);
    // Compressed messages could not be bounded by anyone on the way.
    delete headers['sec-websocket-extensions'];
    headers.connection = 'Upgrade';
    headers.upgrade = 'websocket';
    this.#request.url = outcome.target;
    this.#request.headers = headers as IncomingMessage['headers'];
  }

  #onUpgraded(answer: IncomingMessage, upstreamSocket: Socket): void {
    this.#headAt = performance.now();
    const key = headerValue(this.#head.rawHeaders, 'sec-websocket-key')!;
    const isProven =
      headerValue(answer.rawHeaders, 'sec-websocket-accept') === acceptOf(key) &&
      headerValue(answer.rawHeaders, 'upgrade')?.toLowerCase() === 'websocket';
    if (!isProven) {
      this.#member?.breaker.endedOtherwise();
      upstreamSocket.destroy();
      this.#refuse({ kind: 'refuse', fault: new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502) });
      return;
    }
    this.#member?.breaker.succeeded();
    const outcome = this.#inspection!.responseHead({ status: 101, rawHeaders: answer.rawHeaders });
    if (outcome.kind !== 'forward') {
      upstreamSocket.destroy();
      this.#refuse(outcome);
      return;
    }
    const lines = downstreamHeaders(outcome.rawHeaders, this.#inspection!.downstreamHeaders(), 'none', false);
    this.#isTunnel = true;
    this.#status = 101;
    answer.headers = { ...recordOf(lines), upgrade: 'websocket', connection: 'Upgrade' } as IncomingMessage['headers'];
    // Once a side has said all it will say, the other has a moment to do so too.
    const shorten = (): void => {
      this.#socket.setTimeout(this.#pace.handshakeMs);
    };
    this.#socket.once('end', shorten);
    upstreamSocket.once('end', shorten);
  }

  /** The upstream refused: an ordinary answer, judged like one and written anew. */
  async #relayRefusal(answer: IncomingMessage): Promise<void> {
    this.#headAt = performance.now();
    const { rawHeaders } = answer;
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 599) throw new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502);
    const inspection = this.#inspection!;
    const head = inspection.responseHead({ status, rawHeaders });
    const received = await wholeBody(answer);
    if (head.kind !== 'forward') {
      this.#refuse(head);
      return;
    }
    const { limits } = this.#route!;
    let body = received;
    if (head.body !== 'stream') {
      const decoded = await decodedContent(received, rawHeaders, limits.responseBodyBytesMax, limits);
      const verdict = inspection.responseBody(received, decoded);
      if (verdict.kind !== 'forward') {
        this.#refuse(verdict);
        return;
      }
      body = verdict.replacement ?? received;
    }
    const length = status === 204 || status === 304 ? 'none' : body.length;
    this.#write(
      status,
      downstreamHeaders(head.rawHeaders, inspection.downstreamHeaders(), length, body !== received),
      body,
    );
  }

  /** An inspector that throws against its contract costs this upgrade, not the worker its life. */
  #fail(error: unknown): void {
    const fault = faultOf(error);
    if (fault.code === 'GATEWAY_ERROR') this.#context.counters.inspectionErrors += 1;
    this.#refuse({ kind: 'refuse', fault });
  }

  #refuse(refusal: Refusal): void {
    if (refusal.kind === 'refuse') this.#fault ??= refusal.fault;
    const { status, rawHeaders, body } = localReply(refusal, this.#id, this.#route);
    this.#write(status, rawHeaders, body);
  }

  #write(status: number, rawHeaders: readonly string[], body: Buffer): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded || this.#isTunnel) {
      socket.destroy();
      return;
    }
    this.#status = status;
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
    // For the whole of it, which is small: the timer of the socket would be set back by every byte that the client sends.
    const patience = setTimeout(() => socket.destroy(), this.#pace.writeIdleMs).unref();
    socket.once('close', () => clearTimeout(patience));
    socket.end(Buffer.concat([Buffer.from(`${text}Connection: close\r\n\r\n`, 'latin1'), body]), () =>
      socket.destroy(),
    );
  }

  #complete(): void {
    const { counters, onEnded } = this.#context;
    counters.openUpgrades -= 1;
    if (this.#member !== undefined) {
      this.#member.pending -= 1;
      if (this.#headAt === undefined) this.#member.breaker.endedOtherwise();
    }
    const isUnanswered = this.#status === 0 && this.#fault === undefined;
    try {
      this.#inspection?.complete({
        completedAt: Date.now(),
        upstreamMs: this.#headAt === undefined ? undefined : Math.round(this.#headAt - this.#sentAt),
        status: this.#status,
        requestBodyBytes: this.#isTunnel ? this.#socket.bytesRead - this.#bytesReadBefore : 0,
        responseBodyBytes: this.#isTunnel ? this.#socket.bytesWritten - this.#bytesWrittenBefore : 0,
        fault: isUnanswered ? clientClosed() : this.#fault,
      });
    } catch {
      counters.inspectionErrors += 1;
    }
    onEnded();
  }

  #peerAddress(): string {
    const address = this.#socket.remoteAddress ?? '';
    return address.startsWith('::ffff:') ? address.slice(7) : address;
  }

  #isEncrypted(): boolean {
    return (this.#socket as TLSSocket).encrypted === true;
  }
}

async function wholeBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > REFUSAL_BYTES_MAX) throw new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502);
  }
  return Buffer.concat(chunks, length);
}

/** Names in lower case; lines of the same name in a list, as Node writes them. */
function recordOf(lines: readonly string[]): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i]!.toLowerCase();
    const value = lines[i + 1]!;
    const before = record[name];
    record[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return record;
}
