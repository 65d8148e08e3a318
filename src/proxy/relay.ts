// The upstream's answer on its way to the client: a handler for undici's dispatch that streams, copies or holds the body as
// inspection wants it. Raw header Buffers come in, one write goes out.
// Invariant: `done` settles exactly once; after the first byte went to the client a failure is visible as a cut connection.
import type { ServerResponse } from 'node:http';
import { Fault } from '../core/fault.ts';
import type { Inspection, Refusal } from '../core/inspector.ts';
import type { Route } from '../core/route.ts';
import { headerValue } from '../core/transaction.ts';
import { decodedContent } from './content.ts';
import { HeldBytes } from './held-body.ts';
import { downstreamHeaders } from './response-headers.ts';
import type { ProxyCounters } from './settings.ts';

export interface RelayTarget {
  readonly inspection: Inspection;
  readonly route: Route;
  readonly method: string;
  readonly response: ServerResponse;
  readonly counters: ProxyCounters;
  readonly heldBytesMax: number;
  /** Replies locally: the verdict on the response was a block. */
  readonly refuse: (refusal: Refusal) => void;
}

export class Relay {
  readonly done: Promise<void>;
  /** Milliseconds since the epoch at which the upstream's head came. */
  headAt: number | undefined;
  bodyBytes = 0;
  readonly #target: RelayTarget;
  readonly #held: HeldBytes;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #abort: ((reason?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #handling: 'stream' | 'tap' | 'hold' | 'ended' = 'stream';
  #status = 0;
  #rawHeaders: readonly string[] = [];

  constructor(target: RelayTarget) {
    this.#target = target;
    this.#held = new HeldBytes(target.counters, target.heldBytesMax);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    target.response.once('close', this.#onClientGone);
  }

  /** True as long as another attempt would not be noticed by the client. */
  get isUntouched(): boolean {
    return this.headAt === undefined;
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort;
    if (this.#target.response.destroyed) abort();
  }

  onHeaders(status: number, rawHeaders: readonly (Buffer | string)[], resume: () => void): boolean {
    // 1xx answers end at this hop.
    if (status < 200) return true;
    this.headAt = Date.now();
    if (status > 599) return this.#fail(new Fault('UPSTREAM_RESPONSE_INVALID', 'upstream', 502));
    this.#resume = resume;
    this.#status = status;
    this.#rawHeaders = rawHeaders.map((line) => (typeof line === 'string' ? line : line.toString('latin1')));
    const outcome = this.#target.inspection.responseHead({ status, rawHeaders: this.#rawHeaders });
    if (outcome.kind !== 'forward') {
      this.#refuse(outcome);
      return true;
    }
    this.#handling = outcome.body;
    if (this.#handling !== 'hold') this.#writeHead(undefined, false);
    return true;
  }

  onData(chunk: Buffer): boolean {
    const { response, route } = this.#target;
    if (this.#handling === 'ended') return true;
    this.bodyBytes += chunk.length;
    try {
      if (this.#handling === 'hold' || this.#handling === 'tap') this.#held.push(chunk);
    } catch (error) {
      return this.#fail(error);
    }
    const isOver = this.#held.length > route.limits.responseBodyBytesMax;
    if (this.#handling === 'hold') {
      if (!isOver) return true;
      return this.#passOverLimit();
    }
    if (isOver && this.#handling === 'tap') {
      this.#target.inspection.responseBodyOverLimit(this.#held.bytes().subarray(0, route.limits.responseBodyBytesMax));
      this.#held.release();
      this.#handling = 'stream';
    }
    if (response.write(chunk)) return true;
    response.once('drain', () => this.#resume?.());
    return false;
  }

  onComplete(): void {
    const handling = this.#handling;
    // Of a tapped body the client has its last byte before the copy is looked at.
    if (handling === 'stream' || handling === 'tap') this.#target.response.end();
    if (handling === 'tap' || handling === 'hold') void this.#judge().then(() => this.#settle(), this.#reject);
    else this.#settle();
  }

  onError(error: unknown): void {
    this.#target.response.off('close', this.#onClientGone);
    this.#held.release();
    if (this.#handling === 'ended') this.#resolve();
    else this.#reject(error);
  }

  async #judge(): Promise<void> {
    const { inspection, route, response } = this.#target;
    const received = this.#held.bytes();
    const isHeld = this.#handling === 'hold';
    const decoded = await decodedContent(received, this.#rawHeaders, route.limits.responseBodyBytesMax, route.limits);
    const outcome = inspection.responseBody(received, decoded);
    if (!isHeld || response.destroyed) return;
    if (outcome.kind !== 'forward') {
      this.#target.refuse(outcome);
      return;
    }
    const body = outcome.replacement ?? received;
    this.#writeHead(body.length, outcome.replacement !== undefined);
    response.end(body);
  }

  #passOverLimit(): boolean {
    const { inspection, response, route } = this.#target;
    const held = this.#held.bytes();
    const outcome = inspection.responseBodyOverLimit(held.subarray(0, route.limits.responseBodyBytesMax));
    this.#held.release();
    if (outcome.kind !== 'forward') {
      this.#refuse(outcome);
      return true;
    }
    this.#handling = 'stream';
    this.#writeHead(undefined, false);
    if (response.write(held)) return true;
    response.once('drain', () => this.#resume?.());
    return false;
  }

  #writeHead(bodyBytes: number | undefined, isReplaced: boolean): void {
    const { response, inspection, method } = this.#target;
    const isBodiless = method === 'HEAD' || this.#status === 204 || this.#status === 304;
    const lines = downstreamHeaders({
      rawHeaders: this.#rawHeaders,
      added: inspection.downstreamHeaders(),
      bodyBytes: isBodiless ? undefined : bodyBytes,
      isReplaced,
    });
    response.writeHead(this.#status, lines);
    if (bodyBytes === undefined && headerValue(this.#rawHeaders, 'content-type') === 'text/event-stream')
      response.flushHeaders();
  }

  /** The response is not what goes out; what still comes of it is thrown away with its connection. */
  #refuse(refusal: Refusal): void {
    this.#handling = 'ended';
    this.#held.release();
    this.#target.refuse(refusal);
    this.#abort?.();
  }

  #fail(error: unknown): boolean {
    this.#held.release();
    this.#reject(error);
    this.#handling = 'ended';
    this.#abort?.();
    return true;
  }

  #settle(): void {
    this.#held.release();
    this.#target.response.off('close', this.#onClientGone);
    this.#resolve();
  }

  readonly #onClientGone = (): void => {
    if (this.#target.response.writableFinished) return;
    this.#handling = 'ended';
    this.#held.release();
    this.#abort?.();
    this.#reject(new Fault('CLIENT_CLOSED', 'client', 499));
  };
}
