// D1: the disk of a running gateway fills up and has room again. Traffic does not notice, what operators decide holds at once,
// nothing on the disk is torn, and everything is kept once there is room. Needs the right to mount a small file system.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGateway, upstreamThat } from '../run/gateway-process.ts';
import { constantLoad } from '../support/constant-load.ts';
import { restrictKey, statusWithKey } from './thief.ts';
import { PATIENCE_MS, pause } from './world.ts';

const DISK = mkdtempSync(join(tmpdir(), 'sallyport-disk-'));
const canMount = ((): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', DISK], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('skipped: a disk of its own cannot be mounted here (needs root)');
    rmSync(DISK, { recursive: true });
    return false;
  }
})();

describe('a disk that fills up', () => {
  it.skipIf(!canMount)(
    'D1 costs no request, no decision of an operator, and no file',
    async () => {
      const upstream = await upstreamThat((request, response) => {
        request.resume();
        response.setHeader('content-type', 'application/json');
        response.end('{"ssn":"536-22-8754"}');
      });
      const policies = join(DISK, 'policies');
      mkdirSync(policies);
      const args = ['--upstream', upstream.url, '--mode', 'enforce', '--workers', '1', '--policies', policies];
      let gateway = await startGateway(args, DISK);
      const statusOf = (key: string): Promise<number> => statusWithKey(gateway, key);
      try {
        await restrictKey(gateway, 'key-of-the-first-thief');
        const [analyst] = gateway.pids('analyst');
        const load = constantLoad(new URL(gateway.url), 40);
        await pause(500);
        fill(DISK);
        expect(await statusOf('key-of-the-first-thief')).toBe(403);
        await restrictKey(gateway, 'key-of-the-second-thief');
        expect(await statusOf('key-of-the-second-thief')).toBe(403);
        await pause(3_000);
        expect(gateway.pids('analyst')).toEqual([analyst]);
        rmSync(join(DISK, 'filler'));
        await pause(7_000);
        const result = await load.stop();
        console.log(`disk full: ${result.sent} requests, ${result.failed.length} failed`);
        expect(result.failed).toEqual([]);
        expect(gateway.pids('analyst')).toEqual([analyst]);
        await gateway.stop('SIGKILL');
        gateway = await startGateway(args, DISK);
        expect(await statusOf('key-of-the-first-thief')).toBe(403);
        expect(await statusOf('key-of-the-second-thief')).toBe(403);
      } finally {
        await gateway.stop('SIGKILL');
        upstream.close();
        await pause(500);
        execFileSync('umount', ['--lazy', DISK]);
        rmSync(DISK, { recursive: true, force: true });
      }
    },
    4 * PATIENCE_MS,
  );
});

/** To the last byte, in pieces that get smaller. */
function fill(folder: string): void {
  const name = join(folder, 'filler');
  for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 4)) {
    for (;;) {
      try {
        writeFileSync(name, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}
