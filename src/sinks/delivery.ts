// Brings the messages of one queue to one sink: at least once, in order for each incident, one attempt at a time.
// Invariants: a message leaves the queue only when the sink has it, will never take it, or it is older than `ageMaxMs`; after a
// failure everything waits (back-off, `Retry-After`); a message that fails while others arrive holds up its own incident only.
import type { Sink, SinkLog, SinkMessage, SinkOutcome, SinkState } from '../core/sink.ts';
import { backOffMs, isDue } from './back-off.ts';
import type { MessageQueue, Waiting } from './message-queue.ts';

/** Messages looked at to find the next one that may go. */
const LOOKED_AT_MAX = 1_000;

export interface DeliveryOptions {
  readonly id: string;
  readonly kind: string;
  readonly sink: Sink;
  readonly queue: MessageQueue;
  readonly ageMaxMs: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: SinkLog;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #dropped = { full: 0, expired: 0, refused: 0 };
  #running: Promise<void> | undefined;
  #delivered = 0;
  #attemptsFailed = 0;
  #failures = 0;
  #notBefore = 0;
  #lastDeliveredAt: number | undefined;
  #lastFailure: { at: number; code: string } | undefined;
  #isClosed = false;
  #wasDurable = true;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { id, queue, log } = options;
    if (queue.damagedLines > 0) log.warn({ sink: id, lines: queue.damagedLines }, 'queue of the sink was damaged');
  }

  offer(message: SinkMessage): void {
    const gone = this.#options.queue.put(message, this.#options.now());
    this.#dropped.full += gone;
    this.#tellOfDisk();
  }

  /** Delivers until nothing more may go now. Calls while it runs wait for the same run. */
  run(): Promise<void> {
    this.#running ??= this.#deliver().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  get state(): SinkState {
    const { id, kind, queue, now } = this.#options;
    return {
      id,
      kind,
      state: this.#failures > 0 ? 'failing' : this.#running === undefined ? 'idle' : 'delivering',
      queuedMessages: queue.size,
      queuedBytes: queue.bytes,
      delivered: this.#delivered,
      attemptsFailed: this.#attemptsFailed,
      dropped: { ...this.#dropped },
      isDurable: queue.isDurable,
      damagedLines: queue.damagedLines,
      lastDeliveredAt: this.#lastDeliveredAt,
      lastFailure: this.#lastFailure,
      nextAttemptAt: this.#notBefore > now() ? this.#notBefore : undefined,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#options.sink.close();
    await this.#running;
    this.#options.queue.close();
  }

  async #deliver(): Promise<void> {
    // Whoever called goes on first: a message is with the queue before the first attempt begins.
    await Promise.resolve();
    const { queue, sink, now } = this.#options;
    queue.tick(now());
    this.#tellOfDisk();
    this.#expire();
    while (!this.#isClosed && isDue(this.#notBefore, now())) {
      const batch = this.#next();
      if (batch.length === 0) return;
      for (const one of batch) one.isUnderWay = true;
      let outcome: SinkOutcome;
      try {
        outcome = await sink.deliver(batch.map(({ message }) => message));
      } catch (error) {
        outcome = { kind: 'retry', code: (error as NodeJS.ErrnoException).code ?? 'SINK_FAULT' };
      }
      for (const one of batch) one.isUnderWay = false;
      if (this.#isClosed && outcome.kind !== 'delivered') return;
      this.#settle(batch, outcome);
    }
  }

  #settle(batch: readonly Waiting[], outcome: SinkOutcome): void {
    const { id, queue, now, random, log } = this.#options;
    const ids = batch.map(({ message }) => message.id);
    switch (outcome.kind) {
      case 'delivered':
        if (this.#failures > 0) log.info({ sink: id }, 'sink takes messages again');
        this.#failures = 0;
        this.#delivered += batch.length;
        this.#lastDeliveredAt = now();
        queue.done(ids, now());
        return;
      case 'refused':
        this.#lastFailure = { at: now(), code: outcome.code };
        if (batch.length > 1) {
          for (const one of batch) one.isAlone = true;
          return;
        }
        this.#dropped.refused += 1;
        queue.done(ids, now());
        log.warn({ sink: id, code: outcome.code, message: ids[0] }, 'sink refused a message for good');
        return;
      case 'retry': {
        this.#attemptsFailed += 1;
        this.#failures += 1;
        this.#lastFailure = { at: now(), code: outcome.code };
        if (this.#failures === 1) log.warn({ sink: id, code: outcome.code }, 'sink does not take messages');
        this.#notBefore = now() + backOffMs(this.#failures, outcome.retryAfterMs, random());
        for (const one of batch) {
          one.attempts += 1;
          one.notBefore = now() + backOffMs(one.attempts, outcome.retryAfterMs, random());
        }
        return;
      }
      default:
        outcome satisfies never;
    }
  }

  /** The oldest messages that may go: of each incident in order, those that failed least often first. */
  #next(): readonly Waiting[] {
    const { queue, sink, now } = this.#options;
    const held = new Set<string>();
    let first: Waiting | undefined;
    const rest: Waiting[] = [];
    let lookedAt = 0;
    for (const one of queue.values()) {
      if (++lookedAt > LOOKED_AT_MAX) break;
      const incident = one.message.incident.id;
      if (held.has(incident)) continue;
      if (!isDue(one.notBefore, now())) {
        held.add(incident);
        continue;
      }
      if (one.attempts === 0 && !one.isAlone) {
        if (rest.push(one) >= sink.batchMessagesMax) return rest;
        continue;
      }
      // What failed goes by itself, when nothing fresh is there to go.
      held.add(incident);
      if (first === undefined || one.attempts < first.attempts) first = one;
    }
    return rest.length > 0 ? rest : first === undefined ? [] : this.#withCompanions(first);
  }

  /** After an outage everything has failed once: alike messages go together again. */
  #withCompanions(first: Waiting): readonly Waiting[] {
    const { queue, sink, now } = this.#options;
    if (first.isAlone || sink.batchMessagesMax === 1) return [first];
    const held = new Set<string>();
    const batch: Waiting[] = [];
    let lookedAt = 0;
    for (const one of queue.values()) {
      if (++lookedAt > LOOKED_AT_MAX || batch.length >= sink.batchMessagesMax) break;
      const incident = one.message.incident.id;
      if (held.has(incident)) continue;
      if (!isDue(one.notBefore, now()) || one.isAlone) held.add(incident);
      else batch.push(one);
    }
    return batch;
  }

  #expire(): void {
    const { id, queue, now, ageMaxMs, log } = this.#options;
    const old: string[] = [];
    for (const one of queue.values()) if (one.message.at <= now() - ageMaxMs) old.push(one.message.id);
    if (old.length === 0) return;
    queue.done(old, now());
    this.#dropped.expired += old.length;
    log.warn({ sink: id, messages: old.length }, 'messages were too old to be sent');
  }

  #tellOfDisk(): void {
    const { id, queue, log } = this.#options;
    if (queue.isDurable === this.#wasDurable) return;
    this.#wasDurable = queue.isDurable;
    if (queue.isDurable) log.info({ sink: id }, 'queue of the sink is on the disk again');
    else log.warn({ sink: id }, 'the disk does not take the queue of the sink: messages wait in memory');
  }
}
