// The port to shared state: what nodes learn and decide together, and what survives a restart. Analysis uses it; the hot path
// never does. Invariants: writes that only add are collected, never wait, and reach the store within FLUSH_MS; they commute,
// so nodes never coordinate, and a batch that is sent twice counts once. Everything has a bound and expires. What is read
// back was checked: what is not of its kind or too large is left out and counted, never returned and never thrown.
//
// Nothing here is encrypted: mask sensitive values before they are stored. Owners become digests, everything else stays as is.

/** Collected writes are in the store at most this long after they were offered, while it can be reached. */
export const FLUSH_MS = 250;
export const OWNER_CHARS_MAX = 4_096;
/** Longer fields and members keep their beginning and get a digest of the whole. */
export const FIELD_CHARS_MAX = 256;
export const ENTRY_BYTES_MAX = 16_384;
export const DOCUMENT_BYTES_MAX = 1_048_576;
export const MESSAGE_BYTES_MAX = 1_048_576;
export const CHANNELS_MAX = 64;
/** The field that counts what no longer fitted into a full set of counters. */
export const OTHER_FIELD = '{other}';

/**
 * Where a value is. `space` and `name` are the code's own words (`[a-z0-9._:-]`, at most 64 characters), never a client's:
 * `{space: 'endpoint', owner: 'GET shop/users/{id}', name: 'status.2026-11-24'}`. Values of one owner are on one shard, so
 * that they are written together and their HyperLogLogs can be merged.
 */
export interface StoreKey {
  readonly space: string;
  /** An endpoint's id, an actor's key, anything; `''` for what belongs to nobody. */
  readonly owner: string;
  readonly name: string;
}

/** How long a value lives after its last write, and how large it may become. */
export interface Keep {
  readonly ttlMs: number;
  /** Fields, members or entries. A histogram and a HyperLogLog have a size of their own and need none. */
  readonly sizeMax: number;
}

/** Each of these returns false when there was no room to collect it: it is dropped, and counted as dropped. */
export interface CollectedWrites {
  /** Adds `by` (a whole number) to a counter. When the set is full, a new field counts as {@link OTHER_FIELD}. */
  count(key: StoreKey, field: string, by: number, keep: Keep): boolean;
  /** Adds a number to a histogram, in the bucket that `bucketOf` names. */
  observe(key: StoreKey, value: number, keep: Pick<Keep, 'ttlMs'>, times?: number): boolean;
  /** Adds to a HyperLogLog. */
  addDistinct(key: StoreKey, member: string, keep: Pick<Keep, 'ttlMs'>): boolean;
  /** Adds to a set. A full set stays as it is, and what did not fit is counted as refused. */
  addMember(key: StoreKey, member: string, keep: Keep): boolean;
  /** Gives a member of a sorted index its score; the latest wins. A full index lets its lowest scores go. */
  rank(key: StoreKey, member: string, score: number, keep: Keep): boolean;
  unrank(key: StoreKey, member: string): boolean;
  /** Adds to a feed. A full feed lets its oldest entries go. */
  append(key: StoreKey, entry: string, keep: Keep): boolean;
}

/** These see what was flushed. They reject with a Fault (`STORE_DOWN`, `STORE_TIMEOUT`, `STORE_BUSY`), and soon. */
export interface StoreReads {
  counters(key: StoreKey): Promise<ReadonlyMap<string, number>>;
  /** Bucket → count; see `quantileOf`. */
  histogram(key: StoreKey): Promise<ReadonlyMap<number, number>>;
  /** How many distinct members these HyperLogLogs of one owner have together, within about two percent. */
  distinct(keys: readonly StoreKey[]): Promise<number>;
  members(key: StoreKey): Promise<ReadonlySet<string>>;
  ranked(key: StoreKey, range: ScoreRange): Promise<readonly RankedMember[]>;
  /** Newest first. */
  newest(key: StoreKey, entriesMax: number): Promise<readonly string[]>;
  document(kind: string, id: string): Promise<StoredDocument | undefined>;
  /** Documents of a kind, each once unless it changes meanwhile, in no order. Pass `next` to go on. */
  documents(kind: string, page: DocumentPageRequest): Promise<DocumentPage>;
}

export interface ScoreRange {
  /** Both ends belong to it. */
  readonly min?: number;
  readonly max?: number;
  readonly order: 'highest-first' | 'lowest-first';
  readonly membersMax: number;
}

export interface RankedMember {
  readonly member: string;
  readonly score: number;
}

export interface StoredDocument {
  readonly id: string;
  /** 1 after the first write, one more after each. */
  readonly version: number;
  /** As JSON has it. Its shape is still to be checked by who knows it. */
  readonly value: unknown;
}

export interface DocumentPageRequest {
  readonly documentsMax: number;
  readonly after?: string | undefined;
}

export interface DocumentPage {
  readonly documents: readonly StoredDocument[];
  /** Undefined at the end. */
  readonly next: string | undefined;
}

/** Writes that need an answer. Same Faults as reads; after `STORE_TIMEOUT` it is unknown whether it was written: read again. */
export interface AnsweredWrites {
  /**
   * Writes a document when its version still is `expected` (0: there is none). `keep.sizeMax` bounds the documents of its
   * kind; when there are more, the ones that expire first go.
   */
  put(kind: string, id: string, value: unknown, expected: number, keep: Keep): Promise<PutAnswer>;
  /** True when it was there with that version. */
  remove(kind: string, id: string, expected: number): Promise<boolean>;
  /** Adds the sources' members to `into`; all of one owner. */
  mergeDistinct(into: StoreKey, sources: readonly StoreKey[], keep: Pick<Keep, 'ttlMs'>): Promise<void>;
  /** Forgets every value with this key, whatever its kind. */
  erase(key: StoreKey): Promise<void>;
}

export type PutAnswer =
  | { readonly isWritten: true; readonly version: number }
  | { readonly isWritten: false; readonly current: StoredDocument | undefined };

export interface Subscriber {
  onMessage(message: string): void;
  /** Called when listening begins, and again after a gap in which messages may have been missed: read again what matters. */
  onListening(): void;
}

export interface Store extends CollectedWrites, StoreReads, AnsweredWrites {
  readonly kind: 'embedded' | 'redis';
  /** Resolves when it answers for the first time, or a first attempt to reach it has failed. Never rejects. */
  settled(): Promise<void>;
  /** Resolves when everything offered before is in the store. */
  flush(): Promise<void>;
  /** To every node, the own one included; best effort: nobody is told twice, some may miss it. */
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, subscriber: Subscriber): Unsubscribe;
  /** Called when the store is reached again without what it held (emptied, replaced): write again what has to be there. */
  onEmptied(listener: () => void): Unsubscribe;
  health(): StoreHealth;
  /** Flushes what can be flushed within `waitMs`, then lets go of everything. */
  close(waitMs?: number): Promise<void>;
}

export type Unsubscribe = () => void;

export interface StoreHealth {
  readonly state: 'up' | 'down';
  /** Why it is down, as a code: `CONNECTION`, `TIMEOUT`, `AUTHENTICATION`, `FULL`, `READONLY`, `NEWER_SCHEMA`, `FILE` …; else undefined. */
  readonly reason: string | undefined;
  /** Milliseconds since the epoch of the last change between up and down. */
  readonly since: number;
  /** Collected and not yet in the store. */
  readonly pending: number;
  readonly inFlight: number;
  readonly counts: StoreCounts;
}

/** All since the start. */
export interface StoreCounts {
  /** Writes that are in the store. */
  readonly written: number;
  /** Collected writes that were lost for want of room. */
  readonly dropped: number;
  /** Members and fields that a full set did not take, and writes the store would not take. */
  readonly refused: number;
  /** Values in the store or messages that were not what they should be. */
  readonly ignored: number;
  /** Commands or transactions that failed. */
  readonly failed: number;
  /** Batches that were sent again because their fate was unknown, and turned out to be there already. */
  readonly repeated: number;
  readonly flushes: number;
}
