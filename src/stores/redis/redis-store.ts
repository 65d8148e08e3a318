// The store that nodes share: Redis 7 as one server, behind sentinels, or as a cluster. Keys are
// `<prefix>:{<shard>}:<kind>:<space>:<owner's digest>:<name>`; the shard is the hash tag, so that what belongs to one owner is
// on one node. Invariants: nothing waits longer than its time limit, nothing counts twice, nothing that is read is believed.
import { randomBytes } from 'node:crypto';
import {
  type DocumentPage,
  type DocumentPageRequest,
  FLUSH_MS,
  type Keep,
  type PutAnswer,
  type RankedMember,
  type ScoreRange,
  type Store,
  type StoredDocument,
  type StoreHealth,
  type StoreKey,
  type Subscriber,
  type Unsubscribe,
} from '../../core/store.ts';
import { checkedBuckets, checkedCounters, checkedEntries, checkedMembers, checkedScores } from '../checked.ts';
import { Collecting } from '../collecting.ts';
import { placeOf, VALUE_KINDS, type ValueKind } from '../keys.ts';
import { boundedMessage, Listeners } from '../listeners.ts';
import type { StoreLog } from '../log.ts';
import { type PendingBounds, SIZE_MAX } from '../pending.ts';
import { jsonOf } from '../written-document.ts';
import { Channels } from './channels.ts';
import type { RedisAccess } from './client.ts';
import { type Argument, Connection } from './connection.ts';
import { RedisDocuments } from './documents.ts';
import { Greeting, MIGRATIONS, type Migration } from './greeting.ts';
import { Sender } from './sender.ts';

export interface RedisSettings {
  readonly access: RedisAccess;
  readonly keyPrefix: string;
  readonly log: StoreLog;
  readonly pendingBounds?: PendingBounds;
  readonly migrations?: readonly Migration[];
}

const SEND_MS = Math.round(FLUSH_MS * 0.6);
const CHECK_MS = 1_000;
const CLOSE_MS = 1_000;

const REDIS_TYPES: Record<Exclude<ValueKind, 'distinct'>, string> = {
  counters: 'hash',
  histogram: 'hash',
  members: 'set',
  index: 'zset',
  feed: 'list',
};

export class RedisStore extends Collecting implements Store {
  readonly kind = 'redis';
  readonly #keyPrefix: string;
  readonly #connection: Connection;
  readonly #sender: Sender;
  readonly #documents: RedisDocuments;
  readonly #greeting: Greeting;
  readonly #channels: Channels;
  readonly #listeners = new Listeners(this.tally);
  readonly #timers: readonly NodeJS.Timeout[];
  #isClosed = false;

  constructor({ access, keyPrefix, log, pendingBounds, migrations = MIGRATIONS }: RedisSettings) {
    super(pendingBounds);
    this.#keyPrefix = keyPrefix;
    this.#greeting = new Greeting(() => this.#connection, keyPrefix, migrations, this.tally, log);
    // Who was told before that it is heard could not ask yet.
    const onOpen = (): void => this.#listeners.tellListeningAll();
    this.#connection = new Connection(access, this.tally, log, () => this.#greet(), onOpen);
    const key = (shard: number, text: string): string => `${keyPrefix}:{${shard}}:${text}`;
    this.#sender = new Sender(this.#connection, this.pending, this.tally, key, randomBytes(9).toString('base64url'));
    this.#documents = new RedisDocuments(this.#connection, this.tally, key);
    this.#channels = new Channels(access, keyPrefix, this.#listeners);
    this.#timers = [
      setInterval(() => this.#sendWaiting(), SEND_MS).unref(),
      setInterval(() => void this.#check(), CHECK_MS).unref(),
    ];
  }

  async counters(key: StoreKey): Promise<ReadonlyMap<string, number>> {
    return checkedCounters(await this.#read('counters', key), this.tally);
  }

  async histogram(key: StoreKey): Promise<ReadonlyMap<number, number>> {
    return checkedBuckets(await this.#read('histogram', key), this.tally);
  }

  async distinct(keys: readonly StoreKey[]): Promise<number> {
    if (keys.length === 0) return 0;
    const names = keys.map((key) => this.#name('distinct', key));
    const answer = await this.#connection.script('distinct', names, []);
    const [ignored, estimate] = Array.isArray(answer) ? answer.map(Number) : [];
    this.tally.ignored += ignored || 0;
    return Number.isSafeInteger(estimate) ? Math.max(0, estimate!) : 0;
  }

  async members(key: StoreKey): Promise<ReadonlySet<string>> {
    return new Set(checkedMembers(await this.#read('members', key), this.tally));
  }

  async ranked(key: StoreKey, { min, max, order, membersMax }: ScoreRange): Promise<readonly RankedMember[]> {
    const range = [min ?? '-inf', max ?? '+inf', order, Math.min(membersMax, SIZE_MAX)];
    return checkedScores(await this.#read('index', key, range), this.tally);
  }

  async newest(key: StoreKey, entriesMax: number): Promise<readonly string[]> {
    if (entriesMax < 1) return [];
    return checkedEntries(await this.#read('feed', key, [Math.min(entriesMax, SIZE_MAX)]), this.tally);
  }

  async document(kind: string, id: string): Promise<StoredDocument | undefined> {
    return this.#documents.read(kind, id);
  }

  async documents(kind: string, page: DocumentPageRequest): Promise<DocumentPage> {
    return this.#documents.page(kind, page);
  }

  async put(kind: string, id: string, value: unknown, expected: number, keep: Keep): Promise<PutAnswer> {
    return this.#documents.put(kind, id, jsonOf(kind, value), expected, keep);
  }

  async remove(kind: string, id: string, expected: number): Promise<boolean> {
    return this.#documents.remove(kind, id, expected);
  }

  async mergeDistinct(into: StoreKey, sources: readonly StoreKey[], keep: Pick<Keep, 'ttlMs'>): Promise<void> {
    const names = [into, ...sources].map((key) => this.#name('distinct', key));
    this.tally.ignored += Number(await this.#connection.script('merge', names, [Math.ceil(keep.ttlMs)])) || 0;
  }

  async erase(key: StoreKey): Promise<void> {
    const names = VALUE_KINDS.map((kind) => this.#name(kind, key));
    await this.#connection.send((client) => client.unlink(...names));
  }

  async flush(): Promise<void> {
    await this.#sender.flush();
  }

  async publish(channel: string, message: string): Promise<void> {
    const bounded = boundedMessage(message);
    await this.#connection.send((client) => client.publish(this.#channels.nameOf(channel), bounded));
  }

  subscribe(channel: string, subscriber: Subscriber): Unsubscribe {
    return this.#channels.subscribe(channel, subscriber);
  }

  settled(): Promise<void> {
    return this.#connection.settled.opened;
  }

  onEmptied(listener: () => void): Unsubscribe {
    return this.#listeners.onEmptied(listener);
  }

  health(): StoreHealth {
    const pending = this.pending.size + this.#sender.held;
    return { ...this.#connection.state, pending, inFlight: this.#connection.inFlight, counts: { ...this.tally } };
  }

  async close(waitMs = CLOSE_MS): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([this.flush().catch(() => {}), enough]);
    clearTimeout(timer);
    this.#channels.close();
    this.#connection.close();
  }

  #sendWaiting(): void {
    if (this.#connection.isOpen && this.pending.size + this.#sender.held > 0) this.flush().catch(() => {});
  }

  async #greet(): Promise<void> {
    await this.#greeting.agreeOnSchema();
    if (await this.#greeting.findsEmpty()) setImmediate(() => this.#listeners.tellEmptied());
  }

  async #check(): Promise<void> {
    this.#connection.check();
    this.#channels.check();
    if (!this.#connection.isOpen || !(await this.#greeting.findsEmpty())) return;
    await this.#greeting.agreeOnSchema().catch(() => {});
    this.#listeners.tellEmptied();
  }

  async #read(kind: Exclude<ValueKind, 'distinct'>, key: StoreKey, args: readonly Argument[] = []): Promise<unknown> {
    const answer = await this.#connection.script('read', [this.#name(kind, key)], [REDIS_TYPES[kind], ...args]);
    const [ignored, list] = Array.isArray(answer) ? (answer as unknown[]) : [];
    this.tally.ignored += Number(ignored) || 0;
    return list;
  }

  #name(kind: ValueKind, key: StoreKey): string {
    const { shard, text } = placeOf(kind, key);
    return `${this.#keyPrefix}:{${shard}}:${text}`;
  }
}
