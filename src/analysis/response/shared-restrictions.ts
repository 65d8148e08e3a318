// Restrictions of several nodes as one set: what is made or undone on one holds on all within moments, and survives a node, a
// restart and a store that lost everything.
// Invariants: a change is published first and written after, and is tried again until the store has it; the union of all nodes
// holds, newer over older of one actor; what was undone stays undone, by a mark that lives as long as the restriction would have;
// an empty store never empties a node: it is filled again from here.
import { z } from 'zod';
import { ACTOR_KINDS, actorKey } from '../../core/actor.ts';
import type { Restriction, RestrictionChange } from '../../core/restriction.ts';
import type { Store, Unsubscribe } from '../../core/store.ts';

const CHANNEL = 'restrictions';
const KIND = 'restriction';
const DOCUMENTS_MAX = 100_000;
const PAGE_DOCUMENTS = 500;
/** Changes that wait for the store; the oldest go, for the whole set is compared when the store is back. */
const WAITING_MAX = 100_000;
/** Written at once in one go, so that a flood does not fill the store's in-flight bound. */
const WRITES_AT_ONCE_MAX = 32;

const ENTRIES_PER_MESSAGE_MAX = 500;

const restrictionSchema = z.object({
  id: z.string().min(1).max(200),
  actor: z.object({ kind: z.enum(ACTOR_KINDS), id: z.string().min(1).max(300) }),
  action: z.enum(['block', 'rate-limit', 'tag']),
  requestsPerMinuteMax: z.number().int().positive().optional(),
  reason: z.string().max(1_000),
  createdBy: z.string().max(200),
  createdAt: z.number(),
  expiresAt: z.number(),
});
const entrySchema = z.object({ restriction: restrictionSchema, isUndone: z.boolean() });
const messageSchema = z.object({ node: z.string(), entries: z.array(entrySchema).max(ENTRIES_PER_MESSAGE_MAX) });
type Entry = z.output<typeof entrySchema>;

export interface SharedBook {
  live(now: number): Restriction[];
  take(restriction: Restriction): void;
  drop(id: string): void;
}

export interface SharedRestrictionsOptions {
  readonly store: Pick<Store, 'publish' | 'subscribe' | 'put' | 'document' | 'documents' | 'onEmptied'>;
  readonly node: string;
  readonly book: SharedBook;
  readonly now: () => number;
}

export class SharedRestrictions {
  /** Entries from the store that were not what they should be, and changes that found no room to wait. */
  readonly counts = { ignored: 0, dropped: 0 };
  readonly #options: SharedRestrictionsOptions;
  readonly #unsubscribe: Unsubscribe[] = [];
  /** By actor: what the store does not have yet. */
  readonly #waiting = new Map<string, Entry>();
  /** Of those, what the other nodes were told already. */
  readonly #told = new WeakSet<Entry>();
  #mustCompare = false;
  #isRunning = false;

  constructor(options: SharedRestrictionsOptions) {
    this.#options = options;
  }

  start(): void {
    const { store } = this.#options;
    const compare = (): void => {
      this.#mustCompare = true;
      void this.flush();
    };
    this.#unsubscribe.push(
      store.subscribe(CHANNEL, { onMessage: (text) => this.#hear(text), onListening: compare }),
      store.onEmptied(compare),
    );
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  /** A change made on this node. */
  tell({ added, removed }: RestrictionChange): void {
    const entries = [
      ...removed.map((restriction) => ({ restriction: plain(restriction), isUndone: true })),
      ...added.map((restriction) => ({ restriction: plain(restriction), isUndone: false })),
    ];
    for (const entry of entries) this.#wait(entry);
    // Told first; whoever misses it finds it in the store.
    void this.#publish(entries).finally(() => this.flush());
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Brings to the store what waits. Never rejects; to be called now and then, for the store may have been down. */
  async flush(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      if (this.#mustCompare) {
        await this.#compare();
        this.#mustCompare = false;
      }
      while (this.#waiting.size > 0) await this.#writeSome();
    } catch {
      // The store is down: what waits goes on waiting.
    } finally {
      this.#isRunning = false;
    }
  }

  async #writeSome(): Promise<void> {
    const some = [...this.#waiting].slice(0, WRITES_AT_ONCE_MAX);
    await Promise.all(
      some.map(async ([key, entry]) => {
        await this.#write(key, entry);
        if (this.#waiting.get(key) === entry) this.#waiting.delete(key);
      }),
    );
    await this.#publish(some.map(([, entry]) => entry).filter((entry) => !this.#told.has(entry)));
  }

  async #publish(entries: readonly Entry[]): Promise<void> {
    for (let i = 0; i < entries.length; i += ENTRIES_PER_MESSAGE_MAX) {
      const some = entries.slice(i, i + ENTRIES_PER_MESSAGE_MAX);
      try {
        await this.#options.store.publish(CHANNEL, JSON.stringify({ node: this.#options.node, entries: some }));
        for (const entry of some) this.#told.add(entry);
      } catch {
        // It is told again when the store has it.
        return;
      }
    }
  }

  async #write(key: string, entry: Entry): Promise<void> {
    const { store, now } = this.#options;
    const ttlMs = entry.restriction.expiresAt - now();
    if (ttlMs <= 0) return;
    const keep = { ttlMs, sizeMax: DOCUMENTS_MAX };
    let current = await store.document(KIND, key);
    for (let attempt = 0; attempt < 5; attempt++) {
      const known = entrySchema.safeParse(current?.value);
      if (known.success && isNewer(known.data, entry)) return;
      const answer = await store.put(KIND, key, entry, current?.version ?? 0, keep);
      if (answer.isWritten) return;
      current = answer.current;
    }
  }

  /** Reads what all nodes know, and writes what only this one does. */
  async #compare(): Promise<void> {
    const { store, book, now } = this.#options;
    const there = new Map<string, Entry>();
    let after: string | undefined;
    do {
      const page = await store.documents(KIND, { documentsMax: PAGE_DOCUMENTS, after });
      for (const { id, value } of page.documents) {
        const entry = entrySchema.safeParse(value);
        if (entry.success) there.set(id, entry.data);
        else this.counts.ignored += 1;
      }
      after = page.next;
    } while (after !== undefined);
    for (const [key, entry] of there) {
      // What was decided here while the store was away is newer than what it has.
      const own = this.#waiting.get(key);
      if (own === undefined || !isNewer(own, entry)) this.#heed(entry);
    }
    for (const restriction of book.live(now())) {
      const key = actorKey(restriction.actor);
      const known = there.get(key);
      if (known?.restriction.id !== restriction.id && !this.#waiting.has(key)) {
        this.#wait({ restriction: plain(restriction), isUndone: false });
      }
    }
  }

  #wait(entry: Entry): void {
    const key = actorKey(entry.restriction.actor);
    this.#waiting.delete(key);
    this.#waiting.set(key, entry);
    if (this.#waiting.size <= WAITING_MAX) return;
    this.#waiting.delete(this.#waiting.keys().next().value!);
    this.counts.dropped += 1;
  }

  #hear(text: string): void {
    const message = messageSchema.safeParse(jsonOf(text));
    if (!message.success) {
      this.counts.ignored += 1;
      return;
    }
    if (message.data.node === this.#options.node) return;
    for (const entry of message.data.entries) this.#heed(entry);
  }

  #heed({ restriction, isUndone }: Entry): void {
    const { book, now } = this.#options;
    if (isUndone) book.drop(restriction.id);
    else if (restriction.expiresAt > now()) {
      book.take({ ...restriction, requestsPerMinuteMax: restriction.requestsPerMinuteMax });
    }
  }
}

/** The mark of an undone restriction is newer than the restriction; of two restrictions the later one is. */
function isNewer(known: Entry, entry: Entry): boolean {
  if (known.restriction.id === entry.restriction.id) return known.isUndone || !entry.isUndone;
  return known.restriction.createdAt > entry.restriction.createdAt;
}

function plain({ requestsPerMinuteMax, ...rest }: Restriction): Entry['restriction'] {
  const { actor } = rest;
  const entry = { ...rest, actor: { kind: actor.kind, id: actor.id } };
  return requestsPerMinuteMax === undefined ? entry : { ...entry, requestsPerMinuteMax };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
