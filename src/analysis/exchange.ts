// Analysts of several nodes as one: what each takes, the others hear of within FLUSH_MS, so that every window, owner and issued
// id is counted over all nodes, and each comes to the same incidents under the same ids. People's decisions travel the same way.
// What must happen once (a message, a ticket, a restriction) is claimed in the store first.
// Best effort: a message that is lost makes a count smaller on one node, never wrong on another. While the store is down each
// node goes on with what it sees itself, and what it would have claimed it does.
import { z } from 'zod';
import { INCIDENT_STATUSES } from '../core/incident.ts';
import { MESSAGE_BYTES_MAX, type Store, type Unsubscribe } from '../core/store.ts';
import type { IncidentEdit } from './incidents/incidents.ts';
import { type Trace, traceSchema } from './trace.ts';

const CHANNEL = 'analysis';
const TRACES_PER_MESSAGE_MAX = 400;
const TRACES_WAITING_MAX = 20_000;
const CLAIM_KIND = 'claim';
const CLAIMS_MAX = 100_000;

const editSchema = z.object({
  by: z.string().max(200),
  status: z.enum(INCIDENT_STATUSES).optional(),
  assignee: z.string().max(200).nullable().optional(),
  comment: z.string().max(4_000).optional(),
  ticket: z.string().max(300).optional(),
  tag: z.string().max(200).optional(),
});
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('traces'), node: z.string(), traces: z.array(z.unknown()).max(TRACES_PER_MESSAGE_MAX) }),
  z.object({ kind: z.literal('edit'), node: z.string(), id: z.string(), at: z.number(), edit: editSchema }),
  z.object({
    kind: z.literal('decision'),
    node: z.string(),
    proposal: z.string(),
    isApproved: z.boolean(),
    by: z.string(),
    at: z.number(),
  }),
]);

type Message = z.output<typeof messageSchema>;

/** The part of the analysis that other nodes move. */
export interface ExchangedAnalysis {
  takeTrace(trace: Trace): void;
  changeIncident(id: string, edit: IncidentEdit, now: number): unknown;
  decideProposal(id: string, isApproved: boolean, by: string, now: number): unknown;
}

export interface ExchangeOptions {
  readonly store: Pick<Store, 'publish' | 'subscribe' | 'put'>;
  /** Names this process among all. */
  readonly node: string;
  readonly analysis: ExchangedAnalysis;
}

export class Exchange {
  /** Traces that found no room, messages that could not be sent, and messages that were not understood. */
  readonly lost = { traces: 0, messages: 0, ignored: 0 };
  readonly #options: ExchangeOptions;
  #waiting: Trace[] = [];
  #unsubscribe: Unsubscribe | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.store.subscribe(CHANNEL, {
      onMessage: (message) => this.#take(message),
      onListening: () => {},
    });
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  /** False when there is no room: the others will miss it. */
  offer(trace: Trace): boolean {
    if (this.#waiting.length >= TRACES_WAITING_MAX) {
      this.lost.traces += 1;
      return false;
    }
    this.#waiting.push(trace);
    return true;
  }

  /** To be called every FLUSH_MS. Never rejects. */
  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let i = 0; i < waiting.length; i += TRACES_PER_MESSAGE_MAX) {
      await this.#sendTraces(waiting.slice(i, i + TRACES_PER_MESSAGE_MAX));
    }
  }

  async tellEdit(id: string, edit: IncidentEdit, at: number): Promise<void> {
    await this.#send({ kind: 'edit', node: this.#options.node, id, at, edit });
  }

  async tellDecision(proposal: string, isApproved: boolean, by: string, at: number): Promise<void> {
    await this.#send({ kind: 'decision', node: this.#options.node, proposal, isApproved, by, at });
  }

  /** True for one node only, for as long as `ttlMs`; true as well when the store cannot be asked. */
  async claim(what: string, ttlMs: number): Promise<boolean> {
    try {
      const keep = { ttlMs, sizeMax: CLAIMS_MAX };
      const answer = await this.#options.store.put(CLAIM_KIND, what, { node: this.#options.node }, 0, keep);
      return answer.isWritten;
    } catch {
      // Told twice is better than not at all.
      this.lost.messages += 1;
      return true;
    }
  }

  async #sendTraces(traces: readonly Trace[]): Promise<void> {
    const isSent = await this.#send({ kind: 'traces', node: this.#options.node, traces: [...traces] });
    if (isSent || traces.length < 2) return;
    // Too large: in halves.
    await this.#sendTraces(traces.slice(0, traces.length >> 1));
    await this.#sendTraces(traces.slice(traces.length >> 1));
  }

  /** False when it is too large to be sent. */
  async #send(message: Message): Promise<boolean> {
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) > MESSAGE_BYTES_MAX) return false;
    try {
      await this.#options.store.publish(CHANNEL, text);
    } catch {
      this.lost.messages += 1;
    }
    return true;
  }

  #take(text: string): void {
    const parsed = messageSchema.safeParse(jsonOf(text));
    if (!parsed.success) {
      this.lost.ignored += 1;
      return;
    }
    const message = parsed.data;
    if (message.node === this.#options.node) return;
    const { analysis } = this.#options;
    switch (message.kind) {
      case 'traces':
        for (const one of message.traces) {
          const trace = traceSchema.safeParse(one);
          if (trace.success) analysis.takeTrace(trace.data);
          else this.lost.ignored += 1;
        }
        return;
      case 'edit': {
        const given = Object.entries(message.edit).filter(([, value]) => value !== undefined);
        analysis.changeIncident(message.id, Object.fromEntries(given) as unknown as IncidentEdit, message.at);
        return;
      }
      case 'decision':
        analysis.decideProposal(message.proposal, message.isApproved, message.by, message.at);
        return;
      default:
        message satisfies never;
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
