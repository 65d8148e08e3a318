// N2 D3: more connections than a worker may have, and a process with few files to open. Whoever is served stays served, the
// admin port answers, what is too much is closed, and there is room again once it is gone.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { until } from '../run/gateway-process.ts';
import { booksOf, faultWorld, IS_LONG, openFiles, PATIENCE_MS, pause, twoWorkers } from './world.ts';

const FILES = 400;
/** Half of the files, in each of two workers. */
const PLACES = FILES;
const FLOOD = IS_LONG ? 20_000 : 1_500;
const AT_ONCE = 100;
const HELD_MS = 3_000;
/** Of the time that passes; a supervisor that hands a connection round and round takes all of it. */
const PROCESSOR_SHARE_MAX = 0.8;

describe('a flood of connections', () => {
  it(
    'N2 D3 over the bound is closed; who is connected is served, the admin port answers, and it passes',
    async () => {
      const world = await faultWorld([], { under: ['prlimit', `--nofile=${FILES}:${FILES}`] });
      const { gateway } = world;
      const port = Number(new URL(gateway.url).port);
      const sockets: net.Socket[] = [];
      try {
        await twoWorkers(gateway);
        const workers = gateway.pids('gateway');
        let open = 0;
        let share = 0;
        const result = await world.underLoad(30, async () => {
          for (let i = 0; i < FLOOD; i += AT_ONCE)
            sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => idleConnection(port)))));
          await until(() => sockets.filter((one) => !one.destroyed).length <= PLACES, PATIENCE_MS);
          const [usedBefore, before] = [processorSeconds(gateway.process.pid!), performance.now()];
          await pause(HELD_MS);
          share = (processorSeconds(gateway.process.pid!) - usedBefore) / ((performance.now() - before) / 1_000);
          open = sockets.filter((one) => !one.destroyed).length;
          expect((await fetch(`${gateway.admin}/healthz`)).status).toBe(200);
          for (const pid of workers) expect(openFiles(pid)).toBeLessThan(FILES);
        });
        console.log(
          `flood: ${FLOOD} connections, ${open} kept; ${result.sent} requests beside it, ${result.failed.length} failed; supervisor ${Math.round(share * 100)} % of a core`,
        );
        expect(open).toBeGreaterThan(PLACES / 4);
        expect(share).toBeLessThan(PROCESSOR_SHARE_MAX);
        expect(result.failed).toEqual([]);
        for (const socket of sockets) socket.destroy();
        await until(async () => (await fetch(gateway.url).catch(() => undefined))?.status === 200, PATIENCE_MS);
        expect(gateway.pids('gateway')).toEqual(workers);
        await booksOf(gateway, result.sent + 1);
      } finally {
        for (const socket of sockets) socket.destroy();
        await world.end();
      }
    },
    2 * PATIENCE_MS,
  );
});

/** Resolves once it is connected, which the system does even for one that is closed at once. */
function idleConnection(port: number): Promise<net.Socket> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('connect', () => resolve(socket));
    socket.once('close', () => resolve(socket));
    socket.resume();
  });
}

/** User and system time (proc(5) stat, fields 14 and 15, in ticks of which a second has as many as getconf says). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
