// Where a worker's time goes, by area: `node test/bench/profile.mjs off|monitor|enforce [KB of the answer] [POST|GET] [functions shown]`.
// Closed loop over 64 connections, after a warm-up of so many requests that the compilers are done. Microseconds are CPU time of
// the worker's main thread, shared out by samples; what its compilers and collectors spend beside it is a line of its own.
// @ts-check
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cpuUsByPid, gateway, spawnLoad, startUpstream } from '../../dist/cli/bench/contestant.js';
import { ask } from '../../dist/cli/bench/measure.js';
import { stopWithChildren } from '../../dist/cli/bench.js';

/** @typedef {{id: number, callFrame: {functionName: string, url: string, lineNumber: number}}} ProfileNode */
/** @typedef {{nodes: ProfileNode[], samples: number[], timeDeltas: number[]}} Profile */

const HOOK = new URL('./profile-hook.mjs', import.meta.url).href;
const WARM_REQUESTS = 30_000;
const WARM_MS_MAX = 90_000;
const SAMPLE_EVERY_US = 250;
/** On a busy machine a process waits between two samples: that is nobody's time. */
const SAMPLE_US_MAX = 4 * SAMPLE_EVERY_US;
const WATCHED_MS = 8_000;
/** First that fits the file of the function, or its name when it has none. */
const AREAS = /** @type {const} */ ([
  ['observation for learning', /\/dist\/inspection\/observe|\/dist\/core\/(?:text-format|hash)/],
  ['detectors', /\/dist\/detectors\//],
  ['data types', /\/dist\/data-types\//],
  ['WebAssembly: the data-type scan, and the parser of undici', /^wasm:/],
  ['decoding and framing', /\/dist\/decoding\//],
  ['decision, policies, actors, learned rules', /\/dist\/(?:inspection|policy|openapi|core|configuration|geoip)\//],
  ['record, counts, access line', /\/dist\/(?:records|telemetry)\/|\/dist\/gateway\.js|sonic-boom/],
  ['exchange between the two sockets', /\/dist\/proxy\//],
  ['undici', /\/undici\//],
  ['node:http, streams, events, timers', /^node:/],
  ['garbage collection', /^\(garbage collector\)$/],
  ['system calls and native code', /.*/],
]);

stopWithChildren();
const [mode = 'enforce', kilobytes = '1', method = 'POST', shown = '0'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
const upstream = await startUpstream();
const load = spawnLoad();
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${HOOK}`;
process.env.BENCH_PROFILES = folder;
const it = await gateway(/** @type {'off' | 'monitor' | 'enforce'} */ (mode)).start(upstream.port);
const order = {
  port: it.port,
  method: /** @type {'GET' | 'POST'} */ (method),
  kilobytes: Number(kilobytes),
  connections: 64,
};
const warmUntil = performance.now() + WARM_MS_MAX;
for (let warmed = 0; warmed < WARM_REQUESTS && performance.now() < warmUntil; ) {
  warmed += (await ask(load, { ...order, durationMs: 1_000 })).requests;
}
const worker = [...cpuUsByPid(it.pid).keys()].find((pid) =>
  readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('/dist/gateway.js'),
);
if (worker === undefined) throw new Error('the gateway has no worker');
process.kill(worker, 'SIGUSR2');
// Starting the profiler takes a moment, which is no transaction's.
await wait(1_000);
const before = threadUs(worker);
const { requests } = await ask(load, { ...order, durationMs: WATCHED_MS });
const after = threadUs(worker);
process.kill(worker, 'SIGUSR2');
await wait(2_500);
/** @type {Profile} */
const profile = JSON.parse(readFileSync(join(folder, `${worker}.json`), 'utf8'));
load.kill();
await Promise.all([it.stop(), upstream.stop()]);
rmSync(folder, { recursive: true, force: true });

const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
/** @type {Map<string, number>} */
const areas = new Map();
/** @type {Map<string, number>} */
const functions = new Map();
let total = 0;
for (const [i, id] of profile.samples.entries()) {
  const { functionName, url, lineNumber } = /** @type {ProfileNode['callFrame']} */ (nodes.get(id));
  const us = Math.min(profile.timeDeltas[i] ?? 0, SAMPLE_US_MAX);
  // `dispatch` without a file is the profiler itself.
  if (functionName === '(idle)' || (functionName === 'dispatch' && url === '')) continue;
  total += us;
  const [area] = AREAS.find(([, pattern]) => pattern.test(url === '' ? functionName : url)) ?? [''];
  areas.set(area, (areas.get(area) ?? 0) + us);
  const name = `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?:dist|node_modules)\//, '')}:${lineNumber + 1}`;
  functions.set(name, (functions.get(name) ?? 0) + us);
}
const perRequest = (/** @type {number} */ us) => `${(us / requests).toFixed(1)} µs`;
const mainUs = after.main - before.main;
console.log(`${mode}, ${method} → ${kilobytes} KB: ${requests} requests, ${perRequest(mainUs)} of the main thread`);
console.log(`beside it, compilers and collectors: ${perRequest(after.others - before.others)}`);
show(areas, areas.size);
show(functions, Number(shown));
process.exit(0);

/** @param {ReadonlyMap<string, number>} spent @param {number} count */
function show(spent, count) {
  for (const [what, us] of [...spent].sort((a, b) => b[1] - a[1]).slice(0, count)) {
    console.log(
      `${((100 * us) / total).toFixed(1).padStart(6)} %  ${((us / total) * (mainUs / requests)).toFixed(1).padStart(8)} µs  ${what}`,
    );
  }
}

/** CPU time so far of a process's first thread and of all others. @param {number} pid */
function threadUs(pid) {
  const spent = { main: 0, others: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ns] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
    spent[Number(thread) === pid ? 'main' : 'others'] += Number(ns) / 1_000;
  }
  return spent;
}
