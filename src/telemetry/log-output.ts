// Where a process writes what it has to say: a pipe or a file that somebody reads, or no longer reads.
// Invariant: whoever reads the log can keep nobody from serving, and nobody from ending; what nobody takes is dropped over a bound.
import { destination } from 'pino';

/**
 * Lines leave in blocks, since each one is a job for the thread pool; those of a quiet process wait no longer than this.
 */
const BLOCK_BYTES = 48 * 1024;
const WRITE_BYTES_MAX = 64 * 1024;
const WAITING_BYTES_MAX = 32 * 1024 * 1024;
export const LOG_FLUSH_MS = 250;
/** A log that takes nothing for so long is not read. */
const END_FLUSH_MS = 500;

export type LogOutput = ReturnType<typeof destination>;

/** `fd` 1 is the standard output, 2 that for errors. */
export function openLogOutput(fd: 1 | 2 = 1): LogOutput {
  const out = destination({
    fd,
    sync: false,
    minLength: BLOCK_BYTES,
    maxWrite: WRITE_BYTES_MAX,
    maxLength: WAITING_BYTES_MAX,
  });
  // Its own tries again for ever when the reader is gone: behind a fatal line, and at every exit.
  out.flushSync = () => out.flush();
  setInterval(() => out.flush(), LOG_FLUSH_MS).unref();
  return out;
}

/**
 * Writes what waits and ends the process. A write that stands still keeps a thread, and an exit waits for its threads for ever:
 * such a process kills itself instead.
 */
export function endProcess(out: LogOutput, code: number): void {
  setTimeout(killSelf, END_FLUSH_MS);
  out.flush(() => process.exit(code));
}

/** No hook of anybody runs. */
export function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}
