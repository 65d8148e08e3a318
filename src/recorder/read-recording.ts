// Recordings of a period, from the oldest segment on. A frame that cannot be opened ends its segment: what follows it was moved or
// cut off, and is counted.
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { RecordedTransaction } from '../core/recorded-transaction.ts';
import { segmentsIn } from './recorder.ts';
import { readKey } from './recording-key.ts';
import { FRAME_HEAD_BYTES, frameLength, unseal } from './sealed-frame.ts';
import { transactionOf } from './transaction-line.ts';

export type Recording =
  | { readonly read: AsyncGenerator<RecordedTransaction>; readonly counts: { unreadable: number } }
  | { readonly objection: string };

/** `since` in milliseconds since the epoch. */
export function recordedSince(folder: string, keyFile: string, since: number): Recording {
  let key: Buffer | undefined;
  try {
    key = readKey(keyFile);
  } catch (error) {
    return { objection: (error as Error).message };
  }
  if (key === undefined) return { objection: `${keyFile}: there is no key to read the recordings with` };
  const counts = { unreadable: 0 };
  return { read: transactionsIn(folder, key, since, counts), counts };
}

async function* transactionsIn(
  folder: string,
  key: Buffer,
  since: number,
  counts: { unreadable: number },
): AsyncGenerator<RecordedTransaction> {
  for (const { name, path, changedAt } of segmentsIn(folder)) {
    if (changedAt < since) continue;
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch {
      // Made room meanwhile.
      continue;
    }
    let at = 0;
    for (let number = 0; at < bytes.length; number++) {
      const length = frameLength(bytes, at);
      // The last frame of a segment may be on its way to the disk.
      if (length === undefined) break;
      const start = at + FRAME_HEAD_BYTES;
      const plain = unseal(key, name, number, bytes.subarray(start, start + length));
      if (plain === undefined) {
        counts.unreadable += 1;
        break;
      }
      for (const line of gunzipSync(plain).toString('utf8').split('\n')) {
        const transaction = transactionOf(line);
        if (transaction.at >= since) yield transaction;
      }
      at = start + length;
    }
  }
}
