// M1: a gateway in a group of processes with little memory, flooded with bodies that are held for inspection. It says 503 where it
// must, and Linux has nobody to kill. Needs a writable cgroup (version 1 or 2, as root); part of the long form alone.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../run/gateway-process.ts';
import { faultWorld, IS_LONG, PATIENCE_MS, pause, twoWorkers } from './world.ts';

const MEBIBYTE = 1_048_576;
const LIMIT_BYTES = Number(process.env.MEMORY_MEBIBYTES ?? 768) * MEBIBYTE;
const FLOOD_MS = Number(process.env.FLOOD_SECONDS ?? 300) * 1_000;
const BODY = Buffer.alloc(MEBIBYTE, '[1,2,3,4,5,6,7,8,9,0],');
const CLIENTS = 300;

const isV1 = existsSync('/sys/fs/cgroup/memory');
const group = join(isV1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup', `sallyport-test-${process.pid}`);
const canLimit = IS_LONG && madeGroup();

describe('a container with little memory', () => {
  it.skipIf(!canLimit)(
    'M1 is not killed by a flood of bodies, and serves as before once it is over',
    async () => {
      const world = await faultWorld([], { under: ['sh', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh'] });
      const { gateway } = world;
      try {
        await twoWorkers(gateway);
        const pids = [...gateway.pids('gateway'), ...gateway.pids('analyst')];
        const statuses = new Map<number, number>();
        const end = performance.now() + FLOOD_MS;
        const client = async (): Promise<void> => {
          while (performance.now() < end) {
            const status = await heldBody(gateway.url).catch(() => 0);
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            await pause(20);
          }
        };
        await Promise.all(Array.from({ length: CLIENTS }, client));
        const seen = [...statuses].map(([status, times]) => `${status === 0 ? 'reset' : status} ${times}`).join(', ');
        console.log(
          `memory: ${LIMIT_BYTES / MEBIBYTE} MiB, ${FLOOD_MS / 1_000} s of bodies: ${seen}; ${killed()} killed`,
        );
        expect(killed()).toBe(0);
        expect([...gateway.pids('gateway'), ...gateway.pids('analyst')]).toEqual(pids);
        await until(async () => (await heldBody(gateway.url).catch(() => 0)) < 500, PATIENCE_MS);
      } finally {
        await world.end();
        await until(() => readFileSync(join(group, 'cgroup.procs'), 'utf8') === '', PATIENCE_MS);
        rmdirSync(group);
      }
    },
    FLOOD_MS + 4 * PATIENCE_MS,
  );
});

/** Sends a body a little at a time, so that many are held at once. */
function heldBody(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(BODY.length) };
    const request = http.request(`${url}/upload`, { method: 'POST', headers, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode!));
      response.once('error', reject);
    });
    request.on('error', reject);
    request.write(BODY.subarray(0, BODY.length - 1));
    setTimeout(() => request.end(BODY.subarray(-1)), 500);
  });
}

function killed(): number {
  const text = readFileSync(join(group, isV1 ? 'memory.oom_control' : 'memory.events'), 'utf8');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

function madeGroup(): boolean {
  try {
    mkdirSync(group);
    writeFileSync(join(group, isV1 ? 'memory.limit_in_bytes' : 'memory.max'), String(LIMIT_BYTES));
    return true;
  } catch {
    console.log('skipped: no group of processes with a limit of memory can be made here (needs root and cgroups)');
    return false;
  }
}
