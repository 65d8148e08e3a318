// Who changed what, when: one JSON line per change, appended and never rewritten. What a full disk does not take waits in memory.
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
/** More would be changes that nobody can answer for: the next one is refused. */
const WAITING_ENTRIES_MAX = 10_000;
const AGAIN_MS = 5_000;

export class AuditLog {
  readonly #path: string;
  readonly #onUnsaved: (code: string) => void;
  #waiting: string[] = [];
  /** A line may have been cut off; the next one begins on its own. */
  #isTorn = false;
  #again: NodeJS.Timeout | undefined;

  constructor(folder: string, onUnsaved: (code: string) => void = () => {}) {
    this.#onUnsaved = onUnsaved;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, 'audit.jsonl');
  }

  add(entry: Omit<AuditEntry, 'at'>): void {
    if (this.#waiting.length >= WAITING_ENTRIES_MAX) throw new Error('the audit log cannot be written');
    this.#waiting.push(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
    this.#write();
  }

  #write(): void {
    clearTimeout(this.#again);
    try {
      appendFileSync(this.#path, `${this.#isTorn ? '\n' : ''}${this.#waiting.join('')}`, { mode: 0o600 });
      this.#waiting = [];
      this.#isTorn = false;
    } catch (error) {
      this.#isTorn = true;
      this.#onUnsaved((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      this.#again = setTimeout(() => this.#write(), AGAIN_MS).unref();
    }
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
