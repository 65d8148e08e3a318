// How a request's body leaves: not at all, in one piece after its verdict, in one piece because it is small, or as it comes.
// Invariant: in enforce mode nothing of a body leaves before its verdict.
import type { Readable } from 'node:stream';
import { Fault } from '../core/fault.ts';
import type { Inspection, Refusal, RequestHeadOutcome } from '../core/inspector.ts';
import { headerValue } from '../core/transaction.ts';
import { decodedContent } from './content.ts';
import type { ProxyCounters } from './counters.ts';
import type { Downstream } from './downstream.ts';
import type { HeldBytes } from './held-bytes.ts';
import { RequestBody } from './request-body.ts';
import { RequestTap } from './request-tap.ts';

export interface OutgoingBody {
  readonly kind: 'body';
  readonly content: Buffer | Readable | null;
  readonly isReplaced: boolean;
  /** Announced length of a body that is passed on while it arrives. */
  readonly contentLength: number | undefined;
  /** The copy that is judged while the body passes. */
  readonly tap: RequestTap | undefined;
}

export interface IncomingBody {
  readonly downstream: Downstream;
  readonly outcome: RequestHeadOutcome & { readonly kind: 'forward' };
  readonly inspection: Inspection;
  readonly held: HeldBytes;
  readonly counters: ProxyCounters;
  /** Lets the body come: answers `100 Continue`. */
  readonly onWanted: (() => void) | undefined;
}

/** Bodies up to this length are with us as soon as their head: one write, and a second attempt is possible. */
const ONE_PIECE_BYTES_MAX = 64 * 1024;
const NOTHING = Buffer.alloc(0);
const NO_BODY: OutgoingBody = piece(null, false, undefined);

/** @throws Fault when the client is lost or too slow, 503 when there is no room to hold it */
export function outgoingBody(incoming: IncomingBody): OutgoingBody | Promise<OutgoingBody | Refusal> {
  const { downstream, outcome, onWanted } = incoming;
  const isEmpty =
    !downstream.hasBody ||
    // HTTP/2 may open a body and put nothing in it; of a GET or HEAD it means nothing and is not passed on.
    (downstream.contentLength === undefined && /^(?:GET|HEAD)$/.test(downstream.head.method));
  if (isEmpty) {
    onWanted?.();
    return NO_BODY;
  }
  const isChunked = headerValue(downstream.head.rawHeaders, 'transfer-encoding') !== undefined && !downstream.isHttp2;
  const body = new RequestBody(downstream.request, isChunked, outcome.body === 'hold');
  downstream.reading = body;
  downstream.onLost = (fault) => body.fail(fault);
  if (downstream.lost !== undefined) throw downstream.lost;
  return outcome.body === 'hold' ? heldBody(incoming, body) : passedBody(incoming, body);
}

async function heldBody(incoming: IncomingBody, body: RequestBody): Promise<OutgoingBody | Refusal> {
  const { downstream, outcome, inspection, held, onWanted } = incoming;
  const { limits, on } = outcome.route;
  const { requestBodyBytesMax } = limits;
  const announced = downstream.contentLength ?? 0;
  if (announced > requestBodyBytesMax && on.bodyOverLimit === 'block') {
    const verdict = inspection.requestBodyOverLimit(NOTHING);
    if (verdict.kind !== 'forward') return verdict;
  } else {
    if (!held.hasRoomFor(Math.min(announced, requestBodyBytesMax))) {
      throw new Fault('BODIES_OVER_BUDGET', 'gateway', 503);
    }
    onWanted?.();
    if ((await body.collect(held, requestBodyBytesMax)) === 'whole') return judgedBody(incoming);
    const verdict = inspection.requestBodyOverLimit(held.bytes().subarray(0, requestBodyBytesMax));
    if (verdict.kind !== 'forward') return verdict;
  }
  return {
    kind: 'body',
    content: body.passOn(held.bytes()),
    isReplaced: false,
    contentLength: downstream.contentLength,
    tap: undefined,
  };
}

async function judgedBody({ inspection, held, outcome }: IncomingBody): Promise<OutgoingBody | Refusal> {
  const received = held.bytes();
  const { limits } = outcome.route;
  const decoding = decodedContent(received, outcome.rawHeaders, limits.requestBodyBytesMax, limits);
  const verdict = inspection.requestBody(received, decoding instanceof Promise ? await decoding : decoding);
  if (verdict.kind !== 'forward') return verdict;
  return piece(verdict.replacement ?? received, verdict.replacement !== undefined, undefined);
}

async function passedBody(incoming: IncomingBody, body: RequestBody): Promise<OutgoingBody> {
  const { downstream, outcome, inspection, held, counters, onWanted } = incoming;
  const { limits } = outcome.route;
  const length = downstream.contentLength;
  const tap =
    outcome.body === 'tap' ? new RequestTap(inspection, held, outcome.rawHeaders, limits, counters) : undefined;
  onWanted?.();
  const isSmall = length !== undefined && length <= Math.min(ONE_PIECE_BYTES_MAX, limits.requestBodyBytesMax);
  if (isSmall && held.hasRoomFor(length)) {
    await body.collect(held, length);
    return piece(held.bytes(), false, tap);
  }
  return {
    kind: 'body',
    content:
      tap === undefined
        ? body.passOn(undefined)
        : body.passOn(
            undefined,
            (chunk) => tap.take(chunk),
            () => tap.end(),
          ),
    isReplaced: false,
    contentLength: length,
    tap,
  };
}

function piece(content: Buffer | null, isReplaced: boolean, tap: RequestTap | undefined): OutgoingBody {
  return { kind: 'body', content, isReplaced, contentLength: undefined, tap };
}
