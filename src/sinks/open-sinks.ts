// All sinks of this node: opened from the configuration, given messages, asked for their state, closed.
// Each has a folder `sinks/ID` in the data folder, with its queue and its ledger. `send` never waits and never throws for a system
// that is away: the message is in the queue when it returns.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SinkSettings } from '../configuration/sink-schema.ts';
import { Fault } from '../core/fault.ts';
import type { Incident } from '../core/incident.ts';
import type { Restriction } from '../core/restriction.ts';
import type {
  Sink,
  SinkChange,
  SinkIncident,
  SinkLog,
  SinkMessage,
  SinkOutcome,
  SinkState,
  StatusFromSink,
} from '../core/sink.ts';
import { BlockListPush } from './block-list-push.ts';
import { Delivery } from './delivery.ts';
import { isClosed, Ledger, type LedgerEntry } from './ledger.ts';
import { makeSink } from './make-sink.ts';
import { MessageQueue } from './message-queue.ts';
import { outward, testMessage } from './outward.ts';
import type { Pause } from './splunk.ts';

const TICK_MS = 500;
const POLL_MS = 60_000;
/** Tickets are noted at once; who was told what may be a little behind after a crash. */
const SAVE_MS = 5_000;

export interface SinksOptions {
  readonly dataFolder: string;
  readonly log: SinkLog;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly pause?: Pause;
  /** 0: nothing happens by itself, only by `tick`. */
  readonly tickMs?: number;
  /** A ticket was made or found: `jira:SEC-17`. */
  readonly onTicket?: (incident: string, ticket: string) => void;
  /** A person changed the status in a ticket system. */
  readonly onStatus?: (change: StatusFromSink) => void;
}

/** What a response plan asks for. */
export interface SinkOrder {
  readonly sink: string;
  readonly plan?: string;
  readonly incident: Incident;
}

export interface Sinks {
  /** False when no sink has this name: it gets nothing. */
  send(order: SinkOrder): boolean;
  /** An incident's status changed: whoever was told of it is told so, once. */
  follow(incident: Incident): void;
  /** The restrictions as they are now, for the block lists that are pushed. */
  publishRestrictions(restrictions: readonly Restriction[]): void;
  states(): readonly SinkState[];
  /** Undefined when no sink has this name. */
  test(id: string): Promise<SinkOutcome> | undefined;
  /** Does what is due; resolves when nothing more is. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

interface OpenSink {
  readonly sink: Sink;
  readonly ledger: Ledger;
  readonly delivery: Delivery;
  readonly pollMs: number;
  nextPollAt: number;
  isPolling: boolean;
}

/** @throws Fault SINK_SETTINGS when a file of the settings cannot be read, or a folder cannot be made */
export function openSinks(settings: Readonly<Record<string, SinkSettings>>, options: SinksOptions): Sinks {
  const { log, now, random = Math.random } = options;
  const open = new Map<string, OpenSink>();
  const pushes = new Map<string, BlockListPush>();
  for (const [id, one] of Object.entries(settings)) {
    try {
      if (one.kind === 'block-list') pushes.set(id, new BlockListPush(one, { id, now, random, log }));
      else open.set(id, openOne(id, one, options));
    } catch (error) {
      throw new Fault(
        'SINK_SETTINGS',
        'gateway',
        500,
        `the sink \`${id}\` cannot be opened: ${(error as Error).message}`,
      );
    }
  }

  const tickMs = options.tickMs ?? TICK_MS;
  let saveAt = 0;
  const tick = async (): Promise<void> => {
    const runs = [...open.values()].flatMap((one) => [one.delivery.run(), poll(one, now)]);
    await Promise.all([...runs, ...[...pushes.values()].map((push) => push.run())]);
    if (now() < saveAt) return;
    saveAt = now() + SAVE_MS;
    for (const { ledger } of open.values()) ledger.save();
  };
  const timer = tickMs === 0 ? undefined : setInterval(() => void tick(), tickMs).unref();
  const wake = (): void => {
    if (timer !== undefined) setImmediate(() => void tick());
  };

  const tell = (one: OpenSink, change: SinkChange, plan: string | undefined, incident: SinkIncident): void => {
    const message: SinkMessage = { id: `msg-${randomUUID()}`, at: now(), change, plan, incident };
    one.delivery.offer(message);
    one.ledger.note(incident.id, { status: incident.status });
    wake();
  };

  return {
    send({ sink, plan, incident }) {
      const one = open.get(sink);
      if (one === undefined) return false;
      tell(one, changeOf(one.ledger.get(incident.id), incident), plan, outward(incident));
      return true;
    },
    follow(incident) {
      let picture: SinkIncident | undefined;
      for (const one of open.values()) {
        const known = one.ledger.get(incident.id);
        if (known === undefined || known.status === incident.status) continue;
        picture ??= outward(incident);
        tell(one, changeOf(known, incident), undefined, picture);
      }
    },
    publishRestrictions(restrictions) {
      for (const push of pushes.values()) push.publish(restrictions);
      if (pushes.size > 0) wake();
    },
    states: () => [
      ...[...open.values()].map(({ delivery }) => delivery.state),
      ...[...pushes.values()].map((push) => push.state),
    ],
    test(id) {
      const outcome =
        open.get(id)?.sink.check(testMessage(`msg-${randomUUID()}`, id, now())) ?? pushes.get(id)?.check();
      return outcome?.catch((error: NodeJS.ErrnoException) => ({ kind: 'retry', code: error.code ?? 'SINK_FAULT' }));
    },
    tick,
    async close() {
      clearInterval(timer);
      await Promise.all([
        ...[...open.values()].map(({ delivery }) => delivery.close()),
        ...[...pushes.values()].map((push) => push.close()),
      ]);
      for (const { ledger } of open.values()) ledger.save();
    },
  };
}

function openOne(id: string, settings: Exclude<SinkSettings, { kind: 'block-list' }>, options: SinksOptions): OpenSink {
  const { dataFolder, log, now, random = Math.random, pause = (ms) => sleep(ms, undefined, { ref: false }) } = options;
  const folder = join(dataFolder, 'sinks', id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ledger = new Ledger(join(folder, 'ledger.json'));
  const sink = makeSink(settings, {
    id,
    kind: settings.kind,
    ledger,
    now,
    pause,
    onTicket: options.onTicket ?? (() => {}),
    onStatus: options.onStatus ?? (() => {}),
  });
  const { messagesMax, bytesMax, ageMax } = settings.queue;
  const queue = new MessageQueue(join(folder, 'queue.log'), { messagesMax, bytesMax });
  const delivery = new Delivery({ id, kind: settings.kind, sink, queue, ageMaxMs: ageMax, now, random, log });
  const pollMs = 'pollInterval' in settings ? settings.pollInterval : POLL_MS;
  return { sink, ledger, delivery, pollMs, nextPollAt: now() + pollMs, isPolling: false };
}

async function poll(one: OpenSink, now: () => number): Promise<void> {
  if (one.sink.poll === undefined || one.isPolling || now() < one.nextPollAt) return;
  one.isPolling = true;
  try {
    const outcome = await one.sink.poll();
    const asked = outcome.kind === 'retry' ? (outcome.retryAfterMs ?? 0) : 0;
    one.nextPollAt = now() + Math.max(one.pollMs, asked);
  } catch {
    // A poll that fails changes nothing; deliveries to the same system say what is wrong with it.
    one.nextPollAt = now() + one.pollMs;
  } finally {
    one.isPolling = false;
  }
}

function changeOf(known: LedgerEntry | undefined, { status }: Pick<Incident, 'status'>): SinkChange {
  if (known === undefined) return 'opened';
  if (isClosed(status)) return 'closed';
  return isClosed(known.status) ? 'reopened' : 'updated';
}
