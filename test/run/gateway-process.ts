// A gateway as people start it: `node dist/main.js run …`, in front of an upstream, with a data folder of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The command, as `npm run build` made it. */
export const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const START_MS = 180_000;

export interface RunningGateway {
  readonly url: string;
  readonly admin: string;
  readonly token: string;
  readonly data: string;
  readonly process: ChildProcess;
  /** Everything it wrote to its terminal so far. */
  readonly output: () => string;
  api(path: string, init?: RequestInit): Promise<Response>;
  /** Process ids of workers, of the analyst, or of the spare worker once it is ready. */
  pids(kind: 'gateway' | 'analyst' | 'spare'): number[];
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** What a test changes about the machine for this gateway alone. */
export interface Launch {
  /** A command that becomes the gateway with `exec`: limits, namespaces. */
  readonly under?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export async function startGateway(
  args: readonly string[],
  data = temporaryFolder(),
  { under = [], env = {} }: Launch = {},
): Promise<RunningGateway> {
  const token = 'a-token-for-tests-only-0123456789';
  const run = [MAIN, 'run', '--listen', '0', '--admin', '0', '--data', data, ...args];
  const [command, ...rest] = [...under, process.execPath, ...run];
  const child = spawn(command!, rest, {
    cwd: data,
    env: { ...process.env, SALLYPORT_ADMIN_TOKEN: token, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const [, gatewayPort, adminPort] = await until(() => {
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${output}`);
    return /gateway\s+http:\/\/localhost:(\d+)[\s\S]*admin\s+http:\/\/localhost:(\d+)/.exec(output);
  });
  const admin = `http://localhost:${adminPort}`;
  return {
    url: `http://localhost:${gatewayPort}`,
    admin,
    token,
    data,
    process: child,
    output: () => output,
    api: (path, init = {}) =>
      fetch(`${admin}/api/v1${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers },
      }),
    pids: (kind) =>
      childrenOf(
        child.pid!,
        kind === 'spare' ? 'spare worker of sallyport, ready' : new RegExp(`${kind}\\.js(?! spare)`),
      ),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null) child.kill(signal);
      return ended;
    },
  };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sallyport-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Polls until `look` gives something; fails after a time that no healthy machine needs. */
export async function until<T>(
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  withinMs = START_MS,
): Promise<T> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((turn) => setTimeout(turn, 20));
  }
  throw new Error(`nothing came of it within ${withinMs} ms`);
}

export async function upstreamThat(answer: http.RequestListener): Promise<{ readonly url: string; close(): void }> {
  const server = http.createServer(answer);
  // One that closes idle connections early races with the next POST, which is nobody's fault here.
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Process ids of children whose command line has `script` in it. */
export function childrenOf(pid: number, script: string | RegExp): number[] {
  // Ends with 1 when there are none.
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.filter((line) => line.search(script) !== -1).map((line) => Number.parseInt(line, 10));
}
