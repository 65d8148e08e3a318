// Who listens: to channels, and for the store being found empty. A listener that throws harms nobody else.
import { Fault } from '../core/fault.ts';
import { CHANNELS_MAX, MESSAGE_BYTES_MAX, type Subscriber, type Unsubscribe } from '../core/store.ts';
import type { Tally } from './tally.ts';

export class Listeners {
  readonly #tally: Tally;
  readonly #channels = new Map<string, Set<Subscriber>>();
  readonly #emptied = new Set<() => void>();
  #isEmptyUntold = false;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  get channels(): readonly string[] {
    return [...this.#channels.keys()];
  }

  subscribe(channel: string, subscriber: Subscriber): Unsubscribe {
    let subscribers = this.#channels.get(channel);
    if (subscribers === undefined) {
      if (this.#channels.size >= CHANNELS_MAX) {
        throw new Fault('STORE_CHANNELS', 'gateway', 500, `there are ${CHANNELS_MAX} channels already`);
      }
      subscribers = new Set();
      this.#channels.set(channel, subscribers);
    }
    subscribers.add(subscriber);
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0) this.#channels.delete(channel);
    };
  }

  tell(channel: string, message: unknown): void {
    if (typeof message !== 'string' || message.length > MESSAGE_BYTES_MAX) {
      this.#tally.ignored += 1;
      return;
    }
    for (const subscriber of this.#channels.get(channel) ?? []) this.#call(() => subscriber.onMessage(message));
  }

  tellListening(channel: string): void {
    for (const subscriber of this.#channels.get(channel) ?? []) this.#call(() => subscriber.onListening());
  }

  tellListeningAll(): void {
    for (const channel of this.channels) this.tellListening(channel);
  }

  onEmptied(listener: () => void): Unsubscribe {
    this.#emptied.add(listener);
    if (this.#isEmptyUntold) {
      this.#isEmptyUntold = false;
      queueMicrotask(() => this.tellEmptied());
    }
    return () => this.#emptied.delete(listener);
  }

  tellEmptied(): void {
    this.#isEmptyUntold = this.#emptied.size === 0;
    for (const listener of this.#emptied) this.#call(listener);
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch {
      this.#tally.failed += 1;
    }
  }
}

/** Throws when a message is over its bound. */
export function boundedMessage(message: string): string {
  if (Buffer.byteLength(message) <= MESSAGE_BYTES_MAX) return message;
  throw new Fault('STORE_MESSAGE', 'gateway', 500, `a message has at most ${MESSAGE_BYTES_MAX} bytes`);
}
