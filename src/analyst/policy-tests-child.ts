// Entry of the process that runs the unit tests of one policy and ends.
import type { PolicyBundle } from '../core/document.ts';
import { runSuites } from '../inspection/run-suites.ts';

process.once('message', (bundle: PolicyBundle) => {
  process.send!(runSuites(bundle, Date.now()), () => process.exit(0));
});
process.once('disconnect', () => process.exit(0));
