// Runs in a process of its own: loads policies, says what came of it, ends. A file that kills the parser kills only this.
import { loadDirectories, type PolicyDirectories } from './load-directories.ts';

process.once('message', (directories: PolicyDirectories) => {
  process.send!(loadDirectories(directories), () => process.disconnect());
});
