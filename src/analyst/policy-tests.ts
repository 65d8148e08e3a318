// Unit tests of a draft, one run at a time, in a process of its own: a suite may take a core for seconds, or bring the engine down.
import { fork } from 'node:child_process';
import type { PolicyTestReport, PolicyTestsContext } from '../admin/policy-tests-context.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { SuiteResults } from '../inspection/run-suites.ts';
import { CANDIDATE_FILE, candidateOf } from './candidate.ts';

const RUN_MS_MAX = 60_000;
const MEGABYTES_MAX = 512;
const CASES_SHOWN_MAX = 500;

export class PolicyTests implements PolicyTestsContext {
  readonly #live: () => PolicyBundle;
  #isRunning = false;

  constructor(live: () => PolicyBundle) {
    this.#live = live;
  }

  async run(documents: string): ReturnType<PolicyTestsContext['run']> {
    if (this.#isRunning) return { objection: 'tests are running; wait for them' };
    const candidate = candidateOf(documents, this.#live().documents);
    if ('faults' in candidate) return candidate;
    this.#isRunning = true;
    try {
      const done = await runElsewhere(candidate.bundle);
      return 'objection' in done ? done : reportOf(done);
    } finally {
      this.#isRunning = false;
    }
  }
}

function reportOf({ suites, results }: SuiteResults): PolicyTestReport {
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const cases = results
    .map(({ file, ...one }) => ({ ...one, isOfDraft: file === CANDIDATE_FILE }))
    .filter(({ isOfDraft, differences }) => isOfDraft || differences.length > 0)
    .slice(0, CASES_SHOWN_MAX);
  return { suites, passed: results.length - failed, failed, cases };
}

function runElsewhere(bundle: PolicyBundle): Promise<SuiteResults | { readonly objection: string }> {
  return new Promise((resolve) => {
    const child = fork(new URL('./policy-tests-child.js', import.meta.url), {
      serialization: 'json',
      execArgv: [`--max-old-space-size=${MEGABYTES_MAX}`],
    });
    let done: SuiteResults | undefined;
    let reason = 'the process ended before the tests did';
    const timer = setTimeout(() => {
      reason = `the tests took longer than ${RUN_MS_MAX / 1_000} seconds`;
      child.kill('SIGKILL');
    }, RUN_MS_MAX);
    const finish = (): void => {
      clearTimeout(timer);
      resolve(done ?? { objection: reason });
    };
    child.once('message', (results: SuiteResults) => {
      done = results;
    });
    child.once('error', finish);
    child.once('exit', finish);
    child.send(bundle, () => {});
  });
}
