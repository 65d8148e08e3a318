// A live capture of plain HTTP: dumpcap writes a ring of files, the watched folder takes them, what it shows becomes incidents.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-capture-'));
const captured = join(folder, 'captured');
mkdirSync(captured);
const tried = spawnSync('dumpcap', ['-i', 'lo', '-p', '-a', 'duration:1', '-w', join(folder, 'try.pcapng')]);
const isMissing = tried.error !== undefined;
const objection = isMissing ? 'dumpcap is not installed' : tried.status === 0 ? undefined : String(tried.stderr).trim();
if (objection !== undefined) console.warn(`a live capture is not tested: ${objection}`);

let gateway: RunningGateway | undefined;
let dumpcap: ChildProcess | undefined;
let upstream: Awaited<ReturnType<typeof upstreamThat>> | undefined;
afterAll(async () => {
  dumpcap?.kill('SIGKILL');
  upstream?.close();
  await gateway?.stop('SIGKILL');
  removeFolder(gateway?.data ?? folder);
  removeFolder(folder);
});

// A missing package is a fault of the machine; a missing permission is not.
it.skipIf(objection !== undefined && !(isMissing && process.env.CI !== undefined))(
  'of a ring of files is inspected as it comes',
  { timeout: 240_000 },
  async () => {
    upstream = await upstreamThat((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end('{"a":1}');
      });
    });
    const config = join(folder, 'gateway.yaml');
    writeFileSync(
      config,
      `upstreams: { api: "${upstream.url}" }\nworkers: 1\nlog: { access: false }\ningest: { directories: [{ path: captured, poll: 500ms }] }\n`,
    );
    gateway = await startGateway(['--config', config]);
    const { port } = new URL(upstream.url);
    const args = ['-i', 'lo', '-p', '-q', '-f', `tcp port ${port}`, '-b', 'duration:1', '-b', 'files:100'];
    dumpcap = spawn('dumpcap', [...args, '-w', join(captured, 'live.pcapng')], { stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise((started) => dumpcap!.stderr!.once('data', started));
    const attack = `/api/search?q=${encodeURIComponent("' UNION SELECT password FROM users--")}`;
    const seen = await until(async () => {
      // Straight to the server: the gateway sees none of it.
      await (await fetch(`${upstream!.url}${attack}`)).text();
      await new Promise((turn) => setTimeout(turn, 500));
      const answer = await gateway!.api('/transactions?detection=injection-sql');
      const { items } = (await answer.json()) as { items: { path: string; status: number; enforced: string }[] };
      return items.find(({ status }) => status === 200);
    });
    expect(seen).toMatchObject({ path: '/api/search', status: 200, enforced: 'block' });
  },
);
