// What this node learned, as a file in the data folder: read at the start and by `sallyport export`, replaced whole.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LEARNED_FILE } from '../analysis/learning/dump.ts';

const extrasSchema = z.object({
  added: z.array(z.tuple([z.string(), z.number()])).catch([]),
  fadedDay: z.number().catch(0),
});

export interface LearnedFile {
  /** As the learner dumped it. */
  readonly dump: unknown;
  /** Increments of other nodes that are in it; see SharedLearning. */
  readonly added: ReadonlyMap<string, number>;
  /** Day since the epoch on which old traffic was last made to count less. */
  readonly fadedDay: number;
}

/** Undefined when there is none. A file that is not JSON is set aside as `.damaged`. */
export function readLearned(dataFolder: string): LearnedFile | undefined {
  const path = join(dataFolder, LEARNED_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const dump: unknown = JSON.parse(text);
    const extras = extrasSchema.parse(typeof dump === 'object' && dump !== null ? dump : {});
    return { dump, added: new Map(extras.added), fadedDay: extras.fadedDay };
  } catch {
    renameSync(path, `${path}.damaged`);
    return undefined;
  }
}

/** @throws when the disk does not take it, or it is longer than a text may be (about 500 MB) */
export function writeLearned(dataFolder: string, { dump, added, fadedDay }: LearnedFile): void {
  const path = join(dataFolder, LEARNED_FILE);
  const text = JSON.stringify({ ...(dump as object), added: [...added], fadedDay });
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}
