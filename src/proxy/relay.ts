// The upstream's answer on its way to the client: a handler for undici's dispatch that streams, copies or holds the body as
// inspection wants it. Raw header Buffers come in, one write goes out.
// Invariants: `done` settles exactly once, and nothing is done to either side after it; after the first byte went to the
// client a failure is visible as a cut connection, never as a clean end.
import type { Dispatcher } from 'undici';
import { Fault } from '../core/fault.ts';
import type { BodyHandling, Inspection, Refusal, ResponseBodyOutcome } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { headerValue } from '../core/transaction.ts';
import { decodedContent } from './content.ts';
import type { Downstream } from './downstream.ts';
import { faultOf } from './faults.ts';
import type { HeldBytes } from './held-bytes.ts';
import { type BodyLength, downstreamHeaders } from './response-headers.ts';
import type { Turns } from './turns.ts';

export interface RelayJob {
  readonly downstream: Downstream;
  readonly inspection: Inspection;
  readonly route: Route;
  /** True when the connection ends with this answer: it is old enough, or the worker drains. */
  readonly isLast: boolean;
  /** Room for the response's body; released by the owner. */
  readonly held: HeldBytes;
  readonly turns: Turns;
  /** Replies locally: the verdict on the response was a block. */
  readonly refuse: (refusal: Refusal) => void;
  /** Settles when the copy of the request's body has been judged; undefined when there is none to wait for. */
  readonly requestJudged: () => Promise<void> | undefined;
}

/** Bodies announced to be at most this long come with their head; longer ones and unbounded ones may make it wait. */
const HEAD_WAITS_BYTES_MAX = 64 * 1024;
/** Who has got so much of an answer waits for his turn with the rest. */
const AT_ONCE_BYTES_MAX = 256 * 1024;

export class Relay implements Dispatcher.DispatchHandler {
  readonly done: Promise<void>;
  /** True once the request may have left: bytes of it were given to a connection. */
  isStarted = false;
  /** Milliseconds by a clock that never jumps. */
  readonly sentAt = performance.now();
  /** The same, of the upstream's head; undefined until it came. */
  headAt: number | undefined;
  bodyBytes = 0;
  /** From when, by the same clock, the upstream is waited for; moved on by whoever else is waited for. */
  #waitsSince = Number.POSITIVE_INFINITY;
  #hasProgressed = false;
  readonly #job: RelayJob;
  #resolve!: () => void;
  #reject!: (error: Fault) => void;
  #isSettled = false;
  #abort: ((error?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #handling: BodyHandling = 'stream';
  #status = 0;
  #rawHeaders: readonly string[] = [];
  /** Length of the body by its head; not a number when that says none. */
  #announcedBytes = Number.NaN;
  #isHeadWritten = false;
  #isFlushed = false;
  #awaitsDrain = false;

  constructor(job: RelayJob) {
    this.#job = job;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    job.downstream.onLost = (fault) => this.#stop(fault);
    job.downstream.answering = this;
    if (job.downstream.lost !== undefined) this.#stop(job.downstream.lost);
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#isSettled) abort();
    else {
      this.isStarted = true;
      this.#waitsSince = performance.now();
    }
  }

  /**
   * Ends the waiting for an upstream that is silent for too long: before its head, or between two pieces of its body. Called
   * now and then; undici's own timers cost an object per request and change.
   */
  checkTime(now: number): void {
    if (this.#isSettled || this.#waitsSince === Number.POSITIVE_INFINITY) return;
    const { downstream, route } = this.#job;
    const waitsForClient = this.#awaitsDrain || downstream.reading?.isWaiting === true;
    if (this.#hasProgressed || waitsForClient) {
      this.#hasProgressed = false;
      this.#waitsSince = now;
      return;
    }
    const waitsMaxMs = this.headAt === undefined ? route.timeouts.headersMs : route.timeouts.bodyMs;
    if (now - this.#waitsSince >= waitsMaxMs) this.#stop(new Fault('UPSTREAM_TIMEOUT', 'upstream', 504));
  }

  onHeaders(status: number, rawHeaders: readonly (Buffer | string)[], resume: () => void): boolean {
    // RFC 9110 §15.2: interim answers are for the one who asked for them, and that was us.
    if (this.#isSettled || (status >= 100 && status < 200)) return true;
    this.headAt = performance.now();
    this.#hasProgressed = true;
    this.#resume = resume;
    if (status < 100 || status > 599) return this.#stop(new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502));
    this.#status = status;
    const lines = new Array<string>(rawHeaders.length);
    for (let i = 0; i < rawHeaders.length; i++) lines[i] = latin1(rawHeaders[i]!);
    this.#rawHeaders = lines;
    const judged = this.#job.requestJudged();
    if (judged === undefined) return this.#onHead();
    void judged.then(() => {
      if (this.#isSettled) return;
      this.#guarded(() => this.#onHead());
      resume();
    });
    return false;
  }

  onData(chunk: Buffer): boolean {
    if (this.#isSettled) return true;
    this.bodyBytes += chunk.length;
    this.#hasProgressed = true;
    switch (this.#handling) {
      case 'hold':
        return this.#hold(chunk);
      case 'tap':
        this.#tap(chunk);
        return this.#write(chunk);
      case 'stream':
        return this.#write(chunk);
      default:
        return this.#handling satisfies never;
    }
  }

  onComplete(): void {
    if (this.#isSettled) return;
    const { downstream } = this.#job;
    // Of a tapped body the client has its last byte before the copy is looked at.
    if (this.#handling !== 'hold') downstream.response.end();
    if (this.#handling === 'stream') {
      this.#settle();
      return;
    }
    const { held, route } = this.#job;
    const received = held.bytes();
    const { limits } = route;
    const decoded = decodedContent(received, this.#rawHeaders, limits.responseBodyBytesMax, limits);
    if (decoded instanceof Promise) {
      void decoded.then((later) => {
        if (!this.#isSettled) this.#guarded(() => this.#judge(received, later));
      });
    } else this.#guarded(() => this.#judge(received, decoded));
  }

  onError(error: Error): void {
    this.#stop(faultOf(error));
  }

  #onHead(): boolean {
    const outcome = this.#job.inspection.responseHead({ status: this.#status, rawHeaders: this.#rawHeaders });
    if (outcome.kind !== 'forward') return this.#refuse(outcome);
    this.#rawHeaders = outcome.rawHeaders;
    this.#handling = this.#isBodiless() ? 'stream' : outcome.body;
    if (this.#handling === 'hold') return true;
    this.#writeHead('as-received', false);
    if (this.#isBodiless()) {
      // Complete with its head, whatever body or length the upstream still gets wrong.
      this.#job.downstream.response.end();
      this.#settle();
      return true;
    }
    const length = headerValue(this.#rawHeaders, 'content-length');
    if (length !== undefined) this.#announcedBytes = Number(length);
    // Goes out with the first bytes of the body, and alone only when they do not come in the same breath.
    if (!(this.#announcedBytes <= HEAD_WAITS_BYTES_MAX)) process.nextTick(() => this.#flushHead());
    return true;
  }

  #flushHead(): void {
    if (this.#isFlushed || this.#isSettled) return;
    this.#isFlushed = true;
    this.#job.downstream.response.flushHeaders();
  }

  #hold(chunk: Buffer): boolean {
    const { held, route, inspection } = this.#job;
    const hasRoom = held.push(chunk);
    const bodyBytesMax = route.limits.responseBodyBytesMax;
    if (held.length > bodyBytesMax) {
      const outcome = inspection.responseBodyOverLimit(held.bytes().subarray(0, bodyBytesMax));
      if (outcome.kind !== 'forward') return this.#refuse(outcome);
      const first = held.bytes();
      held.release();
      this.#handling = 'stream';
      this.#writeHead('as-received', false);
      return this.#write(first);
    }
    return hasRoom ? true : this.#stop(new Fault('BODIES_OVER_BUDGET', 'gateway', 503));
  }

  /** Over a bound the copy ends, the body goes on. */
  #tap(chunk: Buffer): void {
    const { held, route, inspection } = this.#job;
    const bodyBytesMax = route.limits.responseBodyBytesMax;
    if (held.push(chunk) && held.length <= bodyBytesMax) return;
    inspection.responseBodyOverLimit(held.bytes().subarray(0, bodyBytesMax));
    held.release();
    this.#handling = 'stream';
  }

  #judge(received: Buffer, decoded: Buffer | Fault): void {
    const { inspection, downstream } = this.#job;
    const outcome: ResponseBodyOutcome = inspection.responseBody(received, decoded);
    if (this.#handling === 'hold') {
      if (outcome.kind !== 'forward') {
        this.#job.refuse(outcome);
      } else {
        const body = outcome.replacement ?? received;
        this.#writeHead(body.length, outcome.replacement !== undefined);
        downstream.send(body, true);
      }
    }
    this.#settle();
  }

  #isBodiless(): boolean {
    return this.#job.downstream.head.method === 'HEAD' || this.#status === 204 || this.#status === 304;
  }

  #writeHead(length: BodyLength, isReplaced: boolean): void {
    const { inspection, downstream } = this.#job;
    // RFC 9110 §8.6: there is no length of a body that cannot be.
    const announced = this.#status === 204 ? 'none' : length;
    const lines = downstreamHeaders(this.#rawHeaders, inspection.downstreamHeaders(), announced, isReplaced);
    if (this.#job.isLast && !downstream.isHttp2) {
      lines.push('Connection', 'close');
      downstream.endConnection();
    }
    downstream.response.writeHead(this.#status, lines);
    this.#isHeadWritten = true;
  }

  #write(chunk: Buffer): boolean {
    const { downstream } = this.#job;
    const { response } = downstream;
    this.#isFlushed = true;
    // With the last announced byte the answer is whole: head and body leave in one write.
    if (downstream.send(chunk, this.bodyBytes === this.#announcedBytes)) return true;
    if (!this.#awaitsDrain) {
      this.#awaitsDrain = true;
      const goOn = (): void => {
        this.#awaitsDrain = false;
        if (!this.#isSettled) this.#resume?.();
      };
      response.once('drain', () => {
        // Node says so from inside the write of another answer in the same pipeline, and so while undici reads that one; its parser
        // of one connection cannot be woken by that of another.
        if (this.bodyBytes <= AT_ONCE_BYTES_MAX) process.nextTick(goOn);
        else this.#job.turns.wait(goOn);
      });
    }
    return false;
  }

  /** The response is not what goes out; what still comes of it is thrown away with its connection. */
  #refuse(refusal: Refusal): boolean {
    this.#job.refuse(refusal);
    this.#settle();
    this.#abort?.();
    return true;
  }

  /** An error of ours on the way is this transaction's end, not the worker's. */
  #guarded(step: () => unknown): void {
    try {
      step();
    } catch (error) {
      this.#stop(faultOf(error));
    }
  }

  #stop(fault: Fault): boolean {
    if (this.#isSettled) return true;
    this.#isSettled = true;
    this.#job.downstream.onLost = undefined;
    if (this.#isHeadWritten) this.#job.downstream.cut();
    this.#abort?.();
    this.#reject(fault);
    return true;
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#job.downstream.onLost = undefined;
    this.#resolve();
  }
}

function latin1(line: Buffer | string): string {
  return typeof line === 'string' ? line : line.toString('latin1');
}
