// The store of one machine: one libsql file in the data folder, held by one process. Collected writes are committed in one
// transaction each COMMIT_MS, documents at once; what a promise said was written survives kill -9. A transaction that fails is
// kept and tried again whole, so nothing counts twice; a file that turns out damaged is moved aside and a new one begun.
import { Fault } from '../../core/fault.ts';
import type {
  DocumentPage,
  DocumentPageRequest,
  Keep,
  PutAnswer,
  RankedMember,
  ScoreRange,
  Store,
  StoredDocument,
  StoreHealth,
  StoreKey,
  Subscriber,
  Unsubscribe,
} from '../../core/store.ts';
import { FLUSH_MS } from '../../core/store.ts';
import { checkedBuckets, checkedCounters, checkedEntries, checkedMembers, checkedScores } from '../checked.ts';
import { Collecting } from '../collecting.ts';
import { placeOf, placeOfDocument, SHARDS, VALUE_KINDS } from '../keys.ts';
import { boundedMessage, Listeners } from '../listeners.ts';
import type { StoreLog } from '../log.ts';
import type { PendingBounds, PendingValue } from '../pending.ts';
import { jsonOf } from '../written-document.ts';
import { codeOf, isDamage, openDatabase, type Sqlite } from './database.ts';
import { Documents } from './documents.ts';
import { Values } from './values.ts';

export interface EmbeddedSettings {
  readonly folder: string;
  readonly fileBytesMax: number;
  readonly log: StoreLog;
  readonly now?: () => number;
  readonly pendingBounds?: PendingBounds;
}

const COMMIT_MS = Math.round(FLUSH_MS * 0.8);
/** A transaction is short, so that nothing else in the process waits long. */
const VALUES_PER_TRANSACTION = 2_000;
const SWEEP_EVERY_MS = 10_000;
const SWEPT_PLACES_MAX = 500;
const FORGOTTEN_WHEN_FULL = 0.05;

export class EmbeddedStore extends Collecting implements Store {
  readonly kind = 'embedded';
  readonly #settings: EmbeddedSettings;
  readonly #now: () => number;
  readonly #listeners = new Listeners(this.tally);
  readonly #timer: NodeJS.Timeout;
  #database!: Sqlite;
  #values!: Values;
  #documents!: Documents;
  /** Taken out of pending and not committed yet. */
  #held: readonly PendingValue[] = [];
  #flushing: Promise<void> | undefined;
  #state: Pick<StoreHealth, 'state' | 'reason' | 'since'>;
  #sweptAt = 0;
  #isClosed = false;

  constructor(settings: EmbeddedSettings) {
    super(settings.pendingBounds);
    this.#settings = settings;
    this.#now = settings.now ?? Date.now;
    this.#state = { state: 'up', reason: undefined, since: this.#now() };
    this.#open();
    this.#timer = setInterval(() => void this.flush().catch(() => {}), COMMIT_MS).unref();
  }

  async counters(key: StoreKey): Promise<ReadonlyMap<string, number>> {
    const { text } = placeOf('counters', key);
    return this.#guarded(() => checkedCounters(this.#values.counts(text, this.#now()), this.tally));
  }

  async histogram(key: StoreKey): Promise<ReadonlyMap<number, number>> {
    const { text } = placeOf('histogram', key);
    return this.#guarded(() => checkedBuckets(this.#values.counts(text, this.#now()), this.tally));
  }

  async distinct(keys: readonly StoreKey[]): Promise<number> {
    const places = keys.map((key) => placeOf('distinct', key).text);
    return this.#guarded(() => this.#values.sketch(places, this.#now()).estimate());
  }

  async members(key: StoreKey): Promise<ReadonlySet<string>> {
    const { text } = placeOf('members', key);
    return this.#guarded(() => new Set(checkedMembers(this.#values.members(text, this.#now()), this.tally)));
  }

  async ranked(key: StoreKey, range: ScoreRange): Promise<readonly RankedMember[]> {
    const { text } = placeOf('index', key);
    return this.#guarded(() => checkedScores(this.#values.scores(text, range, this.#now()), this.tally));
  }

  async newest(key: StoreKey, entriesMax: number): Promise<readonly string[]> {
    const { text } = placeOf('feed', key);
    return this.#guarded(() => checkedEntries(this.#values.entries(text, entriesMax, this.#now()), this.tally));
  }

  async document(kind: string, id: string): Promise<StoredDocument | undefined> {
    const stored = placeOfDocument(kind, id).id;
    return this.#guarded(() => this.#documents.read(kind, stored, this.#now()));
  }

  async documents(kind: string, page: DocumentPageRequest): Promise<DocumentPage> {
    placeOfDocument(kind, '');
    return this.#guarded(() => this.#documents.page(kind, page, this.#now()));
  }

  async put(kind: string, id: string, value: unknown, expected: number, keep: Keep): Promise<PutAnswer> {
    const stored = placeOfDocument(kind, id).id;
    const json = jsonOf(kind, value);
    return this.#guarded(() => {
      const answer = this.#transaction(() => this.#documents.put(kind, stored, json, expected, keep, this.#now()));
      if (answer.isWritten) this.tally.written += 1;
      return answer;
    });
  }

  async remove(kind: string, id: string, expected: number): Promise<boolean> {
    const stored = placeOfDocument(kind, id).id;
    return this.#guarded(() => this.#transaction(() => this.#documents.remove(kind, stored, expected, this.#now())));
  }

  async mergeDistinct(into: StoreKey, sources: readonly StoreKey[], keep: Pick<Keep, 'ttlMs'>): Promise<void> {
    const target = placeOf('distinct', into).text;
    const places = sources.map((key) => placeOf('distinct', key).text);
    this.#guarded(() => this.#transaction(() => this.#values.mergeSketches(target, places, keep.ttlMs, this.#now())));
  }

  async erase(key: StoreKey): Promise<void> {
    const places = VALUE_KINDS.map((kind) => placeOf(kind, key).text);
    this.#guarded(() =>
      this.#transaction(() => {
        for (const place of places) this.#values.erase(place);
      }),
    );
  }

  flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async publish(channel: string, message: string): Promise<void> {
    const bounded = boundedMessage(message);
    setImmediate(() => this.#listeners.tell(channel, bounded));
  }

  subscribe(channel: string, subscriber: Subscriber): Unsubscribe {
    const unsubscribe = this.#listeners.subscribe(channel, subscriber);
    queueMicrotask(() => subscriber.onListening());
    return unsubscribe;
  }

  async settled(): Promise<void> {}

  onEmptied(listener: () => void): Unsubscribe {
    return this.#listeners.onEmptied(listener);
  }

  health(): StoreHealth {
    const held = this.#held.reduce((total, value) => total + value.items.size, 0);
    return { ...this.#state, pending: this.pending.size + held, inFlight: 0, counts: { ...this.tally } };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    clearInterval(this.#timer);
    await this.flush().catch(() => {});
    this.#isClosed = true;
    if (this.#database.open) this.#database.close();
  }

  async #flushAll(): Promise<void> {
    this.#sweep();
    for (;;) {
      if (this.#held.length === 0) this.#held = this.#take();
      if (this.#held.length === 0) return;
      this.#guarded(() => this.#commit(this.#held));
      this.#held = [];
      await new Promise((done) => setImmediate(done));
    }
  }

  #take(): readonly PendingValue[] {
    const taken: PendingValue[] = [];
    let room = VALUES_PER_TRANSACTION;
    for (let shard = 0; shard < SHARDS && room > 0; shard++) {
      for (const value of this.pending.take(shard, room)) {
        taken.push(value);
        room -= value.items.size;
      }
    }
    return taken;
  }

  #commit(values: readonly PendingValue[]): void {
    const now = this.#now();
    const before = { ...this.tally };
    try {
      this.#transaction(() => {
        for (const value of values) this.#values.write(value, now);
      });
    } catch (error) {
      // What the undone transaction counted did not happen.
      Object.assign(this.tally, before);
      throw error;
    }
    this.tally.flushes += 1;
    this.tally.written += values.reduce((total, value) => total + value.items.size, 0);
  }

  /** A full file forgets what would expire first, once; then the write is tried again. */
  #transaction<T>(work: () => T): T {
    try {
      return this.#database.transaction(work).immediate();
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_FULL') throw error;
      const forgotten = this.#database.transaction(() => this.#values.makeRoom(FORGOTTEN_WHEN_FULL)).immediate();
      this.tally.dropped += forgotten;
      this.#settings.log.warn({ forgotten }, 'the store file is full: what would expire first was forgotten');
      return this.#database.transaction(work).immediate();
    }
  }

  #sweep(): void {
    const now = this.#now();
    if (now - this.#sweptAt < SWEEP_EVERY_MS && now >= this.#sweptAt) return;
    this.#sweptAt = now;
    this.#guarded(() =>
      this.#database
        .transaction(() => {
          this.#documents.sweep(now);
          if (this.#values.sweep(now, SWEPT_PLACES_MAX)) this.#sweptAt = 0;
        })
        .immediate(),
    );
  }

  #guarded<T>(work: () => T): T {
    if (this.#isClosed) throw new Fault('STORE_DOWN', 'gateway', 503, 'the store is closed');
    try {
      if (!this.#database.open) this.#open();
      const result = work();
      this.#become('up', undefined);
      return result;
    } catch (error) {
      if (error instanceof Fault && error.code === 'STORE_KEY') throw error;
      this.tally.failed += 1;
      const code = error instanceof Fault ? error.code : codeOf(error);
      if (isDamage(code)) this.#database.close();
      this.#become('down', code === 'SQLITE_FULL' ? 'FULL' : 'FILE', error);
      throw error instanceof Fault ? error : new Fault('STORE_DOWN', 'gateway', 503, (error as Error).message);
    }
  }

  #open(): void {
    const { database, isNew, movedAside } = openDatabase(this.#settings.folder, this.#settings.fileBytesMax);
    this.#database = database;
    this.#values = new Values(database, this.tally);
    this.#documents = new Documents(database, this.tally);
    if (movedAside !== undefined) {
      this.tally.ignored += 1;
      const message = 'the store file was damaged: it was moved aside and a new one begun; learning starts again';
      this.#settings.log.error({ movedAside }, message);
    }
    if (isNew) this.#listeners.tellEmptied();
  }

  #become(state: 'up' | 'down', reason: string | undefined, error?: unknown): void {
    if (state === this.#state.state && reason === this.#state.reason) return;
    this.#state = { state, reason, since: this.#now() };
    if (state === 'up') this.#settings.log.info({}, 'the store works again');
    else this.#settings.log.error({ reason, error: (error as Error).message }, 'the store does not work');
  }
}
