// Frames of records as workers send them to an analyst, of the simulated API, made before anything is measured.
// @ts-check
import { resolve } from 'node:path';
import { runnerImport } from 'vite';
import { recordsJson } from '../../dist/cli/bench/payloads.js';
import { hashOf } from '../../dist/core/hash.js';
import { viewBody } from '../../dist/decoding/body.js';
import { parseContentType } from '../../dist/decoding/content-type.js';
import { observeBody } from '../../dist/inspection/observe-body.js';
import { NO_DATA } from '../../dist/inspection/observe-bounds.js';
import { KeyedHash } from '../../dist/inspection/observe-hash.js';
import { Packing } from '../../dist/records/packed-record.js';
import { WorkerCounter } from '../../dist/records/worker-counts.js';

const SIMULATED = resolve(import.meta.dirname, '../support/traffic/simulated-api.ts');
const RECORDS_PER_FRAME = 100;
/** Who probes does so again and again, and is one of many. */
const ACTORS_PER_PROBER = 50;
/** Different lists of orders; hardly two people get the same. */
const LISTS = 5_000;
/** With what the simulated API says already it is 1 KB. */
const LIST_BYTES = 900;
const NO_OTHERS = {
  recordsDropped: 0,
  recordingsDropped: 0,
  upstreamRetries: 0,
  badRequestsOnWire: 0,
  activeTransactions: 0,
};

/**
 * @param {{actors: number, isOneKilobyte: boolean, transactions: number, begin: number, perSecond: number, seed: number}} options
 * `perSecond` by the clock of the records.
 * @returns {Promise<Buffer[]>} of RECORDS_PER_FRAME each
 */
export async function framesOf({ actors, isOneKilobyte, transactions, begin, perSecond, seed }) {
  const { module } = await runnerImport(SIMULATED);
  const json = parseContentType('application/json');
  const hash = new KeyedHash(Buffer.from('bench-secret'));
  const lists = Array.from({ length: isOneKilobyte ? LISTS : 0 }, (_, i) =>
    observeBody(viewBody(Buffer.from(`{"lines":${recordsJson(LIST_BYTES, i * 7)}}`), json), NO_DATA, hash, true),
  );
  const counts = new WorkerCounter().counts(NO_OTHERS);
  const frames = [];
  const packing = new Packing();
  packing.begin();
  /** @type {unknown[]} */
  let records = [];
  let n = 0;
  for (const record of module.simulatedTraffic({
    seed,
    transactions,
    days: 1,
    actors,
    probers: actors / ACTORS_PER_PROBER,
  })) {
    records.push(
      packing.packed({
        ...(isOneKilobyte ? withList(record, lists) : record),
        id: `t-${seed}-${n}`,
        receivedAt: Math.floor(begin + (n * 1_000) / perSecond),
      }),
    );
    n += 1;
    if (records.length < RECORDS_PER_FRAME && n < transactions) continue;
    const text = Buffer.from(JSON.stringify({ worker: 1, records, counts }));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(text.length);
    frames.push(Buffer.concat([head, text]));
    records = [];
    packing.begin();
  }
  return frames;
}

/**
 * The same place gives the same person the same list, and everybody who asks for what belongs to nobody.
 * @param {import('../../src/core/record.ts').TransactionRecord} record
 * @param {import('../../src/core/observation.ts').ObservedBody[]} lists
 */
function withList(record, lists) {
  const { observation, path, actors } = record;
  const { response } = observation ?? {};
  if (observation === undefined || response === undefined || record.status >= 300) return record;
  const isPrivate = response.fields.some(({ pointer }) => pointer.endsWith('/owner'));
  const list = lists[hashOf(isPrivate ? `${path} ${actors[0]?.id}` : path) % LISTS];
  return {
    ...record,
    responseBodyBytes: 1_024,
    observation: { ...observation, response: { ...response, fields: [...response.fields, ...list.fields] } },
  };
}
