// What V8 is told is told to the processes that it is about: the workers and the analyst.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXEC_ARGV } from '../../src/supervisor/exec-argv.ts';
import { removeFolder, startGateway, upstreamThat } from './gateway-process.ts';

describe('a running gateway', () => {
  it('keeps no transaction alive by objects that are old from the start, in any process', async () => {
    const upstream = await upstreamThat((_, response) => response.end('{}'));
    const gateway = await startGateway(['--upstream', upstream.url, '--workers', '1']);
    try {
      expect(EXEC_ARGV).toContain('--no-allocation-site-pretenuring');
      for (const process of ['gateway', 'analyst'] as const) {
        const [pid] = gateway.pids(process);
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        expect(argv).toEqual(expect.arrayContaining(['--no-allocation-site-pretenuring', '--max-semi-space-size=16']));
      }
    } finally {
      await gateway.stop('SIGKILL');
      upstream.close();
      removeFolder(gateway.data);
    }
  }, 60_000);
});
