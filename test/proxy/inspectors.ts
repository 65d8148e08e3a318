// Inspectors named by what they do, in place of the engine, and a log of the calls they got.

import { Fault } from '../../src/core/fault.ts';
import type {
  BodyHandling,
  Completion,
  Inspection,
  Inspector,
  RequestBodyOutcome,
  RequestHeadOutcome,
  ResponseBodyOutcome,
  ResponseHeadOutcome,
} from '../../src/core/inspector.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/core/limits.ts';
import type { Route } from '../../src/core/route.ts';
import type { Connection, RequestHead, ResponseHead } from '../../src/core/transaction.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { checkRequestHead } from '../../src/decoding/framing.ts';
import { decodeTarget } from '../../src/decoding/target.ts';

export interface Call {
  readonly name: string;
  readonly id: string;
}

export interface Completed extends Completion {
  readonly id: string;
  readonly head: RequestHead;
}

export function route(changes: Partial<Route> = {}, limits: Partial<Limits> = {}): Route {
  return {
    id: 'all',
    hosts: [],
    pathPrefix: '/',
    upstream: 'api',
    mode: 'enforce',
    limits: { ...DEFAULT_LIMITS, ...limits },
    on: { bodyOverLimit: 'block', undecodable: 'block', detectorError: 'block', analystDown: 'allow' },
    endpoints: [],
    blockReply: { status: 403, body: undefined, contentType: 'text/plain' },
    debugTags: false,
    preserveHost: true,
    timeouts: { headersMs: 5_000, bodyMs: 5_000 },
    webSocket: { isAllowed: true, origins: [] },
    ...changes,
  };
}

export function blocking(status = 403): Verdict {
  return {
    action: 'block',
    enforced: 'block',
    findings: [],
    confidence: 1,
    rule: 'finding-blocks',
    status,
    policyVersion: 'test',
  };
}

export interface Behaviour {
  readonly route: Route;
  /** Bodies of requests and responses. Default: held in enforce mode, tapped in monitor mode, streamed when off. */
  readonly body: BodyHandling;
  readonly isPeerTrusted: boolean;
  readonly clientAddress: string | undefined;
  readonly requestBody: (received: Buffer, decoded: Buffer | Fault) => RequestBodyOutcome;
  readonly requestBodyOverLimit: (prefix: Buffer) => RequestBodyOutcome;
  readonly responseHead: (head: ResponseHead) => ResponseHeadOutcome | undefined;
  readonly responseBody: (received: Buffer, decoded: Buffer | Fault) => ResponseBodyOutcome;
  readonly responseBodyOverLimit: (prefix: Buffer) => ResponseBodyOutcome;
  readonly requestHead: (head: RequestHead) => RequestHeadOutcome | undefined;
}

const FORWARD = { kind: 'forward', replacement: undefined } as const;

/** Checks framing and target as the engine does, forwards everything, and writes down what it was asked. */
export class InspectorThatForwards implements Inspector {
  readonly calls: Call[] = [];
  readonly completed: Completed[] = [];
  readonly requestBodies: Buffer[] = [];
  readonly responseBodies: Buffer[] = [];
  readonly behaviour: Behaviour;
  #onCompleted: (() => void)[] = [];

  constructor(behaviour: Partial<Behaviour> = {}) {
    const of = behaviour.route ?? route();
    this.behaviour = {
      route: of,
      body: of.mode === 'enforce' ? 'hold' : of.mode === 'monitor' ? 'tap' : 'stream',
      isPeerTrusted: false,
      clientAddress: undefined,
      requestBody: () => FORWARD,
      requestBodyOverLimit: () =>
        of.on.bodyOverLimit === 'block' && of.mode === 'enforce'
          ? { kind: 'refuse', fault: new Fault('BODY_OVER_LIMIT', 'client', 413) }
          : { ...FORWARD, passRest: true },
      responseHead: () => undefined,
      responseBody: () => FORWARD,
      responseBodyOverLimit: () => ({ ...FORWARD, passRest: true }),
      requestHead: () => undefined,
      ...behaviour,
    };
  }

  begin(id: string, _receivedAt: number, head: RequestHead, connection: Connection): Inspection {
    this.calls.push({ name: 'begin', id });
    return new RecordedInspection(this, id, head, connection);
  }

  namesOf(id: string): string[] {
    return this.calls.filter((call) => call.id === id).map((call) => call.name);
  }

  /** Resolves when so many transactions are complete. */
  async untilCompleted(count: number): Promise<readonly Completed[]> {
    while (this.completed.length < count) {
      await new Promise<void>((resolve) => {
        this.#onCompleted.push(resolve);
      });
    }
    return this.completed;
  }

  note(completed: Completed): void {
    this.completed.push(completed);
    for (const resolve of this.#onCompleted.splice(0)) resolve();
  }
}

/** Blocks every request at its head. */
export class InspectorThatBlocks extends InspectorThatForwards {
  constructor(status = 403, changes: Partial<Route> = {}) {
    super({ route: route(changes), requestHead: () => ({ kind: 'block', verdict: blocking(status) }) });
  }
}

/** Breaks its promise never to throw, in the call that is named. */
export class InspectorThatThrows extends InspectorThatForwards {
  readonly where: string;

  constructor(where: string, changes: Partial<Route> = {}) {
    super({ route: route(changes) });
    this.where = where;
  }

  override begin(id: string, receivedAt: number, head: RequestHead, connection: Connection): Inspection {
    if (this.where === 'begin') throw new Error('a bug');
    const inspection = super.begin(id, receivedAt, head, connection);
    const { where } = this;
    return new Proxy(inspection, {
      get(target, name) {
        if (name === where) {
          return () => {
            if (name === 'complete') target.complete({} as Completion);
            throw new Error('a bug');
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

class RecordedInspection implements Inspection {
  readonly clientAddress: string;
  readonly isPeerTrusted: boolean;
  readonly #inspector: InspectorThatForwards;
  readonly #id: string;
  readonly #head: RequestHead;

  constructor(inspector: InspectorThatForwards, id: string, head: RequestHead, connection: Connection) {
    this.#inspector = inspector;
    this.#id = id;
    this.#head = head;
    this.clientAddress = inspector.behaviour.clientAddress ?? connection.peerAddress;
    this.isPeerTrusted = inspector.behaviour.isPeerTrusted;
  }

  requestHead(): RequestHeadOutcome {
    this.#note('requestHead');
    const { behaviour } = this.#inspector;
    const changed = behaviour.requestHead(this.#head);
    if (changed !== undefined) return changed;
    try {
      const facts = checkRequestHead(this.#head, DEFAULT_LIMITS);
      const target = decodeTarget(this.#head.target, this.#head.method, facts.authority, DEFAULT_LIMITS);
      return {
        kind: 'forward',
        route: behaviour.route,
        target: target.forward,
        host: facts.authority,
        rawHeaders: this.#head.rawHeaders,
        body: facts.hasBody ? behaviour.body : 'stream',
      };
    } catch (error) {
      return { kind: 'refuse', fault: error as Fault };
    }
  }

  requestBody(received: Buffer, decoded: Buffer | Fault): RequestBodyOutcome {
    this.#note('requestBody');
    this.#inspector.requestBodies.push(received);
    return this.#inspector.behaviour.requestBody(received, decoded);
  }

  requestBodyOverLimit(prefix: Buffer): RequestBodyOutcome {
    this.#note('requestBodyOverLimit');
    return this.#inspector.behaviour.requestBodyOverLimit(prefix);
  }

  upstreamHeaders(): readonly string[] {
    return ['x-sallyport-id', this.#id];
  }

  responseHead(head: ResponseHead): ResponseHeadOutcome {
    this.#note('responseHead');
    const { behaviour } = this.#inspector;
    return behaviour.responseHead(head) ?? { kind: 'forward', body: behaviour.body, rawHeaders: head.rawHeaders };
  }

  responseBody(received: Buffer, decoded: Buffer | Fault): ResponseBodyOutcome {
    this.#note('responseBody');
    this.#inspector.responseBodies.push(received);
    return this.#inspector.behaviour.responseBody(received, decoded);
  }

  responseBodyOverLimit(prefix: Buffer): ResponseBodyOutcome {
    this.#note('responseBodyOverLimit');
    return this.#inspector.behaviour.responseBodyOverLimit(prefix);
  }

  downstreamHeaders(): readonly string[] {
    return ['x-sallyport-id', this.#id];
  }

  complete(completion: Completion): void {
    this.#note('complete');
    this.#inspector.note({ ...completion, id: this.#id, head: this.#head });
  }

  #note(name: string): void {
    this.#inspector.calls.push({ name, id: this.#id });
  }
}
