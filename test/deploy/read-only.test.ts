// The gateway as its image runs it: not root where nobody may read the files, without capabilities, on a file system of which only the
// data folder can be written to, /tmp included. Needs the right to make a mount namespace.
import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAIN, removeFolder, startGateway, temporaryFolder, upstreamThat } from '../run/gateway-process.ts';

const NOBODY = 65_534;
const asUser = (user: number): string[] => [
  'setpriv',
  ...[
    `--reuid=${user}`,
    `--regid=${user}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
    '--inh-caps=-all',
  ],
];
const succeeds = ([command, ...args]: readonly string[]): boolean => spawnSync(command!, args).status === 0;
const canMount = succeeds(['unshare', '--mount', 'mount', '--make-rprivate', '/']);
if (!canMount) console.log('skipped: no mount namespace can be made here (needs root)');
/** A checkout below a home folder of root's cannot be read by others; root without capabilities can do no more than they. */
const user = succeeds([...asUser(NOBODY), 'test', '-r', MAIN]) ? NOBODY : 0;

describe('a container', () => {
  it.skipIf(!canMount)(
    'needs no root, no capability and no folder but its data folder',
    async () => {
      const upstream = await upstreamThat((_, response) => response.end('hello'));
      const data = temporaryFolder();
      chownSync(data, user, user);
      const script = `set -e
mount --make-rprivate /
mount --bind ${data} ${data}
mount -o remount,bind,ro /
if mountpoint -q /tmp; then mount -o remount,bind,ro /tmp; fi
exec "$@"`;
      const gateway = await startGateway(['--upstream', upstream.url, '--workers', '1'], data, {
        under: ['unshare', '--mount', 'sh', '-c', script, 'sh', ...asUser(user)],
      });
      try {
        const inside = ['nsenter', `--target=${gateway.process.pid}`, '--mount', 'touch'];
        expect(succeeds([...inside, '/tmp/sallyport-probe'])).toBe(false);
        expect(succeeds([...inside, `${data}/probe`])).toBe(true);
        expect(readFileSync(`/proc/${gateway.process.pid}/status`, 'latin1')).toMatch(/^CapBnd:\t0+$/m);
        expect(await (await fetch(gateway.url)).text()).toBe('hello');
        expect((await gateway.api('/transactions')).status).toBe(200);
        expect((await fetch(`${gateway.admin}/readyz`)).status).toBe(200);
        expect(await gateway.stop()).toBe(0);
      } finally {
        await gateway.stop('SIGKILL');
        upstream.close();
        removeFolder(data);
      }
    },
    120_000,
  );
});
