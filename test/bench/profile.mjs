// Where a worker's time goes, by area: `node test/bench/profile.mjs off|monitor|enforce [KB of the answer] [functions shown]`.
// Closed loop over 64 connections, after a warm-up; shares of the time in which the worker was not idle.
// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cpuUsByPid, gateway, spawnLoad, startUpstream } from '../../dist/cli/bench/contestant.js';
import { ask } from '../../dist/cli/bench/measure.js';
import { stopWithChildren } from '../../dist/cli/bench.js';

/** @typedef {{id: number, callFrame: {functionName: string, url: string, lineNumber: number}}} ProfileNode */
/** @typedef {{nodes: ProfileNode[], samples: number[], timeDeltas: number[]}} Profile */

const HOOK = new URL('./profile-hook.mjs', import.meta.url).href;
const WARM_MS = 12_000;
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
const [mode = 'enforce', kilobytes = '1', shown = '0'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
const upstream = await startUpstream();
const load = spawnLoad();
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${HOOK}`;
process.env.BENCH_PROFILES = folder;
const it = await gateway(/** @type {'off' | 'monitor' | 'enforce'} */ (mode)).start(upstream.port);
const order = {
  port: it.port,
  method: /** @type {const} */ ('POST'),
  kilobytes: Number(kilobytes),
  connections: 64,
};
await ask(load, { ...order, durationMs: WARM_MS });
const worker = [...cpuUsByPid(it.pid).keys()].find((pid) =>
  readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('/dist/gateway.js'),
);
if (worker === undefined) throw new Error('the gateway has no worker');
process.kill(worker, 'SIGUSR2');
// Starting the profiler takes a moment, which is no transaction's.
await wait(1_000);
const { requests } = await ask(load, { ...order, durationMs: WATCHED_MS });
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
  const us = profile.timeDeltas[i] ?? 0;
  // `dispatch` without a file is the profiler itself.
  if (functionName === '(idle)' || (functionName === 'dispatch' && url === '')) continue;
  total += us;
  const [area] = AREAS.find(([, pattern]) => pattern.test(url === '' ? functionName : url)) ?? [''];
  areas.set(area, (areas.get(area) ?? 0) + us);
  const name = `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?:dist|node_modules)\//, '')}:${lineNumber + 1}`;
  functions.set(name, (functions.get(name) ?? 0) + us);
}
console.log(`${mode}, POST 1 KB → ${kilobytes} KB: ${requests} requests`);
show(areas, areas.size);
show(functions, Number(shown));
process.exit(0);

/** @param {ReadonlyMap<string, number>} spent @param {number} count */
function show(spent, count) {
  for (const [what, us] of [...spent].sort((a, b) => b[1] - a[1]).slice(0, count)) {
    console.log(
      `${((100 * us) / total).toFixed(1).padStart(6)} %  ${(us / requests).toFixed(1).padStart(8)} µs  ${what}`,
    );
  }
}
