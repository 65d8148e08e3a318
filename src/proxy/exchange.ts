// One transaction, top to bottom: head, body, forward, answer, completion. Every early exit is a visible return.
// Invariants: the bytes that were judged are the bytes that are sent; `complete` is called exactly once, in the finally.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../core/fault.ts';
import type { Inspection, Inspector, Refusal } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { type ClientConnection, connectionOf } from './client-connection.ts';
import type { ProxyCounters } from './counters.ts';
import { Downstream, isHttp2 } from './downstream.ts';
import { faultOf } from './faults.ts';
import { forward } from './forward.ts';
import { HeldBytes } from './held-bytes.ts';
import { outgoingBody } from './outgoing-body.ts';
import type { Pace } from './pace.ts';
import type { Pressure } from './pressure.ts';
import { Relay } from './relay.ts';
import type { ProxySettings } from './settings.ts';
import type { Turns } from './turns.ts';
import type { Upstream } from './upstream.ts';

/** At the 50 ms that one may take at most, so many are through within a second: nobody who comes then has to be sent away. */
const SHORT_QUEUE = 16;

export interface ExchangeContext {
  readonly inspector: Inspector;
  readonly settings: ProxySettings;
  readonly counters: ProxyCounters;
  readonly pace: Pace;
  readonly pressure: Pressure;
  readonly turns: Turns;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly nextId: (now: number) => string;
  /** True while the worker drains or has too little memory: connections are not kept. */
  readonly endsConnections: () => boolean;
  /** A transaction or an upgraded connection ended. */
  readonly onEnded: () => void;
}

/** Methods without effect (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const NOTHING_TO_DO = Promise.resolve();

/** `onWanted` runs once the verdict on the head lets the body come: it answers `100 Continue`. Never rejects. */
export function exchange(
  context: ExchangeContext,
  request: IncomingMessage,
  response: ServerResponse,
  onWanted?: () => void,
): Promise<void> {
  if (isHttp2(request)) return transact(context, request, response, onWanted, undefined, false);
  const connection = connectionOf(request.socket);
  if (!connection.takesMore || connection.isEnding) return NOTHING_TO_DO;
  const isLast = connection.isLast();
  const turn = connection.begin(SAFE.has(request.method!));
  if (turn === undefined) return transact(context, request, response, onWanted, connection, isLast);
  return turn.then(() => {
    const isOpen = !connection.isEnding && !request.socket.destroyed;
    if (isOpen) return transact(context, request, response, onWanted, connection, isLast);
    connection.end();
    return undefined;
  });
}

/** `connection` is the HTTP/1 connection whose turn ends with the transaction. */
async function transact(
  context: ExchangeContext,
  request: IncomingMessage,
  response: ServerResponse,
  onWanted: (() => void) | undefined,
  connection: ClientConnection | undefined,
  isLast: boolean,
): Promise<void> {
  const { counters, pace, pressure, settings } = context;
  const receivedAt = Date.now();
  const id = context.nextId(receivedAt);
  const downstream = new Downstream(request, response);
  const inspection = begin(context, id, receivedAt, downstream);
  if (inspection === undefined) {
    connection?.end();
    return;
  }
  const requestBytes = new HeldBytes(counters, settings.heldBytesMax);
  const responseBytes = new HeldBytes(counters, settings.heldBytesMax);
  let route: Route | undefined;
  let relay: Relay | undefined;
  let fault: Fault | undefined;
  const refuse = (refusal: Refusal): void => {
    if (refusal.kind === 'refuse') fault = refusal.fault;
    downstream.reply(refusal, id, route, isLast || context.endsConnections());
  };
  counters.activeTransactions += 1;
  pace.watch(downstream);
  try {
    if (pressure.isLate && counters.activeTransactions > SHORT_QUEUE) throw new Fault('OVERLOADED', 'gateway', 503);
    const outcome = inspection.requestHead();
    if (outcome.kind !== 'forward') return refuse(outcome);
    route = outcome.route;
    const upstream = context.upstreams.get(route.upstream);
    if (upstream === undefined) throw new Fault('UPSTREAM_UNKNOWN', 'gateway', 502);
    if (pressure.isFull && downstream.hasBody) throw new Fault('MEMORY_FULL', 'gateway', 503);
    const going = outgoingBody({ downstream, outcome, inspection, held: requestBytes, counters, onWanted });
    const body = going instanceof Promise ? await going : going;
    if (body.kind !== 'body') return refuse(body);
    const newRelay = (): Relay => {
      relay = new Relay({
        downstream,
        inspection,
        route: outcome.route,
        held: responseBytes,
        turns: context.turns,
        isLast: isLast || context.endsConnections(),
        refuse,
        requestJudged: () => body.tap?.finish(),
      });
      return relay;
    };
    await forward({ downstream, inspection, outcome, upstream, body, counters, newRelay });
  } catch (error) {
    fault = faultOf(error);
    if (fault.code === 'GATEWAY_ERROR') counters.inspectionErrors += 1;
    if (!response.headersSent) refuse({ kind: 'refuse', fault });
    else downstream.cut();
  } finally {
    if (downstream.hasBody && !request.complete) pace.linger(downstream);
    await downstream.closed;
    pace.unwatch(downstream);
    requestBytes.release();
    responseBytes.release();
    complete(context, inspection, {
      completedAt: Date.now(),
      upstreamMs: relay?.headAt === undefined ? undefined : Math.round(relay.headAt - relay.sentAt),
      status: downstream.status,
      requestBodyBytes: downstream.reading?.bytes ?? 0,
      responseBodyBytes: relay?.bodyBytes ?? 0,
      fault: fault ?? downstream.lost,
    });
    connection?.end();
  }
}

/** An inspector that throws against its contract costs one transaction its answer, not the worker its life. */
function begin(
  context: ExchangeContext,
  id: string,
  receivedAt: number,
  downstream: Downstream,
): Inspection | undefined {
  try {
    return context.inspector.begin(id, receivedAt, downstream.head, downstream.connection);
  } catch {
    context.counters.inspectionErrors += 1;
    downstream.reply({ kind: 'refuse', fault: new Fault('INSPECTION_ERROR', 'gateway', 503) }, id, undefined, true);
    return undefined;
  }
}

function complete(
  context: ExchangeContext,
  inspection: Inspection,
  completion: Parameters<Inspection['complete']>[0],
): void {
  context.counters.activeTransactions -= 1;
  try {
    inspection.complete(completion);
  } catch {
    context.counters.inspectionErrors += 1;
  }
  context.onEnded();
}
