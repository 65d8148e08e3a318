// Transaction ids: unique across workers and restarts, sortable by time, URL-safe, and cheap.
import { randomBytes } from 'node:crypto';

/** A maker of ids such as `1jh2k3m4n5-7f3a-00001c`: milliseconds, a random tag of this worker, a counter; base 36. */
export function transactionIds(): () => string {
  const tag = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count = (count + 1) % 0x7fffffff;
    return `${Date.now().toString(36)}-${tag}-${count.toString(36)}`;
  };
}
