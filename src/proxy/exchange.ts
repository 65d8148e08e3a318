// One transaction, top to bottom: head, body, forward, answer, completion. Every early exit is a visible return.
// Invariants: the bytes that were judged are the bytes that are sent; `complete` is called exactly once, in the finally.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, Transform } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Fault } from '../core/fault.ts';
import type { Inspection, Inspector, Refusal, RequestHeadOutcome } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { headerValue, type RequestHead } from '../core/transaction.ts';
import { decodedContent } from './content.ts';
import { faultOf } from './faults.ts';
import { continued, HeldBytes, readInto } from './held-body.ts';
import { localReply } from './local-reply.ts';
import { Relay } from './relay.ts';
import { upstreamHeaders } from './request-headers.ts';
import type { ProxyCounters, ProxySettings } from './settings.ts';
import type { Upstream, UpstreamMember } from './upstream.ts';

export interface ExchangeContext {
  readonly inspector: Inspector;
  readonly settings: ProxySettings;
  readonly counters: ProxyCounters;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly nextId: () => string;
  /** True while the worker drains: connections are not kept. */
  readonly isDraining: () => boolean;
}

type Forwarding = RequestHeadOutcome & { readonly kind: 'forward' };

/** What is sent as the request's body. `isReplayable` when a second attempt can send the same again. */
interface OutgoingBody {
  readonly content: Buffer | Readable | null;
  readonly isReplaced: boolean;
  readonly isReplayable: boolean;
  readonly contentLength: number | undefined;
}

const NO_BODY: OutgoingBody = { content: null, isReplaced: false, isReplayable: true, contentLength: undefined };

/** `onHeadAllowed` runs once the head's verdict lets the body come: it answers `100 Continue`. Never rejects. */
export async function exchange(
  context: ExchangeContext,
  request: IncomingMessage,
  response: ServerResponse,
  onHeadAllowed?: () => void,
): Promise<void> {
  const { counters } = context;
  const id = context.nextId();
  const receivedAt = Date.now();
  const peerAddress = peerAddressOf(request);
  const isEncrypted = (request.socket as TLSSocket).encrypted === true;
  const head = headOf(request);
  const inspection = context.inspector.begin(id, receivedAt, head, { peerAddress, isEncrypted });
  const held = new HeldBytes(counters, context.settings.heldBytesMax);
  let route: Route | undefined;
  let relay: Relay | undefined;
  let fault: Fault | undefined;
  let requestBodyBytes = 0;
  const countBody = (chunk: Buffer): void => {
    requestBodyBytes += chunk.length;
  };
  request.on('data', countBody).pause();
  counters.activeTransactions += 1;
  const refuse = (refusal: Refusal): void => {
    if (refusal.kind === 'refuse') fault = refusal.fault;
    reply(request, response, refusal, id, route);
  };
  try {
    const outcome = inspection.requestHead();
    if (outcome.kind !== 'forward') return refuse(outcome);
    route = outcome.route;
    const upstream = context.upstreams.get(route.upstream);
    if (upstream === undefined) throw new Fault('UPSTREAM_UNKNOWN', 'gateway', 502);
    onHeadAllowed?.();
    const body = await outgoingBody(request, outcome, inspection, held);
    if ('kind' in body) return refuse(body);
    relay = await forward({
      context,
      request,
      response,
      inspection,
      outcome,
      upstream,
      body,
      peerAddress,
      isEncrypted,
      refuse,
    });
  } catch (error) {
    fault = faultOf(error);
    if (fault.code !== 'CLIENT_CLOSED' && !response.headersSent) refuse({ kind: 'refuse', fault });
    // After the head there is no other honest way to say that the rest will not come.
    else if (!response.writableFinished) response.destroy();
  } finally {
    held.release();
    counters.activeTransactions -= 1;
    request.off('data', countBody);
    inspection.complete({
      completedAt: Date.now(),
      upstreamMs: relay?.headAt === undefined ? undefined : relay.headAt - receivedAt,
      status: response.headersSent ? response.statusCode : 0,
      requestBodyBytes,
      responseBodyBytes: relay?.bodyBytes ?? 0,
      fault,
    });
  }
}

/** Takes the body as the verdict on the head wants it: passed on, copied while it passes, or held until its own verdict. */
async function outgoingBody(
  request: IncomingMessage,
  outcome: Forwarding,
  inspection: Inspection,
  held: HeldBytes,
): Promise<OutgoingBody | Refusal> {
  const { limits } = outcome.route;
  const length = headerValue(outcome.rawHeaders, 'content-length');
  const contentLength = length === undefined ? undefined : Number(length);
  const hasBody =
    (contentLength ?? 0) > 0 ||
    headerValue(outcome.rawHeaders, 'transfer-encoding') !== undefined ||
    mayStreamOnHttp2(request);
  if (!hasBody) return NO_BODY;
  if (outcome.body === 'stream') return { content: request, isReplaced: false, isReplayable: false, contentLength };
  if (outcome.body === 'tap') {
    return {
      content: tapped(request, inspection, held, outcome.route),
      isReplaced: false,
      isReplayable: false,
      contentLength,
    };
  }
  const read = await readInto(held, request, limits.requestBodyBytesMax);
  const received = held.bytes();
  if (read === 'over-limit') {
    const verdict = inspection.requestBodyOverLimit(received.subarray(0, limits.requestBodyBytesMax));
    if (verdict.kind !== 'forward') return verdict;
    return {
      content: Readable.from(continued(received, request)),
      isReplaced: false,
      isReplayable: false,
      contentLength,
    };
  }
  const decoded = await decodedContent(received, outcome.rawHeaders, limits.requestBodyBytesMax, limits);
  const verdict = inspection.requestBody(received, decoded);
  if (verdict.kind !== 'forward') return verdict;
  return {
    content: verdict.replacement ?? received,
    isReplaced: verdict.replacement !== undefined,
    isReplayable: true,
    contentLength: undefined,
  };
}

/** HTTP/2 announces a body by not ending the stream with its headers. */
function mayStreamOnHttp2(request: IncomingMessage): boolean {
  return (
    request.httpVersionMajor === 2 && request.method !== 'GET' && request.method !== 'HEAD' && !request.readableEnded
  );
}

/** Monitor mode: the bytes go on at once, a copy is judged when the last one has passed. */
function tapped(request: IncomingMessage, inspection: Inspection, held: HeldBytes, route: Route): Readable {
  const { limits } = route;
  let isWhole = true;
  const tap = new Transform({
    transform: (chunk: Buffer, _, next) => {
      if (isWhole) {
        try {
          held.push(chunk);
          isWhole = held.length <= limits.requestBodyBytesMax;
        } catch {
          isWhole = false;
        }
        if (!isWhole) {
          inspection.requestBodyOverLimit(held.bytes().subarray(0, limits.requestBodyBytesMax));
          held.release();
        }
      }
      next(null, chunk);
    },
    flush: (next) => {
      next();
      if (!isWhole) return;
      const received = held.bytes();
      void decodedContent(received, headOf(request).rawHeaders, limits.requestBodyBytesMax, limits).then((decoded) => {
        inspection.requestBody(received, decoded);
      });
    },
  });
  request.once('error', (error) => tap.destroy(error));
  request.once('aborted', () => tap.destroy(new Fault('CLIENT_CLOSED', 'client', 499)));
  return request.pipe(tap);
}

interface Forward {
  readonly context: ExchangeContext;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly inspection: Inspection;
  readonly outcome: Forwarding;
  readonly upstream: Upstream;
  readonly body: OutgoingBody;
  readonly peerAddress: string;
  readonly isEncrypted: boolean;
  readonly refuse: (refusal: Refusal) => void;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const ATTEMPTS_MAX = 2;

/** Sends the request; a second time, to another member if there is one, when nothing of the first can have had an effect. */
async function forward(job: Forward): Promise<Relay> {
  const { context, request, outcome, upstream, body, inspection, response } = job;
  const tried: UpstreamMember[] = [];
  while (true) {
    const member = upstream.choose(Date.now(), tried);
    tried.push(member);
    const relay = new Relay({
      inspection,
      route: outcome.route,
      method: request.method!,
      response,
      counters: context.counters,
      heldBytesMax: context.settings.heldBytesMax,
      refuse: job.refuse,
    });
    member.pending += 1;
    try {
      member.pool.dispatch(
        {
          path: outcome.target,
          method: request.method as 'GET',
          headers: upstreamHeaders({
            inspection,
            outcome,
            peerAddress: job.peerAddress,
            isEncrypted: job.isEncrypted,
            isBodyReplaced: body.isReplaced,
            contentLength: body.content instanceof Readable ? body.contentLength : undefined,
          }),
          body: body.content,
        },
        relay as never,
      );
      await relay.done;
      member.succeeded();
      return relay;
    } catch (error) {
      const fault = faultOf(error);
      if (fault.source === 'upstream' && fault.code !== 'UPSTREAM_RESPONSE_INVALID') member.failed(Date.now());
      const hadNoEffect =
        fault.code === 'UPSTREAM_CONNECT_FAILED' ||
        (fault.code === 'UPSTREAM_RESET' && IDEMPOTENT.has(request.method!));
      const mayTryAgain =
        hadNoEffect && relay.isUntouched && body.isReplayable && tried.length < ATTEMPTS_MAX && !response.destroyed;
      if (!mayTryAgain) throw error;
      context.counters.upstreamRetries += 1;
    } finally {
      member.pending -= 1;
    }
  }
}

/** Sends a local reply. A request whose body was not read cannot be followed by another on the same connection. */
function reply(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  id: string,
  route: Route | undefined,
): void {
  if (response.destroyed) return;
  const { status, rawHeaders, body } = localReply(refusal, id, route);
  const mustClose =
    request.httpVersionMajor === 1 &&
    (!request.complete || (refusal.kind === 'refuse' && status < 500 && status !== 421));
  response.writeHead(status, [...rawHeaders, ...(mustClose ? ['Connection', 'close'] : [])]);
  response.end(request.method === 'HEAD' ? undefined : body);
  if (!request.complete) request.resume();
}

function headOf(request: IncomingMessage): RequestHead {
  if (request.httpVersionMajor !== 2) {
    return {
      method: request.method!,
      target: request.url!,
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
    };
  }
  // Pseudo header lines of HTTP/2 (RFC 9113 §8.3.1): `:authority` is the Host of this request.
  const rawHeaders: string[] = [];
  let target = '';
  const hasHost = request.rawHeaders.some((name, i) => i % 2 === 0 && name === 'host');
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!;
    const value = request.rawHeaders[i + 1]!;
    if (name === ':path') target = value;
    else if (name === ':authority') {
      if (!hasHost || request.headers.host !== value) rawHeaders.push('host', value);
    } else if (!name.startsWith(':')) rawHeaders.push(name, value);
  }
  return { method: request.method!, target, httpVersion: '2.0', rawHeaders };
}

function peerAddressOf(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
