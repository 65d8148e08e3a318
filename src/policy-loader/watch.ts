// Tells when policy files changed: by the file system's own notice, and by a look at names, sizes and times every second,
// which also sees what notices miss (network file systems, swapped links, folders that come and go).
import { type FSWatcher, statSync, watch } from 'node:fs';
import { policyFiles } from './load-directories.ts';

const LOOK_MS = 700;
const SETTLE_MS = 120;
const GATHER_MS = 30;

/** Calls `onChange` after files settled. Returns the function that stops watching. */
export function watchFiles(roots: readonly string[], onChange: () => void): () => void {
  let seen = fingerprint(roots);
  let settling: NodeJS.Timeout | undefined;
  const look = (): void => {
    const now = fingerprint(roots);
    if (now === seen) return;
    seen = now;
    clearTimeout(settling);
    settling = setTimeout(onChange, SETTLE_MS);
  };
  let gathering: NodeJS.Timeout | undefined;
  // One change of files is many notices.
  const lookSoon = (): void => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      look();
    }, GATHER_MS);
  };
  const timer = setInterval(look, LOOK_MS);
  const watchers: FSWatcher[] = [];
  for (const root of roots) {
    try {
      const watcher = watch(root, { recursive: true }, lookSoon);
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {
      // The folder is not there or cannot be watched: the timer looks all the same.
    }
  }
  return () => {
    clearInterval(timer);
    clearTimeout(settling);
    clearTimeout(gathering);
    for (const watcher of watchers) watcher.close();
  };
}

function fingerprint(roots: readonly string[]): string {
  const lines: string[] = [];
  for (const root of roots) {
    for (const file of policyFiles(root, [])) {
      try {
        const { mtimeMs, size, ino } = statSync(file);
        lines.push(`${file} ${mtimeMs} ${size} ${ino}`);
      } catch {
        lines.push(`${file} gone`);
      }
    }
    lines.push(`${root} end`);
  }
  return lines.join('\n');
}
