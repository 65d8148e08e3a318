// Collected writes on their way into Redis: for each shard one numbered batch at a time. A batch whose fate is unknown is sent
// again with the same number until Redis answers; Redis remembers the last number of each sender and shard, so it counts once.
// While Redis is away nothing grows here but what Pending allows.
import { Fault } from '../../core/fault.ts';
import { SHARDS } from '../keys.ts';
import type { Pending, PendingValue } from '../pending.ts';
import type { Tally } from '../tally.ts';
import { type Argument, type Connection, codeToReason } from './connection.ts';

/** Redis does nothing else meanwhile: about 2 ms. */
const VALUES_PER_BATCH = 1_000;
const MARK_TTL_MS = 604_800_000;
/** A batch that Redis refuses for a reason of its own this often is given up. */
const REFUSALS_MAX = 5;

interface Batch {
  readonly number: number;
  readonly values: readonly PendingValue[];
  readonly size: number;
  refusals: number;
}

interface ShardState {
  sent: number;
  batch: Batch | undefined;
  sending: Promise<void> | undefined;
}

export class Sender {
  readonly #connection: Connection;
  readonly #pending: Pending;
  readonly #tally: Tally;
  readonly #key: (shard: number, text: string) => string;
  readonly #mark: string;
  readonly #shards: ShardState[] = Array.from({ length: SHARDS }, () => ({
    sent: 0,
    batch: undefined,
    sending: undefined,
  }));

  constructor(
    connection: Connection,
    pending: Pending,
    tally: Tally,
    key: (shard: number, text: string) => string,
    senderId: string,
  ) {
    this.#connection = connection;
    this.#pending = pending;
    this.#tally = tally;
    this.#key = key;
    this.#mark = `mark:${senderId}`;
  }

  /** Values taken out of pending that are not in Redis yet. */
  get held(): number {
    return this.#shards.reduce((total, shard) => total + (shard.batch?.size ?? 0), 0);
  }

  /** Sends what waits; rejects with the first Fault it meets, after every shard was tried. */
  async flush(): Promise<void> {
    const results = await Promise.allSettled(this.#shards.map((_, shard) => this.#flushShard(shard)));
    const failed = results.find((result) => result.status === 'rejected');
    this.#connection.note(failed === undefined ? undefined : codeToReason((failed.reason as Fault).code));
    if (failed !== undefined) throw failed.reason;
  }

  /** Whoever comes while it is sending waits for the same end: it goes on until nothing waits. */
  #flushShard(shard: number): Promise<void> {
    const state = this.#shards[shard]!;
    state.sending ??= this.#sendAll(shard, state).finally(() => {
      state.sending = undefined;
    });
    return state.sending;
  }

  async #sendAll(shard: number, state: ShardState): Promise<void> {
    while (state.batch !== undefined || !this.#pending.isEmpty(shard)) {
      if (!this.#connection.isOpen) throw new Fault('STORE_DOWN', 'gateway', 503, 'Redis cannot be used');
      state.batch ??= this.#nextBatch(state, shard);
      await this.#send(shard, state.batch);
      state.batch = undefined;
    }
  }

  #nextBatch(state: ShardState, shard: number): Batch {
    const values = this.#pending.take(shard, VALUES_PER_BATCH);
    const size = values.reduce((total, value) => total + value.items.size, 0);
    state.sent += 1;
    return { number: state.sent, values, size, refusals: 0 };
  }

  /** Returns when the batch is done with: written, or given up. */
  async #send(shard: number, batch: Batch): Promise<void> {
    const keys = [this.#key(shard, this.#mark), ...batch.values.map((value) => this.#key(shard, value.place))];
    const args: Argument[] = [batch.number, MARK_TTL_MS];
    for (const value of batch.values) args.push(...argumentsOf(value));
    try {
      const [repeated, refused, ignored] = numbersOf(await this.#connection.script('apply', keys, args));
      if (repeated === 1) this.#tally.repeated += 1;
      this.#tally.refused += refused;
      this.#tally.ignored += ignored;
      this.#tally.written += batch.size;
      this.#tally.flushes += 1;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'STORE_REFUSED') throw error;
      batch.refusals += 1;
      if (batch.refusals < REFUSALS_MAX) throw error;
      this.#tally.refused += batch.size;
    }
  }
}

function argumentsOf(value: PendingValue): Argument[] {
  const args: Argument[] = [value.kind, value.ttlMs, value.sizeMax, value.items.size];
  for (const [field, item] of value.items) {
    if (value.kind === 'feed') args.push(item as string);
    else if (value.kind === 'members' || value.kind === 'distinct') args.push(field);
    else args.push(field, item ?? '');
  }
  return args;
}

function numbersOf(answer: unknown): [number, number, number] {
  const [repeated, refused, ignored] = Array.isArray(answer) ? answer.map(Number) : [];
  return [repeated || 0, refused || 0, ignored || 0];
}
