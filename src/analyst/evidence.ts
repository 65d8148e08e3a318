// Asks the workers for the messages of transactions that became evidence, soon, for they keep them only for a moment.
import type { Analysis } from '../analysis/analysis.ts';
import type { EvidenceFound, FromAnalyst } from '../messages.ts';

const ASK_MS = 50;
const IDS_PER_MESSAGE_MAX = 100;
const WANTED_MAX = 1_000;

export class EvidenceOfWorkers {
  readonly #tell: (message: FromAnalyst) => void;
  readonly #wanted = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  /** Not asked for, because too many were wanted at once. */
  dropped = 0;

  constructor(tell: (message: FromAnalyst) => void) {
    this.#tell = tell;
    this.#timer = setInterval(() => this.#ask(), ASK_MS).unref();
  }

  want(transactionId: string): void {
    if (this.#wanted.size < WANTED_MAX) this.#wanted.add(transactionId);
    else this.dropped += 1;
  }

  take(found: readonly EvidenceFound[], analysis: Pick<Analysis, 'attachMessages'>): void {
    for (const { id, request, response } of found) analysis.attachMessages(id, { request, response });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ask(): void {
    if (this.#wanted.size === 0) return;
    const ids = [...this.#wanted].slice(0, IDS_PER_MESSAGE_MAX);
    for (const id of ids) this.#wanted.delete(id);
    this.#tell({ kind: 'evidence-wanted', ids });
  }
}
