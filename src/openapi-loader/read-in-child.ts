// Reads API documents in a child process, bounded in time and memory: a crash or a hang is a refusal, not a death.
import { fork } from 'node:child_process';
import type { ConfiguredDocument } from '../configuration/load.ts';
import type { DocumentRead } from './read-documents.ts';

export interface ReadRequest {
  readonly source: ConfiguredDocument;
  /** What was fetched of it, by URL. */
  readonly texts: readonly (readonly [string, string])[];
}

const READ_TIMEOUT_MS = 60_000;
const READ_MEGABYTES_MAX = 1_024;

export function readInChild(
  requests: readonly ReadRequest[],
  timeoutMs = READ_TIMEOUT_MS,
): Promise<readonly DocumentRead[]> {
  const refused = (message: string): readonly DocumentRead[] =>
    requests.map(({ source }) => ({ fault: { file: source.document, line: 1, column: 1, message } }));
  return new Promise((resolve) => {
    const child = fork(new URL('./child.js', import.meta.url), {
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${READ_MEGABYTES_MAX}`],
    });
    let result: readonly DocumentRead[] | undefined;
    const timer = setTimeout(() => {
      result ??= refused(`the API document could not be read within ${timeoutMs} ms`);
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', (reads: readonly DocumentRead[]) => {
      result = reads;
    });
    child.once('error', () => {
      clearTimeout(timer);
      resolve(result ?? refused('the reader of API documents could not be started'));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(result ?? refused(`the reader ended with ${signal ?? `code ${code}`} while it read the API document`));
    });
    child.send(requests, () => {});
  });
}
