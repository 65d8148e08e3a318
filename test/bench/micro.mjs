// Single parts without sockets: the data-type scanner, the attack detectors, the engine over a whole benign transaction, and
// the look-up of restrictions. The best of many batches: a disturbance of the machine only makes them slower.
// @ts-check
import { resolve } from 'node:path';
import { recordsJson } from '../../dist/cli/bench/payloads.js';
import { KnownValues } from '../../dist/core/known-values.js';
import { DEFAULT_LIMITS } from '../../dist/core/limits.js';
import { decodeBody } from '../../dist/decoding/body.js';
import { parseContentType } from '../../dist/decoding/content-type.js';
import { emitPairs } from '../../dist/decoding/form.js';
import { emitHeaderFields } from '../../dist/decoding/headers.js';
import { unfold } from '../../dist/decoding/nested.js';
import { createDefaultEngine } from '../../dist/inspection/default-engine.js';
import { detectInFields } from '../../dist/inspection/detect.js';
import { FieldCollector } from '../../dist/inspection/field-collector.js';
import { RestrictionTable } from '../../dist/inspection/restrictions.js';
import { runRecorded } from '../../dist/inspection/run-recorded.js';
import { compileSnapshot } from '../../dist/inspection/snapshot.js';
import { loadDirectories } from '../../dist/policy-loader/load-directories.js';

/** @typedef {{what: string, goal: string, measured: string, isMet: boolean | undefined, isCurve?: boolean}} Comparison */

const SHIPPED = resolve(import.meta.dirname, '../../policies');
const RESTRICTIONS = 1_000_000;
/** Different requests, so that nobody is fast because he has seen it before. */
const VARIANTS = 64;
const BATCHES_MIN = 40;

export const shippedBundle = () => loadDirectories({ shipped: SHIPPED, operator: undefined }).bundle;

export const HEADERS = [
  ...['Host', 'shop.example', 'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  ...['Accept', 'application/json', 'Accept-Language', 'en-GB,en;q=0.7,ko;q=0.3'],
  ...['Cookie', 'basket=9f2c61a0; theme=dark', 'Connection', 'keep-alive', 'Content-Type', 'application/json'],
];

/** @returns {Comparison[]} */
export function measureParts() {
  const snapshot = compileSnapshot(shippedBundle(), []);
  const { scanner } = snapshot.policy;
  const plain = Buffer.from(recordsJson(64 * 1_024).replaceAll('@', ' at '));
  const sensitive = Buffer.from(sensitiveJson(64 * 1_024));
  const megabytesPerSecond = (/** @type {Buffer} */ body) =>
    body.length / microseconds(() => scanner.scan(body, 'json'));
  const engine = createDefaultEngine(snapshot, 'enforce', () => {});
  const transactions = Array.from({ length: VARIANTS }, (_, i) => transactionOf(1, i));
  let turn = 0;
  const whole = microseconds(() => runRecorded(engine, 'bench', transactions[turn++ % VARIANTS]));
  return [
    atLeast('scanner, records with card, SSN, e-mail and phone', megabytesPerSecond(sensitive), 250, 'MB/s'),
    atLeast('scanner, records without', megabytesPerSecond(plain), 400, 'MB/s'),
    atMost('detectors, headers + query + 1 KB JSON', detectorMicroseconds(snapshot.policy), 10, 'µs'),
    { what: 'engine, the same request and 1 KB back', goal: '–', measured: `${whole.toFixed(1)} µs`, isMet: undefined },
    atMost(`look-up among ${RESTRICTIONS} restrictions`, restrictionNanoseconds(), 200, 'ns'),
  ];
}

/** @param {import('../../src/inspection/compiled-policy.ts').CompiledPolicy} policy */
function detectorMicroseconds(policy) {
  const type = parseContentType('application/json');
  const collected = Array.from({ length: VARIANTS }, (_, i) => {
    const collector = new FieldCollector(DEFAULT_LIMITS.fieldsMax);
    emitHeaderFields(HEADERS, collector);
    emitPairs(
      [
        ['page', String(i)],
        ['q', 'oak desk'],
      ],
      'query',
      collector,
    );
    decodeBody(Buffer.from(recordsJson(1_024, i * 50)), type, DEFAULT_LIMITS, collector);
    return collector.fields;
  });
  const quiet = new KnownValues();
  let turn = 0;
  return microseconds(() => {
    const into = { findings: [], noticed: 0, failed: [] };
    const unfolded = (/** @type {import('../../src/core/field.ts').Field} */ one) => unfold(one, DEFAULT_LIMITS);
    detectInFields(policy.fieldDetectors, collected[turn++ % VARIANTS], unfolded, quiet, 'request-body', into);
  });
}

function restrictionNanoseconds() {
  const table = new RestrictionTable(restrictionsOf(RESTRICTIONS));
  const asked = Array.from({ length: 4_096 }, (_, i) => {
    const address = addressOf(i * 997);
    return { actors: [{ kind: 'ip', id: address, isVerified: true }], address };
  });
  let turn = 0;
  return (
    microseconds(() => {
      for (let i = 0; i < 64; i += 1) {
        const { actors, address } = asked[turn++ % asked.length];
        table.find(actors, address, 0);
      }
    }) *
    (1_000 / 64)
  );
}

/** @param {number} count */
export function restrictionsOf(count) {
  return Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    actor: { kind: /** @type {const} */ ('ip'), id: addressOf(i) },
    action: /** @type {const} */ ('block'),
    requestsPerMinuteMax: undefined,
    reason: 'bench',
    createdBy: 'bench',
    createdAt: 0,
    expiresAt: 1,
  }));
}

/** @param {number} i */
function addressOf(i) {
  return `${10 + (i >> 24)}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
}

/** @param {number} kilobytes of the answer @param {number} variant */
export function transactionOf(kilobytes, variant, url = '/api/orders?page=2&q=oak') {
  const answer = Buffer.from(recordsJson(Math.max(256, kilobytes * 1_024), variant * 50));
  const body = Buffer.from(recordsJson(1_024, variant * 50));
  const request = { method: 'POST', url, rawHeaders: HEADERS, body, isDecoded: true };
  const rawHeaders = ['content-type', 'application/json', 'content-length', String(answer.length)];
  const response = { status: 200, rawHeaders, body: answer, isDecoded: true };
  return { at: 0, clientAddress: '192.0.2.1', request, response };
}

/** @param {number} bytes */
function sensitiveJson(bytes) {
  const records = [];
  for (let length = 0, i = 0; length < bytes; i += 1) {
    const record = {
      ...{
        id: 1_000 + i * 7_919,
        name: ['Ann Lee', '김민수', 'María Núñez'][i % 3],
        status: 'shipped',
        price: 19.99 + i,
      },
      ...{
        url: `https://shop.example.com/items/${i}`,
        tags: ['red', 'small', 'cotton'],
        placedAt: '2026-11-24T10:20:30Z',
      },
      note: 'Leave it at the door, please; the bell does not work on Sundays.',
      ...{ email: `ann.lee${i}@example.com`, ssn: '536-22-8754', card: '4111 1111 1111 1111', phone: '+14155552671' },
    };
    records.push(record);
    length += JSON.stringify(record).length;
  }
  return JSON.stringify(records);
}

/** @param {string} what @param {number} figure @param {number} goal @param {string} unit @returns {Comparison} */
export function atMost(what, figure, goal, unit) {
  return { what, goal: `≤ ${goal} ${unit}`, measured: `${shown(figure)} ${unit}`, isMet: figure <= goal };
}

/** @param {string} what @param {number} figure @param {number} goal @param {string} unit @returns {Comparison} */
function atLeast(what, figure, goal, unit) {
  return { what, goal: `≥ ${goal} ${unit}`, measured: `${shown(figure)} ${unit}`, isMet: figure >= goal };
}

/** @param {number} figure */
function shown(figure) {
  return figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0);
}

/** CPU time, the best of many small batches after a warm-up: on a busy machine a long batch is always interrupted. @param {() => unknown} run */
export function microseconds(run, milliseconds = 700) {
  const end = performance.now() + milliseconds;
  const warm = performance.now() + milliseconds / 2;
  let best = Number.POSITIVE_INFINITY;
  let runs = 1;
  for (let measured = 0; performance.now() < end || measured < BATCHES_MIN; ) {
    const started = process.cpuUsage();
    for (let i = 0; i < runs; i += 1) run();
    const { user, system } = process.cpuUsage(started);
    const took = (user + system) / 1_000;
    if (performance.now() > warm) {
      best = Math.min(best, (took * 1_000) / runs);
      measured += 1;
    }
    if (took < 0.5) runs *= 2;
  }
  return best;
}
