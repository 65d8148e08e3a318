// `npm run bench`: the gateway, plain proxies and other firewalls side by side in one run, as ratios against the goals.
// Short by default (three minutes at most); `npm run bench -- --full` takes half an hour, with pauses, Redis and the scaling curves. JSON goes to bench/results/.
// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { bareProxy, canPin, gateway, httpProxy } from '../../dist/cli/bench/contestant.js';
import { FULL_PLAN, measure, SHORT_PLAN } from '../../dist/cli/bench/measure.js';
import { measurementsTable, row } from '../../dist/cli/bench/report.js';
import { showProgress, stopWithChildren } from '../../dist/cli/bench.js';
import { measureAnalyst } from './analyst.mjs';
import { measureContract } from './contract.mjs';
import { compareWithGoals } from './goals.mjs';
import { measureParts } from './micro.mjs';
import { measurePauses } from './pauses.mjs';
import { fastifyProxy, haproxy, nginx, nginxWithCrs } from './programs.mjs';
import { measureRedis } from './redis.mjs';
import { measureScaling } from './scaling.mjs';

const RESULTS = resolve(import.meta.dirname, '../../bench/results');

stopWithChildren();
const isFull = process.argv.includes('--full');
const plan = isFull ? FULL_PLAN : SHORT_PLAN;
const gateways = [gateway('off'), gateway('monitor'), gateway('enforce')];
const contestants = [nginx, haproxy, bareProxy, httpProxy, fastifyProxy, nginxWithCrs, ...gateways];
const parts = [...measureParts(), ...measureContract()];
const measurements = await measure(contestants, plan, showProgress);
showProgress('');
console.log(measurementsTable(measurements, plan.scenarios).join('\n'));
const more = [];
if (isFull) {
  for (const part of [measurePauses, measureAnalyst, measureRedis, measureScaling]) {
    try {
      more.push(...(await part(showProgress)));
    } catch (error) {
      // What was measured before is not lost with one part.
      const why = error instanceof Error ? error.message : String(error);
      more.push({ what: part.name, goal: '–', measured: `not measured: ${why}`, isMet: undefined });
    }
  }
}
showProgress('');
const comparisons = [...compareWithGoals(measurements), ...parts, ...more];
const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}`;
const at = new Date().toISOString();
const rows = comparisons.map(({ what, goal, measured, isMet }) =>
  row([what, goal, measured, isMet === undefined ? '–' : isMet ? 'met' : 'missed']),
);
const notes = canPin ? [] : ['taskset is missing (apt-get install util-linux): nothing is pinned'];
const goals = [row(['goal', 'wanted', 'measured', '']), row(['---', '---:', '---:', '---']), ...rows];
console.log(['', machine, ...notes, '', ...goals].join('\n'));
mkdirSync(RESULTS, { recursive: true });
const file = join(RESULTS, `${at.replaceAll(':', '-')}.json`);
writeFileSync(file, `${JSON.stringify({ at, machine, plan, ...measurements, comparisons }, undefined, 2)}\n`);
console.log(`\nwritten to ${file}`);
// Goals may be missed; a curve that has lost its shape, a peer that is not there and a row that failed are faults of the bench or
// of the gateway.
const bent = comparisons.filter(({ isCurve, isMet }) => isCurve === true && isMet === false);
const failing = measurements.cells.filter(({ failures }) => failures > 0);
for (const { what, goal, measured } of bent) console.error(`lost its shape: ${what}, ${goal} wanted, ${measured}`);
if (bent.length + failing.length + measurements.missing.length > 0) process.exitCode = 1;
