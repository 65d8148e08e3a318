// Runs in a process of its own: loads policies and says what came of it, until it is told to end. A file that kills the parser kills
// only this. One that stands by has read everything before it is asked, so that a change of one file is a matter of moments.
import { loadDirectories, type PolicyDirectories } from './load-directories.ts';

export interface LoadOrder {
  /** `warm-up`: read it, and say nothing. */
  readonly kind: 'warm-up' | 'load';
  readonly directories: PolicyDirectories;
}

process.on('message', ({ kind, directories }: LoadOrder) => {
  const load = loadDirectories(directories);
  if (kind === 'load') process.send!(load);
});
