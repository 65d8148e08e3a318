// Loads and validates a candidate in a child process, bounded in time: a crash or a hang is a refusal, not a death.
import { type ChildProcess, fork } from 'node:child_process';
import type { LoadOrder } from './child.ts';
import type { PolicyDirectories, PolicyLoad } from './load-directories.ts';

export const LOAD_TIMEOUT_MS = 60_000;
const LOAD_MEGABYTES_MAX = 512;

export type ChildLoad = { readonly load: PolicyLoad } | { readonly refusal: string };

export function loadInChild(directories: PolicyDirectories, timeoutMs = LOAD_TIMEOUT_MS): Promise<ChildLoad> {
  return new Promise((resolve) => {
    const stoodBy = takeStandby();
    const child = stoodBy ?? forkLoader();
    loading += 1;
    const end = (result: ChildLoad | Promise<ChildLoad>): void => {
      clearTimeout(timer);
      loading -= 1;
      stopListening();
      resolve(result);
    };
    const timer = setTimeout(() => {
      end({ refusal: `the policies could not be read within ${timeoutMs} ms` });
      child.kill('SIGKILL');
    }, timeoutMs);
    const stopListening = listen(child, {
      message: (load) => {
        end({ load });
        if (keepsStandby && standby === undefined) standBy(child);
        else child.disconnect();
      },
      error: () => end({ refusal: 'the loader could not be started' }),
      exit: (how) => {
        // It may have died long before; a new one that dies has died of the policies.
        if (stoodBy !== undefined) end(loadInChild(directories, timeoutMs));
        else end({ refusal: `the loader ended with ${how} while it read the policies` });
      },
    });
    child.send({ kind: 'load', directories } satisfies LoadOrder, () => {});
  });
}

let standby: { readonly child: ChildProcess; readonly stopListening: () => void } | undefined;
let keepsStandby = false;
/** Loads under way: whoever ends one stands by afterwards. */
let loading = 0;

/** Keeps a loader ready that has read these folders, from now on: the next load takes it and gives it back. It ends with this process. */
export function keepStandby(directories: PolicyDirectories): void {
  keepsStandby = true;
  if (standby !== undefined || loading > 0) return;
  const child = forkLoader();
  standBy(child);
  child.send({ kind: 'warm-up', directories } satisfies LoadOrder, () => {});
}

function standBy(child: ChildProcess): void {
  const gone = (): void => {
    stopListening();
    if (standby?.child === child) standby = undefined;
  };
  const stopListening = listen(child, { error: gone, exit: gone });
  standby = { child, stopListening };
  child.unref();
  child.channel?.unref();
}

function takeStandby(): ChildProcess | undefined {
  if (standby === undefined) return undefined;
  const { child, stopListening } = standby;
  standby = undefined;
  stopListening();
  if (!child.connected) return undefined;
  child.ref();
  child.channel?.ref();
  return child;
}

interface Listeners {
  readonly message?: (load: PolicyLoad) => void;
  readonly error: () => void;
  /** With the signal or the code it ended with. */
  readonly exit: (how: string) => void;
}

/** Until the function is called that it returns; errors of a child to whom nobody listens any more are nobody's. */
function listen(child: ChildProcess, { message, error, exit }: Listeners): () => void {
  const onExit = (code: number | null, signal: string | null): void => exit(signal ?? `code ${code}`);
  if (message !== undefined) child.on('message', message);
  child.on('error', error);
  child.on('exit', onExit);
  return () => {
    if (message !== undefined) child.off('message', message);
    child.off('error', error);
    child.off('exit', onExit);
  };
}

function forkLoader(): ChildProcess {
  const child = fork(new URL('./child.js', import.meta.url), {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${LOAD_MEGABYTES_MAX}`],
  });
  child.on('error', () => {});
  return child;
}
