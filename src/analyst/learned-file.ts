// What this node learned, as a file in the data folder: read at the start and by `sallyport export`, replaced whole.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { byTurns } from '../analysis/json-pieces.ts';
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

/** Where it is written before it takes the place of the one before. */
const BESIDE = { byTurns: '.new', atOnce: '.last' } as const;
const PIECE_CHARS = 250_000;

/**
 * In pieces, between which others have their turn; `mayGoOn` is asked after each, and once more when the disk has all of it.
 * False when it may not: what stood there before stays. @throws when the disk does not take it
 */
export async function writeLearned(
  dataFolder: string,
  pieces: Iterable<string>,
  mayGoOn: () => boolean,
): Promise<boolean> {
  const path = join(dataFolder, LEARNED_FILE);
  const beside = `${path}${BESIDE.byTurns}`;
  const file = await open(beside, 'w', 0o600);
  try {
    for await (const some of byTurns(pieces, PIECE_CHARS)) {
      await file.writeFile(some);
      if (!mayGoOn()) return false;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (!mayGoOn()) return false;
  renameSync(beside, path);
  return true;
}

/** Without a turn for others: at the end. @throws when the disk does not take it */
export function writeLearnedAtOnce(dataFolder: string, pieces: Iterable<string>): void {
  const path = join(dataFolder, LEARNED_FILE);
  const beside = `${path}${BESIDE.atOnce}`;
  const file = openSync(beside, 'w', 0o600);
  try {
    let waiting = '';
    for (const piece of pieces) {
      waiting += piece;
      if (waiting.length < PIECE_CHARS) continue;
      writeFileSync(file, waiting);
      waiting = '';
    }
    writeFileSync(file, waiting);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}
