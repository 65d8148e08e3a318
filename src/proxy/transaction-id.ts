// Transaction ids: unique across workers and restarts, sortable by time within a worker, URL-safe, and cheap.
import { randomBytes } from 'node:crypto';

const PAIRS = Array.from({ length: 36 ** 2 }, (_, i) => i.toString(36).padStart(2, '0'));

/**
 * A maker of ids such as `mf2q8k1z-9c1e04ab-0001c`: milliseconds, a random tag of this worker, a counter; base 36. It takes
 * the time in milliseconds since the epoch.
 */
export function transactionIds(): (now: number) => string {
  const tag = randomBytes(4).toString('hex');
  // Five digits: 60 million transactions, more than fit into the millisecond that the prefix names.
  let low = 0;
  let high = 0;
  let lastMs = -1;
  let beginning = '';
  return (now) => {
    low += 1;
    const isNewHigh = low === PAIRS.length;
    if (isNewHigh) {
      low = 0;
      high = (high + 1) % 36 ** 3;
    }
    if (now !== lastMs || isNewHigh) {
      lastMs = now;
      beginning = `${now.toString(36)}-${tag}-${high.toString(36).padStart(3, '0')}`;
    }
    return beginning + PAIRS[low]!;
  };
}
