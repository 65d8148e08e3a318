// A row of the bench: something that takes requests on a port and passes them to the upstream, with the processes it consists of.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mode } from '../../core/record.ts';

export interface Running {
  readonly port: number;
  /** The process that was started; its CPU time includes that of its descendants. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Contestant {
  readonly name: string;
  /** Of those that take milliseconds a request: with more of them all time is spent on waiting in line. */
  readonly connectionsMax?: number;
  /** Of the plan's requests for warming up; 0 for a program that is not compiled while it runs, 1 when absent. */
  readonly warmShare?: number;
  /** Takes part in the rounds at a constant rate. */
  readonly isPaced?: boolean;
  /** @throws with a sentence saying what is missing */
  start(upstreamPort: number): Promise<Running>;
}

/** The CPU for everything measured; load and upstream get the other ones. */
const MEASURED_CPU = '0';
const ALL_CPUS = `0-${availableParallelism() - 1}`;
const OTHER_CPUS = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : '0';
const READY_WITHIN_MS = 60_000;
/** Of a proxy that inspects nothing: it has a tenth of the gateway's code to compile, and takes as many requests in no time. */
const PLAIN_WARM_SHARE = 0.5;
/** Linux counts process time in hundredths of a second, whatever the kernel's own tick. */
const TICK_US = 10_000;

export const canPin = spawnSync('taskset', ['--version']).status === 0;
const lastWords = new WeakMap<ChildProcess, () => string>();

export const bareProxy: Contestant = {
  name: 'node:http + undici, no inspection',
  warmShare: PLAIN_WARM_SHARE,
  isPaced: true,
  start: (upstreamPort) => startNodeChild('./bare-process.js', [String(upstreamPort)], MEASURED_CPU),
};

export const httpProxy: Contestant = {
  name: 'http-proxy, no inspection',
  warmShare: PLAIN_WARM_SHARE,
  start: (upstreamPort) => startNodeChild('./http-proxy-process.js', [String(upstreamPort)], MEASURED_CPU),
};

export function gateway(mode: Mode, workers = 1): Contestant {
  const name = workers === 1 ? `sallyport, ${mode}` : `sallyport, ${mode}, ${workers} workers`;
  const start = (upstreamPort: number): Promise<Running> => startGateway(upstreamPort, mode, workers);
  // Each worker gets its part of the requests, and is warm no sooner; one that only passes on is through with many of them before
  // its compiler is.
  return { name, warmShare: workers * (mode === 'off' ? 2 : 1), isPaced: mode !== 'off', start };
}

/**
 * A proxy in a Node program of its own, which tells its port; the upstream's port is its argument.
 * @public used by test/bench from the build
 */
export function nodeProxy(name: string, file: string): Contestant {
  const start = (upstreamPort: number): Promise<Running> => startNodeChild(file, [String(upstreamPort)], MEASURED_CPU);
  return { name, warmShare: PLAIN_WARM_SHARE, start };
}

export function startUpstream(): Promise<Running> {
  return startNodeChild('./upstream-process.js', [], OTHER_CPUS);
}

export function spawnLoad(): ChildProcess {
  return spawnPinned(
    OTHER_CPUS,
    process.execPath,
    [fileURLToPath(new URL('./load-process.js', import.meta.url))],
    true,
  );
}

/**
 * Starts a program that listens on `port`, and waits until it does. For peers that are no Node program.
 * @public used by test/bench from the build
 */
export async function startProgram(port: number, command: string, args: readonly string[]): Promise<Running> {
  const child = spawnPinned(MEASURED_CPU, command, args, false);
  await until(child, async () => (await fetch(`http://127.0.0.1:${port}/1`)).ok);
  return { port, pid: child.pid!, stop: () => stop(child) };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Microseconds of CPU spent so far by a process and its descendants, by pid: user and system time. */
export function cpuUsByPid(pid: number): Map<number, number> {
  const parents = new Map<number, number[]>();
  const spent = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
    } catch {
      continue; // It ended meanwhile.
    }
    // The name in brackets may hold spaces: fields are counted from behind it. 4 parent, 14 utime, 15 stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const parent = Number(fields[1]);
    parents.set(parent, [...(parents.get(parent) ?? []), Number(entry)]);
    spent.set(Number(entry), (Number(fields[11]) + Number(fields[12])) * TICK_US);
  }
  const family = new Map<number, number>();
  const waiting = [pid];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    family.set(one, spent.get(one) ?? 0);
    waiting.push(...(parents.get(one) ?? []));
  }
  return family;
}

/** Stops all its processes where they are: what one of them still has to do is not done while another one is measured. */
export function standStill(pid: number): void {
  for (const one of cpuUsByPid(pid).keys()) signalled(one, 'SIGSTOP');
}

export function goOn(pid: number): void {
  for (const one of cpuUsByPid(pid).keys()) signalled(one, 'SIGCONT');
}

function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

async function startGateway(upstreamPort: number, mode: Mode, workers: number): Promise<Running> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  // Also when the bench is interrupted.
  process.once('exit', () => rmSync(data, { recursive: true, force: true }));
  const [port, admin] = [await freePort(), await freePort()];
  const main = fileURLToPath(new URL('../../main.js', import.meta.url));
  const options = [
    '--upstream',
    `http://127.0.0.1:${upstreamPort}`,
    '--listen',
    String(port),
    '--admin',
    String(admin),
  ];
  const more = ['--mode', mode, '--workers', String(workers), '--data', data];
  // Its processes start side by side on all CPUs, as they do elsewhere, and share one from then on.
  const child = spawnPinned(ALL_CPUS, process.execPath, [main, 'run', ...options, ...more], false);
  await until(child, async () => (await fetch(`http://127.0.0.1:${admin}/readyz`)).ok);
  for (const pid of canPin ? cpuUsByPid(child.pid!).keys() : []) {
    spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', MEASURED_CPU, String(pid)]);
  }
  return {
    port,
    pid: child.pid!,
    stop: async () => {
      await stop(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function startNodeChild(file: string, args: readonly string[], cpus: string): Promise<Running> {
  const child = spawnPinned(cpus, process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], true);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port));
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${code}: ${lastWords.get(child)?.()}`)));
  });
  return { port, pid: child.pid!, stop: () => stop(child) };
}

/** `taskset` replaces itself by the program, so that the pid and the channel are the program's own. */
function spawnPinned(cpus: string, command: string, args: readonly string[], hasChannel: boolean): ChildProcess {
  const [first, ...rest] = canPin ? ['taskset', '-c', cpus, command, ...args] : [command, ...args];
  const stdio = ['ignore', 'ignore', 'pipe', ...(hasChannel ? (['ipc'] as const) : [])] as const;
  const child = spawn(first!, rest, { stdio: [...stdio] });
  // What it says is kept for the case that it does not start; later noise is dropped.
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    if (said.length < 2_000) said += chunk.toString();
  });
  child.on('error', () => {});
  process.once('exit', () => {
    if (child.pid !== undefined && child.exitCode === null) goOn(child.pid);
    child.kill();
  });
  lastWords.set(child, () => said.trim());
  return child;
}

async function until(child: ChildProcess, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}: ${lastWords.get(child)?.()}`);
    if (await isReady().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill();
  throw new Error(`it did not listen within ${READY_WITHIN_MS} ms`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(late);
}
