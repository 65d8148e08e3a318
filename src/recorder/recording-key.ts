// The key that recordings are encrypted with: 32 random bytes in a file that only this user may read. Whoever deletes the file makes
// every recording unreadable, which is the quickest way to be rid of them.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

const KEY_BYTES = 32;
const OTHERS = 0o077;

/** Undefined when there is none. @throws Error with a sentence for a person when the file is no such key, or others may read it */
export function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
    if ((statSync(path).mode & OTHERS) !== 0) throw new Error(`${path} can be read by others; chmod 600 it`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${path} is not ${KEY_BYTES} bytes in base64`);
  return key;
}

/** Several workers start at once: the first one's key is everybody's. */
export function readOrMakeKey(path: string): Buffer {
  const known = readKey(path);
  if (known !== undefined) return known;
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  return readKey(path)!;
}
