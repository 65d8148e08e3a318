// How long a worker's event loop makes others wait, and how long the collector stops it, at a constant rate of 50 % and 80 % of
// what this gateway manages.
// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cpuUsByPid, gateway, spawnLoad, startUpstream } from '../../dist/cli/bench/contestant.js';
import { ask } from '../../dist/cli/bench/measure.js';

/** @typedef {import('./micro.mjs').Comparison} Comparison */

const HOOK = new URL('./pauses-hook.mjs', import.meta.url).href;
const MODES = /** @type {const} */ (['monitor', 'enforce']);
const WARM_MS = 12_000;
const WATCHED_MS = 8_000;

/** @param {(what: string) => void} onProgress @returns {Promise<Comparison[]>} */
export async function measurePauses(onProgress) {
  const rows = [];
  for (const mode of MODES) rows.push(...(await pausesOf(mode, onProgress)));
  return rows;
}

/** @param {'monitor' | 'enforce'} mode @param {(what: string) => void} onProgress @returns {Promise<Comparison[]>} */
async function pausesOf(mode, onProgress) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pauses-'));
  const upstream = await startUpstream();
  const load = spawnLoad();
  const { NODE_OPTIONS } = process.env;
  process.env.NODE_OPTIONS = `${NODE_OPTIONS ?? ''} --import=${HOOK}`;
  process.env.BENCH_PAUSES = folder;
  let it;
  try {
    it = await gateway(mode).start(upstream.port);
    restore('NODE_OPTIONS', NODE_OPTIONS);
    const order = { port: it.port, method: /** @type {const} */ ('POST'), kilobytes: 1 };
    onProgress(`pauses, ${mode}: warming up`);
    await ask(load, { ...order, connections: 64, durationMs: WARM_MS });
    const { requests, seconds } = await ask(load, { ...order, connections: 64, durationMs: 3_000 });
    const worker = workerOf(it.pid);
    const rows = [];
    for (const share of [0.5, 0.8]) {
      const requestsPerSecond = Math.floor((requests / seconds) * share);
      onProgress(`pauses, ${mode}: ${requestsPerSecond} requests/s`);
      process.kill(worker, 'SIGUSR2');
      await ask(load, { ...order, connections: 32, durationMs: WATCHED_MS, requestsPerSecond });
      process.kill(worker, 'SIGUSR2');
      await wait(1_000);
      rows.push(
        ...shown(mode, share, requestsPerSecond, JSON.parse(readFileSync(join(folder, `${worker}.json`), 'utf8'))),
      );
    }
    return rows;
  } finally {
    restore('NODE_OPTIONS', NODE_OPTIONS);
    restore('BENCH_PAUSES', undefined);
    load.kill();
    await Promise.all([upstream.stop(), it?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} name @param {string | undefined} value */
function restore(name, value) {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** @param {number} pid of the gateway */
function workerOf(pid) {
  const isWorker = (/** @type {number} */ one) =>
    readFileSync(`/proc/${one}/cmdline`, 'latin1').includes('/dist/gateway.js');
  const worker = [...cpuUsByPid(pid).keys()].find(isWorker);
  if (worker === undefined) throw new Error('the gateway has no worker');
  return worker;
}

/**
 * @param {string} mode @param {number} share @param {number} rate
 * @param {{ms: number, used: number, loop: Record<string, number>, young: Collections, full: Collections}} seen
 * @typedef {{count: number, ms: number, longestMs: number}} Collections
 * @returns {Comparison[]}
 */
function shown(mode, share, rate, { ms, used, loop, young, full }) {
  const at = `${mode}, ${share * 100} % of capacity (${rate} requests/s)`;
  const milliseconds = (/** @type {number | undefined} */ value) => (value ?? 0).toFixed(2);
  const collections = ({ count, ms: spent, longestMs }) =>
    `${(count / (ms / 1_000)).toFixed(1)}/s, ${((100 * spent) / ms).toFixed(1)} % of the time, longest ${longestMs.toFixed(1)} ms`;
  return [
    {
      what: `event loop of the worker is late, ${at}`,
      goal: '–',
      measured: `p50 ${milliseconds(loop.p50)} / p99 ${milliseconds(loop.p99)} / p99.9 ${milliseconds(loop.p999)} / max ${milliseconds(loop.max)} ms, busy ${(used * 100).toFixed(0)} %`,
      isMet: undefined,
    },
    { what: `young collections, ${at}`, goal: '–', measured: collections(young), isMet: undefined },
    { what: `full collections, ${at}`, goal: '–', measured: collections(full), isMet: undefined },
  ];
}
