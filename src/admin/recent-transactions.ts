// The latest transactions, bounded: all of them for a short while, those with findings for longer.
// Of those without findings only what they are looked for by is in memory, with what they can be read again from: two thousand
// records with all their observed fields would be copied from one generation of the heap to the next, which costs more than
// reading the few that somebody looks at.
import { EventEmitter } from 'node:events';
import { OldestFirst } from '../analysis/scenarios/metrics/oldest-first.ts';
import type { TransactionRecord } from '../core/record.ts';

const ALL_MAX = 2_000;
const WITH_FINDINGS_MAX = 5_000;

/** What a transaction is looked for by. */
export type FoundBy = Pick<TransactionRecord, 'id' | 'receivedAt' | 'endpoint' | 'actors' | 'action' | 'findings'>;

/** Gives what came with a transaction anew, of which it is the one at `index`. */
export type Again = (index: number) => TransactionRecord;

interface Remembered extends FoundBy {
  /** Of those with findings: too few to matter, and kept for too long to keep what came with them. */
  readonly record: TransactionRecord | undefined;
  readonly again: Again;
  readonly index: number;
}

const NOT_KEPT: Again = () => {
  throw new Error('the record itself is kept');
};

export class RecentTransactions {
  readonly #all = new Latest(ALL_MAX);
  readonly #withFindings = new Latest(WITH_FINDINGS_MAX);
  /** `transaction` for those with findings, and other notes for the live stream. */
  readonly events = new EventEmitter().setMaxListeners(100);

  add(record: TransactionRecord, again: Again, index: number): void {
    const { id, receivedAt, endpoint, actors, action, findings } = record;
    this.#all.add({ id, receivedAt, endpoint, actors, action, findings, record: undefined, again, index });
    if (findings.length === 0 && record.coverage !== 'refused') return;
    const whole = { id, receivedAt, endpoint, actors, action, findings, record, again: NOT_KEPT, index };
    this.#withFindings.add(whole);
    this.events.emit('event', 'transaction', record);
  }

  note(kind: string, value: unknown): void {
    this.events.emit('event', kind, value);
  }

  find(id: string): TransactionRecord | undefined {
    const found = this.#withFindings.byId.get(id) ?? this.#all.byId.get(id);
    return found === undefined ? undefined : wholeOf(found);
  }

  /** Newest first. */
  latest(
    isWanted: (record: FoundBy) => boolean,
    offset: number,
    limit: number,
  ): { total: number; items: TransactionRecord[] } {
    const byId = new Map([...this.#withFindings.byId, ...this.#all.byId, ...this.#withFindings.byId]);
    const matching = [...byId.values()].filter(isWanted).sort((a, b) => b.receivedAt - a.receivedAt);
    return { total: matching.length, items: matching.slice(offset, offset + limit).map(wholeOf) };
  }
}

class Latest {
  readonly byId = new Map<string, Remembered>();
  readonly #oldest = new OldestFirst(this.byId);
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(one: Remembered): void {
    this.byId.set(one.id, one);
    if (this.byId.size > this.#max) this.byId.delete(this.#oldest.next()![0]);
  }
}

function wholeOf({ record, again, index }: Remembered): TransactionRecord {
  return record ?? again(index);
}
