// D1 D3: the disk of a running gateway fills up and has room again, becomes read-only and can be written again. Traffic does not
// notice, what operators decide holds at once, nothing on the disk is torn, and everything is kept once it can be. Needs the right
// to mount a small file system.
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

interface Trouble {
  readonly name: string;
  readonly begin: () => void;
  readonly end: () => void;
}

const TROUBLES: readonly Trouble[] = [
  { name: 'D1 full', begin: () => fill(DISK), end: () => rmSync(join(DISK, 'filler')) },
  {
    name: 'D3 read-only',
    // Laid over itself, so that what is open for writing does not forbid it; every path leads to the read-only one.
    begin: () => {
      execFileSync('mount', ['--bind', DISK, DISK]);
      execFileSync('mount', ['-o', 'remount,bind,ro', DISK]);
    },
    end: () => execFileSync('umount', ['--lazy', DISK]),
  },
];

describe('a disk that cannot be written to', () => {
  it.skipIf(!canMount)(
    'D1 D3 costs no request, no decision of an operator, and no file',
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
        await restrictKey(gateway, 'key-before');
        const [analyst] = gateway.pids('analyst');
        const load = constantLoad(new URL(gateway.url), 40);
        await pause(500);
        for (const { name, begin, end } of TROUBLES) {
          begin();
          expect(() => writeFileSync(join(DISK, 'probe'), 'x'), name).toThrow();
          expect(await statusOf('key-before'), name).toBe(403);
          await restrictKey(gateway, `key-while-${name}`);
          await pause(3_000);
          expect(gateway.pids('analyst'), name).toEqual([analyst]);
          end();
          // Longer than it takes until what could not be written is tried again.
          await pause(7_000);
        }
        const result = await load.stop();
        console.log(`disk full and read-only: ${result.sent} requests, ${result.failed.length} failed`);
        expect(result.failed).toEqual([]);
        expect(gateway.pids('analyst')).toEqual([analyst]);
        await gateway.stop('SIGKILL');
        gateway = await startGateway(args, DISK);
        expect(await statusOf('key-before')).toBe(403);
        for (const { name } of TROUBLES) expect(await statusOf(`key-while-${name}`), name).toBe(403);
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
