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
      child.removeAllListeners();
      // A dying child says more, to nobody.
      child.on('error', () => {});
      resolve(result);
    };
    const timer = setTimeout(() => {
      end({ refusal: `the policies could not be read within ${timeoutMs} ms` });
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', (load: PolicyLoad) => {
      end({ load });
      if (keepsStandby && standby === undefined) standBy(child);
      else child.disconnect();
    });
    child.once('error', () => end({ refusal: 'the loader could not be started' }));
    child.once('exit', (code, signal) => {
      // It may have died long before; a new one that dies has died of the policies.
      if (stoodBy !== undefined) end(loadInChild(directories, timeoutMs));
      else end({ refusal: `the loader ended with ${signal ?? `code ${code}`} while it read the policies` });
    });
    child.send({ kind: 'load', directories } satisfies LoadOrder, () => {});
  });
}

let standby: ChildProcess | undefined;
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
  standby = child;
  const gone = (): void => {
    if (standby === child) standby = undefined;
  };
  child.once('error', gone);
  child.once('exit', gone);
  child.unref();
  child.channel?.unref();
}

function takeStandby(): ChildProcess | undefined {
  const child = standby;
  standby = undefined;
  if (child?.connected !== true) return undefined;
  child.removeAllListeners();
  child.ref();
  child.channel?.ref();
  return child;
}

function forkLoader(): ChildProcess {
  return fork(new URL('./child.js', import.meta.url), {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${LOAD_MEGABYTES_MAX}`],
  });
}
