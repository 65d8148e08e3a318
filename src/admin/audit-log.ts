// Who changed what, when: one JSON line per change, appended and never rewritten.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AuditEntry {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const ENTRIES_SHOWN_MAX = 1_000;

export class AuditLog {
  readonly #path: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, 'audit.jsonl');
  }

  add(entry: Omit<AuditEntry, 'at'>): void {
    appendFileSync(this.#path, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`, { mode: 0o600 });
  }

  /** The latest entries, newest first. */
  latest(limit: number): AuditEntry[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return [];
    }
    const lines = text.trimEnd().split('\n').slice(-Math.min(limit, ENTRIES_SHOWN_MAX));
    return lines
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as AuditEntry];
        } catch {
          // A line that was cut off by a full disk tells nothing.
          return [];
        }
      })
      .reverse();
  }
}
