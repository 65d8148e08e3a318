// What a store counts about itself, to be read as StoreCounts.
import type { StoreCounts } from '../core/store.ts';

export type Tally = { -readonly [Name in keyof StoreCounts]: number };

export function emptyTally(): Tally {
  return { written: 0, dropped: 0, refused: 0, ignored: 0, failed: 0, repeated: 0, flushes: 0 };
}
