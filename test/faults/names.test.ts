// U7: the name of an upstream under a whole gateway and the system's own resolver, by a file of hosts that only that gateway sees.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeFolder, startGateway, until } from '../run/gateway-process.ts';
import { constantLoad } from '../support/constant-load.ts';
import { freePort, PATIENCE_MS, pause } from './world.ts';

const canUnshare = ((): boolean => {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('skipped: no name space of its own can be made here (needs root)');
    return false;
  }
})();
/** Each phase has room for several look-ups. */
const PHASE_MS = 2_500;

describe.skipIf(!canUnshare)('an upstream by its name', () => {
  it(
    'U7 that is gone, elsewhere, or has 300 addresses costs no request',
    async () => {
      const port = await freePort();
      const servers = await Promise.all(['127.0.0.1', '127.0.0.2'].map((address) => serverAt(address, port)));
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-hosts-'));
      const hosts = join(folder, 'hosts');
      const name = (...addresses: string[]): void =>
        writeFileSync(hosts, `127.0.0.1 localhost\n${addresses.map((one) => `${one} api.test\n`).join('')}`);
      name('127.0.0.1');
      const gateway = await startGateway(['--upstream', `http://api.test:${port}`, '--workers', '1'], folder, {
        under: ['unshare', '--mount', 'sh', '-c', `mount --bind ${hosts} /etc/hosts && exec "$@"`, 'sh'],
      });
      const servedBy = async (): Promise<string> => (await fetch(`${gateway.url}/x`)).text();
      try {
        expect(await servedBy()).toBe('127.0.0.1');
        const load = constantLoad(new URL(gateway.url), 30);
        name();
        await pause(PHASE_MS);
        expect(await servedBy(), 'gone').toBe('127.0.0.1');
        name('127.0.0.2');
        await until(async () => (await servedBy()) === '127.0.0.2', PATIENCE_MS);
        name(...Array.from({ length: 300 }, (_, i) => `127.0.0.${i < 16 ? 2 : (i % 250) + 3}`));
        await pause(PHASE_MS);
        expect(await servedBy(), '300 addresses').toBe('127.0.0.2');
        name('127.0.0.1');
        await until(async () => (await servedBy()) === '127.0.0.1', PATIENCE_MS);
        const result = await load.stop();
        console.log(`names: ${result.sent} requests through four changes, ${result.failed.length} failed`);
        expect(result.failed).toEqual([]);
      } finally {
        await gateway.stop('SIGKILL');
        for (const server of servers) server.close();
        removeFolder(folder);
      }
    },
    2 * PATIENCE_MS,
  );
});

/** Says where it is, and takes one request a connection, so that the name is asked for all the time. */
async function serverAt(address: string, port: number): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    request.resume();
    response.setHeader('connection', 'close').end(address);
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
}
