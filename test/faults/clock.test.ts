// T1: the clock of the system is set forward and back, by an hour and by a day, under a running gateway under load. What is under
// way goes on, restrictions last as long as they were meant to, the breaker of an upstream and the analyst go on as before.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../run/gateway-process.ts';
import { restrictKey, statusWithKey } from './thief.ts';
import { faultWorld, IS_LONG, PATIENCE_MS, pause, twoWorkers } from './world.ts';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
/** Timers and windows of every process have had their turn on the new clock. */
const SETTLED_MS = 1_500;
const THIEF = 'key-of-a-thief';
const HOUR = 3_600;
const DAY = 24 * HOUR;
const JUMPS = IS_LONG ? [HOUR, 0, -HOUR, DAY, -DAY, 0] : [DAY, -HOUR, 0];

/** Whether the process behind this address has a clock that is so many seconds ahead. */
async function sees(admin: string, jump: number): Promise<boolean> {
  const { headers } = await fetch(`${admin}/healthz`);
  return Math.abs((Date.parse(headers.get('date')!) - Date.now()) / 1_000 - jump) < 60;
}

describe.skipIf(!existsSync(LIBRARY) && !process.env.CI)('a clock that jumps (Debian package faketime)', () => {
  it(
    'T1 by an hour and a day, forward and back: no request fails, restrictions hold, attacks are still seen',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-clock-'));
      const clock = join(folder, 'clock');
      const setTo = (seconds: number): void => writeFileSync(clock, `${seconds < 0 ? '' : '+'}${seconds}\n`);
      setTo(0);
      const world = await faultWorld([], {
        env: {
          LD_PRELOAD: LIBRARY,
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_CACHE_DURATION: '1',
          // The steady clock is steady.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      });
      try {
        await twoWorkers(world.gateway);
        await restrictKey(world.gateway, THIEF);
        const asThief = (): Promise<number> => statusWithKey(world.gateway, THIEF);
        const result = await world.underLoad(40, async () => {
          for (const jump of JUMPS) {
            setTo(jump);
            await until(() => sees(world.gateway.admin, jump), PATIENCE_MS);
            await pause(SETTLED_MS);
            expect(await asThief(), `clock at ${jump} s`).toBe(403);
            const kept = (await (await world.gateway.api('/restrictions')).json()) as { items: unknown[] };
            expect(kept.items, `clock at ${jump} s`).toHaveLength(1);
            expect((await fetch(`${world.gateway.url}/?q=1%20union%20select%20password%20from%20users`)).status).toBe(
              403,
            );
          }
        });
        console.log(`clock jumps: ${result.sent} requests through ${JUMPS.length}, ${result.failed.length} failed`);
        expect(result.failed).toEqual([]);
        // A worker that starts on the new clock knows how long it still lasts.
        setTo(HOUR);
        await until(() => sees(world.gateway.admin, HOUR), PATIENCE_MS);
        const before = world.gateway.pids('gateway');
        process.kill(before[0]!, 'SIGKILL');
        await until(() => world.gateway.pids('gateway').every((pid) => pid !== before[0]), PATIENCE_MS);
        await twoWorkers(world.gateway, [before[0]!]);
        for (let i = 0; i < 8; i++) expect(await asThief()).toBe(403);
      } finally {
        await world.end();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    3 * PATIENCE_MS,
  );
});
