// Loads and validates a candidate in a child process, bounded in time: a crash or a hang is a refusal, not a death.
import { fork } from 'node:child_process';
import type { PolicyDirectories, PolicyLoad } from './load-directories.ts';

export const LOAD_TIMEOUT_MS = 60_000;
const LOAD_MEGABYTES_MAX = 512;

export type ChildLoad = { readonly load: PolicyLoad } | { readonly refusal: string };

export function loadInChild(directories: PolicyDirectories, timeoutMs = LOAD_TIMEOUT_MS): Promise<ChildLoad> {
  return new Promise((resolve) => {
    const child = fork(new URL('./child.js', import.meta.url), {
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${LOAD_MEGABYTES_MAX}`],
    });
    let result: ChildLoad | undefined;
    const timer = setTimeout(() => {
      result ??= { refusal: `the policies could not be read within ${timeoutMs} ms` };
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', (load: PolicyLoad) => {
      result = { load };
    });
    child.once('error', () => {
      // No `exit` follows when it never ran.
      clearTimeout(timer);
      resolve(result ?? { refusal: 'the loader could not be started' });
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(result ?? { refusal: `the loader ended with ${signal ?? `code ${code}`} while it read the policies` });
    });
    child.send(directories, () => {});
  });
}
