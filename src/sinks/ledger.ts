// What a sink was told of each incident, and which ticket stands for it there: one JSON file per sink, replaced whole.
// Invariant: at most ENTRIES_MAX entries; closed and longest unchanged ones go first. Losing an entry costs a second ticket at
// worst, and ticket systems are asked for one of ours before a new one is made.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { IncidentStatus } from '../core/incident.ts';

const ENTRIES_MAX = 10_000;

export interface LedgerEntry {
  /** As we told it last. */
  readonly status: IncidentStatus;
  /** The system's own name of the ticket, as its API wants it: `SEC-17`, a sys_id. */
  readonly reference?: string;
  /** For people: `SEC-17`, `INC0010023`. */
  readonly ticket?: string;
  /** Our word for how the ticket stands there, as we set or saw it last. */
  readonly there?: IncidentStatus;
  /** When that was, in milliseconds since the epoch: an older message does not undo it. */
  readonly thereAt?: number;
  /** What was last said of it there, so that saying it again changes nothing. */
  readonly saidId?: string;
}

export class Ledger {
  readonly #path: string;
  readonly #entries: Map<string, LedgerEntry>;
  #isDirty = false;

  constructor(path: string) {
    this.#path = path;
    this.#entries = new Map(read(path));
  }

  get(incident: string): LedgerEntry | undefined {
    return this.#entries.get(incident);
  }

  /** Adds to what is known, as the latest. */
  note(incident: string, known: Partial<LedgerEntry>): void {
    const before = this.#entries.get(incident);
    this.#entries.delete(incident);
    this.#entries.set(incident, { status: 'open', ...before, ...known });
    if (this.#entries.size > ENTRIES_MAX) this.#entries.delete(this.#leastWorth());
    this.#isDirty = true;
  }

  /** Tickets whose incidents are not over, as we told it. */
  *open(): IterableIterator<readonly [incident: string, entry: LedgerEntry & { readonly reference: string }]> {
    for (const [incident, entry] of this.#entries) {
      const { reference } = entry;
      if (reference !== undefined && !isClosed(entry.status)) yield [incident, { ...entry, reference }];
    }
  }

  /** False when the disk did not take it; it stays in memory and is written with the next change. */
  save(): boolean {
    if (!this.#isDirty) return true;
    try {
      const beside = `${this.#path}.new`;
      const file = openSync(beside, 'w', 0o600);
      try {
        const bytes = Buffer.from(JSON.stringify([...this.#entries]));
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, this.#path);
      this.#isDirty = false;
      return true;
    } catch {
      return false;
    }
  }

  #leastWorth(): string {
    for (const [incident, { status }] of this.#entries) if (isClosed(status)) return incident;
    return this.#entries.keys().next().value!;
  }
}

export function isClosed(status: IncidentStatus): boolean {
  return status === 'resolved' || status === 'false-positive' || status === 'accepted';
}

/** What cannot be read counts as nothing known. */
function read(path: string): [string, LedgerEntry][] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as [string, LedgerEntry][];
  } catch {
    return [];
  }
}
