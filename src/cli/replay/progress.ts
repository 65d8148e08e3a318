// How far it is, on a terminal: one line that is written over, and nothing where nobody looks.
const EVERY_MS = 100;
const CELLS = 30;

export class Progress {
  readonly #total: number;
  readonly #out: NodeJS.WriteStream;
  #before = 0;
  #now = 0;
  #shownAt = 0;
  readonly #startedAt = Date.now();

  /** `total` in bytes over all files. */
  constructor(total: number, out: NodeJS.WriteStream = process.stderr) {
    this.#total = Math.max(1, total);
    this.#out = out;
  }

  /** Of the file at hand. */
  readonly onBytes = (bytes: number): void => {
    this.#now = bytes;
  };

  endFile(): void {
    this.#before += this.#now;
    this.#now = 0;
  }

  show(transactions: number): void {
    if (!this.#out.isTTY) return;
    const now = Date.now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    const share = Math.min(1, (this.#before + this.#now) / this.#total);
    const filled = Math.round(share * CELLS);
    const rate = Math.round(transactions / Math.max(0.001, (now - this.#startedAt) / 1_000));
    const bar = `${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)}`;
    this.#out.write(`\r${bar} ${Math.floor(share * 100)} %  ${transactions} transactions, ${rate}/s\u001b[K`);
  }

  clear(): void {
    if (this.#out.isTTY && this.#shownAt > 0) this.#out.write('\r\u001b[K');
  }
}
