// Files of recorded traffic as one stream, for the verbs that read them: progress on a terminal, malformed entries counted and
// named on standard error, times given where there are none.
import { accessSync, constants, statSync } from 'node:fs';
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { readTransactions } from '../../ingest/read-transactions.ts';
import { RecordedClock } from './clock.ts';
import { Progress } from './progress.ts';

const MALFORMED_NAMED_MAX = 100;
const SHOW_EVERY = 64;

export class Traffic {
  readonly #files: readonly string[];
  readonly #clock = new RecordedClock(Date.UTC(2000, 0, 1));
  transactions = 0;
  malformed = 0;

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  /** What cannot be read at all, as `file: reason`; empty when everything can. */
  objections(): string[] {
    return this.#files.flatMap((file) => {
      try {
        accessSync(file, constants.R_OK);
        return statSync(file).isDirectory() ? [`${file}: is a folder; name the files in it`] : [];
      } catch (error) {
        return [`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`];
      }
    });
  }

  async *read(): AsyncGenerator<RecordedTransaction> {
    const progress = new Progress(this.#files.reduce((sum, file) => sum + statSync(file).size, 0));
    for (const file of this.#files) {
      for await (const entry of readTransactions(file, progress.onBytes)) {
        if ('malformed' in entry) {
          this.#name(file, entry.line, entry.malformed, progress);
          continue;
        }
        this.transactions += 1;
        const at = this.#clock.at(entry.transaction.at, entry.isTimed);
        yield at === entry.transaction.at ? entry.transaction : { ...entry.transaction, at };
        if (this.transactions % SHOW_EVERY === 0) progress.show(this.transactions);
      }
      progress.endFile();
    }
    progress.clear();
    if (this.malformed > MALFORMED_NAMED_MAX)
      console.error(`${this.malformed - MALFORMED_NAMED_MAX} further malformed entries are not named`);
    if (this.#clock.untimed > 0)
      console.error(`${this.#clock.untimed} transactions name no time; each counts as one second after the one before`);
  }

  #name(file: string, line: number, reason: string, progress: Progress): void {
    this.malformed += 1;
    if (this.malformed > MALFORMED_NAMED_MAX) return;
    progress.clear();
    console.error(`${file}:${line} malformed: ${reason}`);
  }
}
