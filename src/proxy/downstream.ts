// The client's side of one transaction: its head as one reading of HTTP/1.1 or HTTP/2, whether it is still there, and the
// local reply. Invariant: `closed` settles exactly once, when the client has the last byte or will never get it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Fault } from '../core/fault.ts';
import type { Refusal } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { type Connection, headerValue, type RequestHead } from '../core/transaction.ts';
import { connectionOf, peerOf } from './client-connection.ts';
import { clientClosed } from './faults.ts';
import { localReply } from './local-reply.ts';
import type { RequestBody } from './request-body.ts';

const JOINED_BYTES_MAX = 8 * 1024;
/** What a stream of HTTP/2 has sent it tells only by pieces as they were given, and nobody else can: a whole answer would be one. */
const PIECE_BYTES_MAX = 64 * 1024;

export class Downstream {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly isHttp2: boolean;
  readonly head: RequestHead;
  readonly connection: Connection;
  /** Announced by its framing; a body without length is undefined in `contentLength`. */
  readonly hasBody: boolean;
  readonly contentLength: number | undefined;
  readonly closed: Promise<void>;
  /** Why the rest of the answer will not reach the client; undefined while it may. */
  lost: Fault | undefined;
  /** Called once when the client is lost while somebody works for it. */
  onLost: ((fault: Fault) => void) | undefined;
  /** The body that is being read, for those who watch its pace. */
  reading: RequestBody | undefined;
  /** Whoever waits for the upstream's answer, and for how long that may take. */
  answering: { checkTime(now: number): void } | undefined;
  /** Place among those whose pace is watched; -1 outside. */
  watchedAt = -1;
  /** True while a stalled reader of HTTP/2 is being timed. */
  isTimed = false;
  /** Of a client that is behind: what it had taken when it was last looked at, and how long it is since it took any. */
  readonly unread = { sentBytes: 0, queuedBytes: 0, waitedMs: 0 };
  /** Of the body, given out by `send`; sent or not. */
  givenBytes = 0;
  #hasMorePieces = false;
  #settleClosed!: () => void;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    this.isHttp2 = isHttp2(request);
    const length = headerValue(request.rawHeaders, 'content-length');
    this.contentLength = length === undefined ? undefined : Number(length);
    this.hasBody = this.isHttp2
      ? !(request as unknown as Http2ServerRequest).stream.endAfterHeaders
      : (this.contentLength ?? 0) !== 0 || headerValue(request.rawHeaders, 'transfer-encoding') !== undefined;
    this.head = this.isHttp2 ? headOfHttp2(request, this.hasBody) : headOfHttp1(request);
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    if (this.isHttp2) {
      this.connection = peerOf(request.socket);
      // A stream that was reset is closed only when somebody has read what came before.
      request.once('aborted', () => this.lose(clientClosed()));
    } else {
      const connection = connectionOf(request.socket);
      connection.latest = this;
      this.connection = connection.peer;
    }
    response.on('close', () => {
      if (!response.writableFinished) this.lose(clientClosed());
      this.#settleClosed();
    });
  }

  /** The status that went out; 0 when none did. */
  get status(): number {
    return this.response.headersSent ? this.response.statusCode : 0;
  }

  lose(fault: Fault): void {
    if (this.lost !== undefined) return;
    this.lost = fault;
    this.onLost?.(fault);
  }

  /** Sends a part of the answer's body, and with the last one its end. False when the client is behind. */
  send(bytes: Buffer, isLast: boolean): boolean {
    const { response } = this;
    if (isLast && this.isHttp2 && bytes.length > PIECE_BYTES_MAX) {
      this.#sendPieces(bytes);
      return true;
    }
    this.givenBytes += bytes.length;
    // As text a small body joins the head in a single write that needs no list of buffers; latin1 keeps every byte.
    const isSmall = bytes.length <= JOINED_BYTES_MAX && !this.isHttp2;
    if (!isLast) return response.write(bytes);
    if (isSmall) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
    return true;
  }

  /** Ends an answer whose bytes were all given, which of some may happen a while later. */
  end(): void {
    if (!this.#hasMorePieces) this.response.end();
  }

  /** Ends an answer that cannot be completed, so that nobody takes what arrived for the whole. */
  cut(): void {
    const { response, request } = this;
    if (response.writableFinished) return;
    if (this.isHttp2) {
      (response as unknown as Http2ServerResponse).stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    } else if (request.httpVersion === '1.0' && !this.connection.isEncrypted && request.socket !== null) {
      // Before HTTP/1.1 the end of the connection may be the end of the body; only a reset is not.
      request.socket.resetAndDestroy();
    } else {
      response.destroy();
    }
    // A response that waits behind another one on its connection has no socket yet and no one else who would end it.
    if (!this.isHttp2 && response.socket === null) {
      request.socket.destroy();
      this.abandon();
    }
  }

  /** Ends the reading of a body whose answer is out. */
  stopReading(): void {
    if (this.request.complete) return;
    if (this.isHttp2) (this.request as unknown as Http2ServerRequest).stream.close(constants.NGHTTP2_NO_ERROR);
    else this.request.destroy();
  }

  /** The answer says that it is the last one on its connection. */
  endConnection(): void {
    connectionOf(this.request.socket).isEnding = true;
  }

  /** The rest of the request's body is no HTTP. What was not answered yet is answered with that. */
  breakBody(fault: Fault): void {
    if (this.reading !== undefined && !this.response.headersSent) this.reading.fail(fault);
    else this.response.end();
  }

  /** For a client whose connection ended without this response ever having had it. */
  abandon(): void {
    this.lose(clientClosed());
    this.#settleClosed();
  }

  #sendPieces(bytes: Buffer): void {
    const { response } = this;
    this.#hasMorePieces = bytes.length > PIECE_BYTES_MAX;
    const piece = bytes.subarray(0, PIECE_BYTES_MAX);
    this.givenBytes += piece.length;
    if (!this.#hasMorePieces) response.end(piece);
    else {
      response.once('drain', () => this.#sendPieces(bytes.subarray(PIECE_BYTES_MAX)));
      response.write(piece);
    }
  }

  /**
   * Sends a local reply. Behind bad framing, or with a body of which the rest would be taken for a request, the connection
   * ends with it. The reply to a client that is still sending is left open: the rest of the body is thrown away first.
   */
  reply(refusal: Refusal, id: string, route: Route | undefined, isLast: boolean): void {
    const { response, request } = this;
    if (this.lost !== undefined || response.headersSent) return;
    const { status, rawHeaders, body } = localReply(refusal, id, route);
    const isUnread = this.hasBody && !request.complete;
    const isFaulty = refusal.kind === 'refuse' && isAboutHttp(refusal.fault);
    const closes = !this.isHttp2 && (isUnread || isLast || isFaulty);
    if (closes) this.endConnection();
    response.writeHead(status, closes ? [...rawHeaders, 'Connection', 'close'] : [...rawHeaders]);
    const isBodiless = request.method === 'HEAD' || status === 204 || status === 304;
    const isHeldBack = headerValue(request.rawHeaders, 'expect') !== undefined && request.readableFlowing === null;
    const staysOpen = isUnread && !this.isHttp2 && !isBodiless && !isHeldBack && !isFramingFault(refusal);
    if (staysOpen) response.write(body);
    else response.end(isBodiless ? undefined : body);
  }
}

/** By what it is: an HTTP/1 client may write `HTTP/2.0` into its request line. */
export function isHttp2(request: object): boolean {
  return request instanceof Http2ServerRequest;
}

function headOfHttp1(request: IncomingMessage): RequestHead {
  return {
    method: request.method!,
    target: request.url!,
    // A request line can claim `HTTP/2.0`; here that is no version at all.
    httpVersion: request.httpVersionMajor === 1 ? request.httpVersion : '0.0',
    rawHeaders: request.rawHeaders,
  };
}

/**
 * The HTTP/1.1 message that this request is forwarded as (RFC 9113 §8.3.1, §8.2.3): `:authority` is its Host, crumbs of the
 * cookie are one line, and a body without a length is a chunked one. Whatever HTTP/2 itself forbids, Node has refused.
 */
function headOfHttp2(request: IncomingMessage, hasBody: boolean): RequestHead {
  const received = request.rawHeaders;
  const rawHeaders: string[] = [];
  let target = '';
  let authority: string | undefined;
  let cookie = '';
  let hasLength = false;
  for (let i = 0; i + 1 < received.length; i += 2) {
    const name = received[i]!;
    const value = received[i + 1]!;
    if (name === ':path') target = value;
    else if (name === ':authority') authority = value;
    else if (name === 'cookie') cookie = cookie === '' ? value : `${cookie}; ${value}`;
    else if (name.charCodeAt(0) !== 0x3a) {
      if (name === 'content-length') hasLength = true;
      // A second Host that says the same is no second reading.
      if (name !== 'host' || value !== authority) rawHeaders.push(name, value);
    }
  }
  if (authority !== undefined) rawHeaders.unshift('host', authority);
  if (cookie !== '') rawHeaders.push('cookie', cookie);
  const { method } = request;
  const isUnbounded = hasBody && !hasLength && method !== 'GET' && method !== 'HEAD';
  if (isUnbounded) rawHeaders.push('transfer-encoding', 'chunked');
  return { method: method!, target, httpVersion: isUnbounded ? '1.1' : '2.0', rawHeaders };
}

/** What is wrong with the message itself: where the next one begins can no longer be trusted. */
function isAboutHttp(fault: Fault): boolean {
  return fault.source === 'client' && fault.status !== 421 && fault.status !== 403 && fault.status !== 429;
}

function isFramingFault(refusal: Refusal): boolean {
  return refusal.kind === 'refuse' && (refusal.fault.status === 400 || refusal.fault.status === 501);
}
