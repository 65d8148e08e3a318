// The latest transactions, in memory and bounded: all of them for a short while, those with findings for longer.
import { EventEmitter } from 'node:events';
import type { TransactionRecord } from '../core/record.ts';

const ALL_MAX = 2_000;
const WITH_FINDINGS_MAX = 5_000;

export class RecentTransactions {
  readonly #all = new Map<string, TransactionRecord>();
  readonly #withFindings = new Map<string, TransactionRecord>();
  /** `transaction` for those with findings, and other notes for the live stream. */
  readonly events = new EventEmitter().setMaxListeners(100);

  add(record: TransactionRecord): void {
    push(this.#all, record, ALL_MAX);
    if (record.findings.length === 0 && record.coverage !== 'refused') return;
    push(this.#withFindings, record, WITH_FINDINGS_MAX);
    this.events.emit('event', 'transaction', record);
  }

  note(kind: string, value: unknown): void {
    this.events.emit('event', kind, value);
  }

  find(id: string): TransactionRecord | undefined {
    return this.#withFindings.get(id) ?? this.#all.get(id);
  }

  /** Newest first. */
  latest(
    isWanted: (record: TransactionRecord) => boolean,
    offset: number,
    limit: number,
  ): { total: number; items: TransactionRecord[] } {
    const byId = new Map([...this.#withFindings, ...this.#all]);
    const matching = [...byId.values()].filter(isWanted).sort((a, b) => b.receivedAt - a.receivedAt);
    return { total: matching.length, items: matching.slice(offset, offset + limit) };
  }
}

function push(table: Map<string, TransactionRecord>, record: TransactionRecord, max: number): void {
  table.set(record.id, record);
  if (table.size > max) table.delete(table.keys().next().value!);
}
