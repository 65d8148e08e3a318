// What V8 and the scheduler are told is told of the processes that it is about: the workers and the analyst.
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXEC_ARGV } from '../../src/supervisor/exec-argv.ts';
import { type RunningGateway, removeFolder, startGateway, upstreamThat } from './gateway-process.ts';

/** Of each of its threads, which have one each in Linux. */
function niceValues(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => getPriority(Number(thread)));
}

describe('a running gateway', () => {
  let upstream: Awaited<ReturnType<typeof upstreamThat>>;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await upstreamThat((_, response) => response.end('{}'));
    gateway = await startGateway(['--upstream', upstream.url, '--workers', '1']);
  }, 60_000);
  afterAll(async () => {
    await gateway.stop('SIGKILL');
    upstream.close();
    removeFolder(gateway.data);
  });

  it('keeps no transaction alive by objects that are old from the start, in any process', () => {
    expect(EXEC_ARGV).toContain('--no-allocation-site-pretenuring');
    for (const process of ['gateway', 'analyst'] as const) {
      const [pid] = gateway.pids(process);
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      expect(argv).toEqual(expect.arrayContaining(['--no-allocation-site-pretenuring', '--max-semi-space-size=16']));
    }
  });

  it('lets traffic go first: every thread of the analyst is nicer than the workers', () => {
    const ours = getPriority();
    const [analyst] = gateway.pids('analyst');
    const ofAnalyst = niceValues(analyst!);
    expect(ofAnalyst.length).toBeGreaterThan(4);
    expect(new Set(ofAnalyst)).toEqual(new Set([Math.min(ours + 5, 19)]));
    const [worker] = gateway.pids('gateway');
    expect(new Set(niceValues(worker!))).toEqual(new Set([ours]));
  });
});
