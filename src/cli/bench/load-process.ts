// The load generator, a child process: raw sockets, keep-alive, one request in flight on each connection.
// Without a rate every connection sends as soon as it may. With a rate requests fall due on a fixed schedule and their time
// counts from then, so that a stalled proxy cannot hide its stall by slowing the load down (coordinated omission).
import { connect, type Socket } from 'node:net';
import { type Method, requestBytes } from './payloads.ts';
import { ResponseFraming } from './response-framing.ts';

export interface LoadOrder {
  readonly port: number;
  readonly method: Method;
  /** Kilobytes of the answer. */
  readonly kilobytes: number;
  readonly connections: number;
  readonly durationMs: number;
  readonly requestsPerSecond?: number;
  /**
   * Of all connections together, which then take turns; without it each has one request in flight all the time. They are opened
   * one after the other, each with a request, before anything counts: opening ten thousand costs more than what is sent on them.
   */
  readonly inFlightMax?: number;
}

/** Sent once, before the result: from now on requests are counted. */
export interface LoadBegins {
  readonly begins: true;
}

export interface LoadResult {
  readonly requests: number;
  /** Answers other than 200, and connections lost. */
  readonly failures: number;
  readonly failure?: string;
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

/** Requests in flight at the end were paid for by whoever answers them: they are waited for, and counted. */
const DRAIN_MS_MAX = 3_000;
/** Of connections that take turns; what is not open by then is a failure. */
const OPENED_MS_MAX = 90_000;
/** What opening them has left to do, records to analyse and garbage, is done by then. */
const SETTLING_MS = 2_500;
/** Different requests, one after the other. */
const VARIANTS = 512;

interface Lane {
  readonly socket: Socket;
  /** When the request in flight was due; undefined while idle. */
  due: number | undefined;
}

process.on('message', (order: LoadOrder) => {
  void load(order).then((result) => process.send!(result));
});
process.once('disconnect', () => process.exit(0));

async function load(order: LoadOrder): Promise<LoadResult> {
  const variants = Array.from({ length: VARIANTS }, (_, i) => requestBytes(order.method, order.kilobytes, i * 50));
  let sent = 0;
  const latencies: number[] = [];
  let failures = 0;
  let failure: string | undefined;
  /** Nothing new is sent. */
  let isEnding = false;
  /** Nothing more is counted. */
  let isOver = false;
  let inFlight = 0;
  const backlog: number[] = [];
  const idle: Lane[] = [];
  /** While they are opened: what goes on when a connection has been answered, or is lost. */
  let onFirstAnswer: (() => void) | undefined;
  const fail = (why: string): void => {
    if (isOver) return;
    failures += 1;
    failure ??= why;
    onFirstAnswer?.();
  };
  const send = (lane: Lane, due: number): void => {
    lane.due = due;
    inFlight += 1;
    lane.socket.write(variants[sent++ % VARIANTS]!);
  };
  const waiting = new Turns();
  const next = (lane: Lane): void => {
    lane.due = undefined;
    inFlight -= 1;
    if (isEnding) return;
    if (order.inFlightMax !== undefined) {
      waiting.join(lane);
      send(waiting.first(), performance.now());
      return;
    }
    const due = order.requestsPerSecond === undefined ? performance.now() : backlog.shift();
    if (due === undefined) idle.push(lane);
    else send(lane, due);
  };
  const open = async (): Promise<Lane> => {
    const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve) => socket.once('connect', resolve).once('error', () => resolve()));
    const lane: Lane = { socket, due: undefined };
    const framing = new ResponseFraming();
    socket.on('data', (chunk) => {
      try {
        if (framing.push(chunk) === 0) return;
      } catch (error) {
        fail((error as Error).message);
        socket.destroy();
        return;
      }
      if (framing.status !== 200) fail(`status ${framing.status}`);
      if (onFirstAnswer !== undefined) {
        inFlight -= 1;
        onFirstAnswer();
        return;
      }
      if (!isOver) latencies.push((performance.now() - lane.due!) * 1_000);
      next(lane);
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection was closed'));
    return lane;
  };
  const { inFlightMax } = order;
  const lanes: Lane[] = [];
  if (inFlightMax === undefined) lanes.push(...(await Promise.all(Array.from({ length: order.connections }, open))));
  else {
    const latest = performance.now() + OPENED_MS_MAX;
    while (lanes.length < order.connections && failures === 0 && performance.now() < latest) {
      const some = await Promise.all(
        Array.from({ length: Math.min(inFlightMax, order.connections - lanes.length) }, open),
      );
      lanes.push(...some);
      await new Promise<void>((resolve) => {
        let left = some.length;
        onFirstAnswer = () => {
          left -= 1;
          if (left === 0 || failures > 0) resolve();
        };
        for (const lane of some) send(lane, performance.now());
      });
    }
    onFirstAnswer = undefined;
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    if (lanes.length < order.connections) fail(`${lanes.length} of ${order.connections} connections could be opened`);
  }
  const started = performance.now();
  process.send!({ begins: true } satisfies LoadBegins);
  if (order.requestsPerSecond !== undefined) idle.push(...lanes);
  else if (inFlightMax === undefined) for (const lane of lanes) send(lane, performance.now());
  else {
    for (const lane of lanes) waiting.join(lane);
    for (let i = 0; i < Math.min(inFlightMax, lanes.length); i += 1) send(waiting.first(), performance.now());
  }
  const schedule =
    order.requestsPerSecond === undefined
      ? undefined
      : keepSchedule(order.requestsPerSecond, started, idle, backlog, send);
  await new Promise((resolve) => setTimeout(resolve, order.durationMs));
  isEnding = true;
  clearInterval(schedule);
  const latest = performance.now() + DRAIN_MS_MAX;
  while (inFlight > 0 && performance.now() < latest) await new Promise((resolve) => setTimeout(resolve, 2));
  isOver = true;
  const seconds = (performance.now() - started) / 1_000;
  for (const { socket } of lanes) socket.destroy();
  const sorted = Float64Array.from(latencies).sort();
  return {
    requests: latencies.length,
    failures,
    ...(failure === undefined ? {} : { failure }),
    seconds,
    p50Us: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
    p99Us: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    p999Us: sorted[Math.floor(sorted.length * 0.999)] ?? 0,
  };
}

/** First come, first served, without moving those behind. */
class Turns {
  readonly #lanes: Lane[] = [];
  #first = 0;

  join(lane: Lane): void {
    this.#lanes.push(lane);
  }

  /** There is one, since whoever asks has just joined. */
  first(): Lane {
    const lane = this.#lanes[this.#first++]!;
    if (this.#first >= 65_536) {
      this.#lanes.splice(0, this.#first);
      this.#first = 0;
    }
    return lane;
  }
}

function keepSchedule(
  requestsPerSecond: number,
  started: number,
  idle: Lane[],
  backlog: number[],
  send: (lane: Lane, due: number) => void,
): NodeJS.Timeout {
  let scheduled = 0;
  return setInterval(() => {
    const now = performance.now();
    for (; started + (scheduled * 1_000) / requestsPerSecond <= now; scheduled += 1) {
      const due = started + (scheduled * 1_000) / requestsPerSecond;
      const lane = idle.pop();
      if (lane === undefined) backlog.push(due);
      else send(lane, due);
    }
  }, 1);
}
