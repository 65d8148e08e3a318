import { Fault } from '../../src/core/fault.ts';
import type { PutAnswer, Store, StoredDocument, Subscriber } from '../../src/core/store.ts';

/** The asked part of a store, in memory: versions, two subscribers, and an off switch. */
export class StoreInMemory implements Pick<Store, 'publish' | 'subscribe' | 'put' | 'document'> {
  isDown = false;
  readonly documents = new Map<string, StoredDocument>();
  readonly #subscribers = new Set<Subscriber>();

  async publish(_: string, message: string): Promise<void> {
    this.#check();
    for (const subscriber of this.#subscribers) subscriber.onMessage(message);
  }

  subscribe(_: string, subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  async document(kind: string, id: string): Promise<StoredDocument | undefined> {
    this.#check();
    return this.documents.get(`${kind} ${id}`);
  }

  async put(kind: string, id: string, value: unknown, expected: number): Promise<PutAnswer> {
    this.#check();
    const current = this.documents.get(`${kind} ${id}`);
    if ((current?.version ?? 0) !== expected) return { isWritten: false, current };
    this.documents.set(`${kind} ${id}`, { id, version: expected + 1, value: JSON.parse(JSON.stringify(value)) });
    return { isWritten: true, version: expected + 1 };
  }

  #check(): void {
    if (this.isDown) throw new Fault('STORE_DOWN', 'gateway', 503);
  }
}
