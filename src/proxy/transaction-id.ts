// Transaction ids: unique across workers and restarts, sortable by time within a worker, URL-safe, and cheap.
import { randomBytes } from 'node:crypto';

/** A maker of ids such as `mf2q8k1z-9c1e04ab-0001c`: milliseconds, a random tag of this worker, a counter; base 36. */
export function transactionIds(): () => string {
  const tag = randomBytes(4).toString('hex');
  let count = 0;
  let lastMs = 0;
  let prefix = '';
  return () => {
    const now = Date.now();
    if (now !== lastMs) {
      lastMs = now;
      prefix = `${now.toString(36)}-${tag}-`;
    }
    // Five digits: 60 million transactions, more than fit into the millisecond that the prefix names.
    count = (count + 1) % 36 ** 5;
    return prefix + count.toString(36).padStart(5, '0');
  };
}
