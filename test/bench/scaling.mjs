// How the cost of a transaction grows with what the gateway knows and with what is sent: a curve each, and its shape as the
// ratio of its ends. In the engine, without sockets, except for workers and connections.
// @ts-check
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Analysis } from '../../dist/analysis/analysis.js';
import { gateway } from '../../dist/cli/bench/contestant.js';
import { measureGateway } from '../../dist/cli/bench/measure.js';
import { createDefaultEngine } from '../../dist/inspection/default-engine.js';
import { EndpointMatcher } from '../../dist/inspection/endpoints.js';
import { RestrictionTable } from '../../dist/inspection/restrictions.js';
import { runRecorded } from '../../dist/inspection/run-recorded.js';
import { compileSnapshot } from '../../dist/inspection/snapshot.js';
import { atMost, HEADERS, microseconds, restrictionsOf, shippedBundle, transactionOf } from './micro.mjs';
import { recordOf } from './records.mjs';

/** @typedef {import('./micro.mjs').Comparison} Comparison */
/** @typedef {import('../../src/inspection/snapshot.ts').Snapshot} Snapshot */

const VARIANTS = 64;
const START = Date.UTC(2026, 10, 2);
const NOTHING = Buffer.alloc(0);
const BOTH = /** @type {const} */ ('both');

/** @param {(what: string) => void} onProgress @returns {Promise<Comparison[]>} */
export async function measureScaling(onProgress) {
  const bundle = shippedBundle();
  const plain = compileSnapshot(bundle, []);
  const known = Array.from({ length: VARIANTS }, (_, i) => transactionOf(1, i, `/api/v1/thing${i * 150}/7?page=2`));
  const endpoints = (/** @type {number} */ count) => ({
    ...plain,
    endpoints: new EndpointMatcher(
      Array.from({ length: count }, (_, i) => ({
        method: 'POST',
        host: '',
        template: `/api/v1/thing${i}/{id}`,
        source: /** @type {const} */ ('operator'),
      })),
    ),
  });
  const [model] = bundle.documents.filter((one) => one.kind === 'data-policy');
  if (model === undefined) throw new Error('no data policy is shipped');
  const policyAbout = (/** @type {string} */ endpoint, /** @type {number} */ i) => ({
    ...model,
    id: `bench-${i}`,
    match: { ...model.match, direction: BOTH, endpoint: [endpoint], dataTypes: ['email'] },
  });
  const policies = (/** @type {number} */ count) => {
    const more = Array.from({ length: count }, (_, i) => policyAbout(`POST /elsewhere${i}/x`, i));
    return compileSnapshot({ ...bundle, documents: [...bundle.documents, ...more] }, []);
  };
  const restrictions = (/** @type {number} */ count) => ({
    ...plain,
    restrictions: new RestrictionTable(restrictionsOf(count)),
  });
  const rows = [];
  for (const { what, counts, snapshotOf } of [
    { what: 'endpoints', counts: [10, 1_000, 10_000], snapshotOf: endpoints },
    { what: 'policies', counts: [10, 100, 1_000], snapshotOf: policies },
    { what: 'restrictions', counts: [0, 100_000, 1_000_000], snapshotOf: restrictions },
  ]) {
    onProgress(`scaling: ${what}`);
    rows.push(flat(`CPU a transaction, ${what}`, counts, interleaved(counts.map(snapshotOf), known), 1.15));
  }
  onProgress('scaling: bodies');
  rows.push(bodies(plain));
  onProgress('scaling: actors');
  rows.push(...actors(bundle), analystMemory(bundle), workerMemory(plain));
  for (const curve of throughGateway()) {
    const costs = [];
    try {
      for (const { count, measured } of curve.points) {
        onProgress(`scaling: ${curve.what} ${count}`);
        costs.push(await measured());
      }
      const counts = curve.points.map(({ count }) => count);
      rows.push(flat(curve.what, counts, costs, curve.most));
    } catch (error) {
      // The other curves are not lost with one.
      const why = error instanceof Error ? error.message : String(error);
      rows.push({ what: curve.what, goal: `≤ ${curve.most} ×`, measured: `not measured: ${why}`, isMet: undefined });
    }
  }
  const cores = availableParallelism();
  rows.push({
    what: 'two workers on two free cores',
    goal: '≥ 1.8 × one',
    measured: `not measured: load and upstream need cores of their own, and there are ${cores}`,
    isMet: undefined,
  });
  return rows;
}

/** @returns {{what: string, most: number, points: {count: number, measured: () => Promise<number>}[]}[]} */
function throughGateway() {
  const one = gateway('enforce');
  return [
    {
      // They take turns with 64 requests in flight: ten thousand at once would be refused by the bound on what an upstream is given.
      what: 'CPU a request, connections',
      most: 1.5,
      points: [64, 1_000, 10_000].map((count) => ({
        count,
        measured: () => measureGateway(one, { connections: count, inFlightMax: 64 }),
      })),
    },
    {
      what: 'µs a KB of the answer through the gateway, answers in KB',
      most: 1.5,
      points: [16, 128, 1_024, 10_240].map((count) => ({
        count,
        measured: async () => (await measureGateway(one, { connections: 8, kilobytes: count })) / count,
      })),
    },
    {
      what: 'CPU a request, workers',
      most: 1.15,
      points: [1, 2].map((count) => ({
        count,
        measured: () => measureGateway(gateway('enforce', count), { connections: 64 }),
      })),
    },
  ];
}

/** Microseconds of each, batches taking turns. @param {readonly Snapshot[]} snapshots @param {readonly object[]} transactions */
function interleaved(snapshots, transactions) {
  let turn = 0;
  const runs = snapshots.map((snapshot) => {
    const engine = createDefaultEngine(snapshot, 'enforce', () => {});
    return () => runRecorded(engine, 'bench', transactions[turn++ % VARIANTS]);
  });
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 8; round += 1)
    for (const [i, run] of runs.entries()) best[i] = Math.min(best[i], microseconds(run, 300));
  return best;
}

/** @param {Snapshot} snapshot @returns {Comparison} */
function bodies(snapshot) {
  const kilobytes = [16, 128, 1_024, 4_000];
  const engine = createDefaultEngine(snapshot, 'enforce', () => {});
  const perKilobyte = kilobytes.map((size) => {
    const transaction = transactionOf(size, 0);
    return microseconds(() => runRecorded(engine, 'bench', transaction), 2_000) / size;
  });
  return flat('µs a KB of the answer, bodies in KB', kilobytes, perKilobyte, 1.5);
}

/** @param {ReturnType<typeof shippedBundle>} bundle @returns {Comparison[]} */
function actors({ documents }) {
  const counts = [1_000, 100_000, 1_000_000];
  const costs = counts.map((count) => {
    const analysis = new Analysis({ version: 'bench', documents }, { onEvent: () => {} });
    for (let person = 0; person < count; person += 1) analysis.take(recordOf(person, person, START + person));
    let person = 0;
    return microseconds(() => {
      person += 7_919;
      analysis.take(recordOf(person, person % count, START + count + person));
    }, 1_500);
  });
  // A thousand fit into the caches of a processor and a million do not, which is a factor of two; what grew with their number would be
  // one of a thousand.
  return [flat('analysis of a record, actors seen, by the bounds that are shipped', counts, costs, 3)];
}

/** What the analyst keeps of those it has seen. @param {ReturnType<typeof shippedBundle>} bundle @returns {Comparison} */
function analystMemory({ documents }) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  const before = memoryBytes();
  const analysis = new Analysis({ version: 'bench', documents }, { onEvent: () => {} });
  for (let person = 0; person < 1_000_000; person += 1) analysis.take(newcomer(person));
  collect();
  // What it weighs counts only while it is still in use.
  const bytes = analysis.sizes().actors.entries > 0 ? memoryBytes() - before : Number.NaN;
  return atMost('memory of 1 M actors seen, analyst', bytes / 1e6, 150, 'MB');
}

/** Objects and typed arrays. */
function memoryBytes() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What a worker keeps of those it has seen. @param {Snapshot} snapshot @returns {Comparison} */
function workerMemory(snapshot) {
  const count = 200_000;
  const collect = runInNewContext('gc');
  const engine = createDefaultEngine(snapshot, 'enforce', () => {});
  const run = (/** @type {number} */ person) => {
    const clientAddress = `${11 + (person >> 16)}.${(person >> 8) & 255}.${person & 255}.7`;
    const request = {
      method: 'GET',
      url: '/api/products/17',
      rawHeaders: HEADERS.slice(0, 8),
      body: NOTHING,
      isDecoded: true,
    };
    runRecorded(engine, 'bench', { at: 0, clientAddress, request, response: undefined });
  };
  for (let person = 0; person < 20_000; person += 1) run(person);
  collect();
  const before = process.memoryUsage();
  for (let person = 20_000; person < 20_000 + count; person += 1) run(person);
  collect();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
  return atMost(
    'memory of 1 M actors seen, each worker (of 200,000, times five)',
    Math.max(0, bytes * 5) / 1e6,
    64,
    'MB',
  );
}

/** An address that comes once and says nothing. @param {number} person */
function newcomer(person) {
  const { observation, actors, ...record } = recordOf(0, person, START + person);
  return { ...record, actors: actors.slice(0, 1) };
}

/** A curve that should be flat. @param {string} what @param {readonly number[]} counts @param {readonly number[]} costs @param {number} most @returns {Comparison} */
function flat(what, counts, costs, most) {
  const ratio = Number(costs.at(-1)) / Number(costs[0]);
  const curve = counts.map((count, i) => `${count}: ${Number(costs[i]).toFixed(1)}`).join(', ');
  return {
    what: `${what} ${counts[0]} → ${counts.at(-1)}`,
    goal: `≤ ${most} ×`,
    measured: `${ratio.toFixed(2)} × (${curve} µs)`,
    isMet: ratio <= most,
    isCurve: true,
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const row of await measureScaling((what) => console.error(what))) console.log(row.what, row.goal, row.measured);
  process.exit(0);
}
