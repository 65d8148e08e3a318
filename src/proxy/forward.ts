// Sends a request to its upstream: once, or a second time when nothing of the first attempt can have had an effect.
// Invariant: a request of which a byte may have reached an upstream is repeated only when its method is idempotent
// (RFC 9110 §9.2.2) and its body is at hand; and never when the client has seen a byte of an answer.
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Fault } from '../core/fault.ts';
import type { Inspection, RequestHeadOutcome } from '../core/inspector.ts';
import type { ProxyCounters } from './counters.ts';
import type { Downstream } from './downstream.ts';
import { faultOf } from './faults.ts';
import type { OutgoingBody } from './outgoing-body.ts';
import type { Relay } from './relay.ts';
import { upstreamHeaders } from './request-headers.ts';
import type { Upstream } from './upstream.ts';
import type { UpstreamMember } from './upstream-member.ts';

export interface Forwarding {
  readonly downstream: Downstream;
  readonly inspection: Inspection;
  readonly outcome: RequestHeadOutcome & { readonly kind: 'forward' };
  readonly upstream: Upstream;
  readonly body: OutgoingBody;
  readonly counters: ProxyCounters;
  /** Makes the receiver of one attempt's answer. */
  readonly newRelay: () => Relay;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Faults that say something about the URL, and not about this request. */
const BLAMES_UPSTREAM = new Set([
  'UPSTREAM_CONNECT_FAILED',
  'UPSTREAM_CONNECT_TIMEOUT',
  'UPSTREAM_TLS_FAILED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_RESET',
]);

/** Settles when the answer was relayed. @throws Fault */
export async function forward(forwarding: Forwarding): Promise<void> {
  const { upstream, counters, downstream, body } = forwarding;
  upstream.retries.earn();
  let member = choose(forwarding);
  for (let isSecond = false; ; isSecond = true) {
    if (downstream.lost !== undefined) throw downstream.lost;
    const relay = forwarding.newRelay();
    member.pending += 1;
    member.breaker.begin();
    let fault: Fault;
    try {
      member.pool.dispatch(dispatchOptions(forwarding, member), relay);
      // A small body has left in one piece; its copy is judged while the upstream works.
      if (body.content instanceof Buffer) body.tap?.end();
      await relay.done;
      member.breaker.succeeded();
      return;
    } catch (error) {
      fault = faultOf(error);
      if (BLAMES_UPSTREAM.has(fault.code)) member.breaker.failed(performance.now());
      else member.breaker.endedOtherwise();
    } finally {
      member.pending -= 1;
    }
    const second = isSecond ? undefined : secondMember(forwarding, member, fault, relay);
    if (second === undefined || !upstream.retries.spend()) throw fault;
    counters.upstreamRetries += 1;
    member = second;
  }
}

function dispatchOptions(forwarding: Forwarding, member: UpstreamMember): Dispatcher.DispatchOptions {
  const { downstream, inspection, outcome, body } = forwarding;
  return {
    path: outcome.target,
    method: downstream.head.method as Dispatcher.HttpMethod,
    headers: upstreamHeaders({
      outcome,
      clientAddress: inspection.clientAddress,
      isPeerTrusted: inspection.isPeerTrusted,
      peerAddress: downstream.connection.peerAddress,
      isEncrypted: downstream.connection.isEncrypted,
      httpVersion: downstream.head.httpVersion,
      isBodyReplaced: body.isReplaced,
      contentLength: body.contentLength,
      added: inspection.upstreamHeaders(),
    }),
    body: body.content,
    // Without it the Host line would name the certificate to expect, and another Host would end the connection.
    servername: member.servername,
  } as Dispatcher.DispatchOptions;
}

function secondMember(
  forwarding: Forwarding,
  first: UpstreamMember,
  fault: Fault,
  relay: Relay,
): UpstreamMember | undefined {
  const { downstream, body } = forwarding;
  if (relay.headAt !== undefined || downstream.lost !== undefined || !BLAMES_UPSTREAM.has(fault.code)) return undefined;
  const isRepeatable =
    !relay.isStarted ||
    (fault.code === 'UPSTREAM_RESET' && IDEMPOTENT.has(downstream.head.method) && !(body.content instanceof Readable));
  if (!isRepeatable) return undefined;
  try {
    const second = forwarding.upstream.choose(performance.now(), first);
    // Who has just refused a connection will refuse the next one too; who has closed one may take another.
    return second === first && !relay.isStarted ? undefined : second;
  } catch {
    return undefined;
  }
}

function choose({ upstream, counters }: Forwarding): UpstreamMember {
  try {
    return upstream.choose(performance.now(), undefined);
  } catch (error) {
    counters.upstreamsUnavailable += 1;
    throw error;
  }
}
