// Loaded into every process of a measured gateway. Between two SIGUSR2 it samples the stack, and writes the profile to a file
// named by the process id.
// @ts-check
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const SAMPLE_EVERY_US = 250;

/** @type {Session | undefined} */
let session;

process.on('SIGUSR2', () => {
  if (session === undefined) {
    session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
    session.post('Profiler.start');
    return;
  }
  session.post('Profiler.stop', (error, answer) => {
    if (error === null) {
      writeFileSync(join(process.env.BENCH_PROFILES ?? '.', `${process.pid}.json`), JSON.stringify(answer.profile));
    }
    session?.disconnect();
    session = undefined;
  });
});
