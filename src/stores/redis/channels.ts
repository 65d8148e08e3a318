// Listening to Redis: a connection of its own, since one that subscribes does nothing else. Whenever it comes back, the
// subscribers are told that they may have missed something.
import type { Subscriber, Unsubscribe } from '../../core/store.ts';
import type { Listeners } from '../listeners.ts';
import { createClient, type RedisAccess, type RedisClient } from './client.ts';

export class Channels {
  readonly #client: RedisClient;
  readonly #listeners: Listeners;
  readonly #prefix: string;

  constructor(access: RedisAccess, keyPrefix: string, listeners: Listeners) {
    this.#listeners = listeners;
    this.#prefix = `${keyPrefix}:channel:`;
    this.#client = createClient(access);
    this.#client.on('ready', () => this.#subscribeAll());
    this.#client.on('error', () => {});
    this.#client.on('message', (channel: string, message: string) => {
      if (channel.startsWith(this.#prefix)) listeners.tell(channel.slice(this.#prefix.length), message);
    });
    this.#client.connect().catch(() => {});
  }

  subscribe(channel: string, subscriber: Subscriber): Unsubscribe {
    const leave = this.#listeners.subscribe(channel, subscriber);
    void this.#listen(channel, () => subscriber.onListening());
    return () => {
      leave();
      if (!this.#listeners.channels.includes(channel) && this.#client.status === 'ready') {
        this.#client.unsubscribe(this.#prefix + channel).catch(() => {});
      }
    };
  }

  nameOf(channel: string): string {
    return this.#prefix + channel;
  }

  /** Called now and then: a half-open connection is noticed only by asking, and one that ended has to be begun anew. */
  check(): void {
    if (this.#client.status === 'end') this.#client.connect().catch(() => {});
    else if (this.#client.status === 'ready' && !('nodes' in this.#client)) this.#client.ping().catch(() => {});
  }

  close(): void {
    this.#client.disconnect();
  }

  #subscribeAll(): void {
    for (const channel of this.#listeners.channels) {
      void this.#listen(channel, () => this.#listeners.tellListening(channel));
    }
  }

  /** When it fails, the connection is broken or not there yet, and the next `ready` tries again. */
  async #listen(channel: string, told: () => void): Promise<void> {
    if (this.#client.status !== 'ready') return;
    try {
      await this.#client.subscribe(this.#prefix + channel);
    } catch {
      if (this.#client.status === 'ready') this.#client.disconnect(true);
      return;
    }
    told();
  }
}
