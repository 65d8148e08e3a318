// The last thing a worker noted before it died, in a file that outlives it: a death by the engine of the language leaves no time
// for a message. A note is one write of a few bytes into the page cache, made only while workers are watched.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

const NOTE_BYTES = 64;

export class LastNote {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  write(fingerprints: readonly string[]): void {
    try {
      this.#file ??= openSync(this.#path, 'w', 0o600);
      writeSync(this.#file, fingerprints.join(' ').padEnd(NOTE_BYTES), 0, 'latin1');
    } catch {
      // Without room for a note a death names nobody, as before.
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#path, { force: true });
  }
}

/** What a worker noted last; nothing when it was at nothing, or was not watched. The note is gone afterwards. */
export function takeLastNote(path: string): readonly string[] {
  try {
    const text = readFileSync(path, 'latin1').slice(0, NOTE_BYTES);
    return text.split(' ').filter((word) => /^[0-9a-f]{16}$/.test(word));
  } catch {
    return [];
  } finally {
    rmSync(path, { force: true });
  }
}
