// A list of any length that is written once and read once: in memory while it is short, then in a file that has no name, so that
// nothing is left behind whatever ends the process.
import { createReadStream, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_CHARS_MAX = 4 * 1024 * 1024;
let spools = 0;

export class Spool {
  #parts: string[] = [];
  #chars = 0;
  #file: number | undefined;
  count = 0;

  add(text: string): void {
    this.count += 1;
    this.#parts.push(text);
    this.#chars += text.length;
    if (this.#chars >= MEMORY_CHARS_MAX) this.#spill();
  }

  /** In the order they came. Once only. */
  async *read(): AsyncGenerator<string> {
    if (this.#file !== undefined) {
      this.#spill();
      yield* createReadStream('', { fd: this.#file, start: 0, encoding: 'utf8' });
    }
    for (const part of this.#parts) yield part;
  }

  #spill(): void {
    if (this.#file === undefined) {
      spools += 1;
      const path = join(tmpdir(), `sallyport-replay-${process.pid}-${spools}`);
      this.#file = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
    }
    writeSync(this.#file, this.#parts.join(''));
    this.#parts = [];
    this.#chars = 0;
  }
}
