// Whoever reads the log stops reading, as a log driver does whose server is away: traffic, decisions, admin port and the end of the
// gateway go on. Lines of a whole process wait for its last one here, so a single write that waits shows.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../run/gateway-process.ts';
import {
  booksOf,
  type FaultWorld,
  faultWorld,
  isRunning,
  PATIENCE_MS,
  pause,
  servingWorkers,
  twoWorkers,
} from './world.ts';

/** Six hundred bytes of log each: more than the pipe and both its ends hold, after four seconds. */
const PER_SECOND = 300;
const FULL_MS = 4_000;
/** Workers drain at once when nothing is on its way, and the analyst gives itself four seconds. */
const END_MS = 15_000;

describe('a log that nobody reads', () => {
  let world: FaultWorld;

  beforeAll(async () => {
    world = await faultWorld(['--workers', '2']);
  }, PATIENCE_MS);

  afterAll(() => world.end());

  it(
    'keeps nobody from serving, from taking a policy, from answering on the admin port, nor from ending',
    async () => {
      const { gateway, policies } = world;
      const { stdout, stderr } = gateway.process;
      let withheld = 0;
      const { failed, sent } = await world.underLoad(PER_SECOND, async () => {
        stdout!.pause();
        stderr!.pause();
        await pause(FULL_MS);
        withheld = gateway.output().length;
        // Of which the analyst has to say something.
        writeFileSync(join(policies, 'broken.yaml'), 'apiVersion: sallyport/v1\nkind: Policy\nmetadata: {');
        await until(async () => (await world.metric('sallyport_policy_refusals_total')) === 1);
        const restricted = await gateway.api('/restrictions', {
          method: 'POST',
          body: JSON.stringify({
            actor: { kind: 'ip', id: '203.0.113.9' },
            durationSeconds: 900,
            reason: 'while nobody reads the log',
          }),
        });
        expect(restricted.status).toBe(201);
      });
      expect(failed).toEqual([]);
      await booksOf(gateway, sent);
      expect(gateway.output().length).toBe(withheld);
      // Of this the supervisor has.
      const [first] = gateway.pids('gateway');
      process.kill(first!, 'SIGSTOP');
      await until(async () => (await servingWorkers(gateway)) === 1, PATIENCE_MS);
      await twoWorkers(gateway, [first!]);
      const pids = [...gateway.pids('gateway'), ...gateway.pids('analyst'), ...gateway.pids('spare')];
      const asked = performance.now();
      await gateway.stop('SIGTERM');
      expect(performance.now() - asked).toBeLessThan(END_MS);
      await until(() => !pids.some(isRunning));
    },
    PATIENCE_MS,
  );
});
