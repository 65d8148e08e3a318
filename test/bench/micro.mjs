// Single parts without sockets: the data-type scanner by itself, and the engine over a whole benign request.
// @ts-check
import { resolve } from 'node:path';
import { recordsJson } from '../../dist/cli/bench/payloads.js';
import { createDefaultEngine } from '../../dist/inspection/default-engine.js';
import { runRecorded } from '../../dist/inspection/run-recorded.js';
import { compileSnapshot } from '../../dist/inspection/snapshot.js';
import { loadDirectories } from '../../dist/policy-loader/load-directories.js';

const SHIPPED = resolve(import.meta.dirname, '../../policies');

/** @returns {{what: string, goal: string, measured: string, isMet: boolean | undefined}[]} */
export function measureParts() {
  const { bundle } = loadDirectories({ shipped: SHIPPED, operator: undefined });
  const snapshot = compileSnapshot(bundle, []);
  const { scanner } = snapshot.policy;
  const plain = Buffer.from(recordsJson(64 * 1_024).replaceAll('@', ' at '));
  const sensitive = Buffer.from(recordsJson(64 * 1_024));
  const megabytesPerSecond = (/** @type {Buffer} */ body) =>
    body.length / microseconds(() => scanner.scan(body, 'json'));
  const engine = createDefaultEngine(snapshot, 'enforce', () => {});
  const body = Buffer.from(recordsJson(1_024));
  const rawHeaders = ['host', 'shop.example', 'accept', 'application/json', 'content-type', 'application/json'];
  const request = { method: 'POST', url: '/api/orders?page=2&q=oak', rawHeaders, body, isDecoded: true };
  const transaction = { at: 0, clientAddress: '192.0.2.1', request, response: undefined };
  const whole = microseconds(() => runRecorded(engine, 'bench', transaction));
  const [rateSensitive, ratePlain] = [megabytesPerSecond(sensitive), megabytesPerSecond(plain)];
  return [
    part('scanner, with sensitive data', rateSensitive, 250, 'MB/s', true),
    part('scanner, without', ratePlain, 400, 'MB/s', true),
    // The goal is for the detectors alone; decoding, scanning and the record are part of this figure.
    part('engine, request with headers, query and 1 KB JSON', whole, 10, 'µs', false),
  ];
}

/** @param {string} what @param {number} figure @param {number} goal @param {string} unit @param {boolean} isMoreBetter */
function part(what, figure, goal, unit, isMoreBetter) {
  const measured = `${figure.toFixed(figure < 100 ? 1 : 0)} ${unit}`;
  return {
    what,
    goal: `${isMoreBetter ? '≥' : '≤'} ${goal} ${unit}`,
    measured,
    isMet: isMoreBetter ? figure >= goal : figure <= goal,
  };
}

/** Median of batches after a warm-up. @param {() => unknown} run */
function microseconds(run) {
  const batches = [];
  for (let batch = 0; batch < 12; batch += 1) {
    const started = performance.now();
    let runs = 0;
    for (; performance.now() - started < 100; runs += 1) run();
    batches.push(((performance.now() - started) * 1_000) / runs);
  }
  return batches.slice(2).sort((a, b) => a - b)[5] ?? Number.NaN;
}
