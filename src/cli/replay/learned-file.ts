// A gateway's `learned.json`, as what is known before the first transaction of a recording.
import { readFileSync } from 'node:fs';
import type { History } from './history.ts';

/** Into the history; why not, as a sentence, when the file is none. Entries that are left out are told on standard error. */
export function mergeLearned(file: string, history: History): string | undefined {
  let learned: unknown;
  try {
    learned = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    return `${file}: ${why}`;
  }
  const ignored = history.merge(learned);
  if (ignored > 0) console.error(`${file}: ${ignored} entries are not what they should be, and were left out`);
  return undefined;
}
