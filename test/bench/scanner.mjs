// How fast the data scanner is, with all shipped data types on one core: `npm run build && node test/bench/scanner.mjs`.
// Typical JSON answers of an API, with and without sensitive values; the best of many rounds, because on a shared machine
// every disturbance only makes it slower. JSON.parse of the same bytes stands beside it for scale.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = resolve(process.argv[2] ?? `${root}/dist`);
const { compileSnapshot } = await import(`${dist}/inspection/snapshot.js`);
const { loadDirectories } = await import(`${dist}/policy-loader/load-directories.js`);

const ROUNDS = 60;
const ROUND_MS = 25;

const { bundle } = loadDirectories({ shipped: `${root}/policies`, operator: undefined });
const began = performance.now();
const { scanner } = compileSnapshot(bundle, []).policy;
const compileMs = performance.now() - began;

const rows = [];
for (const isSensitive of [false, true]) {
  for (const bytes of [10_000, 100_000]) {
    const body = bodyOf(bytes, isSensitive);
    const hits = scanner.scan(body, 'json').length;
    const scan = bestMicroseconds(() => scanner.scan(body, 'json'));
    const parse = bestMicroseconds(() => JSON.parse(body.toString()));
    rows.push({
      sensitive: isSensitive,
      bytes: body.length,
      hits,
      µs: round(scan),
      'MB/s': Math.round(body.length / scan),
      'JSON.parse MB/s': Math.round(body.length / parse),
    });
  }
}
console.log(`${scanner.types.length} data types; all policies compiled in ${compileMs.toFixed(0)} ms`);
console.table(rows);

function bodyOf(bytesMin, isSensitive) {
  const records = [];
  while (Buffer.byteLength(JSON.stringify(records)) < bytesMin) records.push(recordOf(records.length, isSensitive));
  return Buffer.from(JSON.stringify(records));
}

function recordOf(i, isSensitive) {
  return {
    id: 1000 + i * 7919,
    uuid: `7b0f0d1e-6a36-4f2e-9a5c-0d5a3cf0${(4096 + i).toString(16)}`,
    name: ['Ann Lee', '김민수', "Sean O'Brien", 'María Núñez'][i % 4],
    status: ['shipped', 'pending', 'returned'][i % 3],
    createdAt: '2026-11-24T10:20:30.123Z',
    updatedAtMs: 1_795_000_000_000 + i,
    price: 19.99 + i,
    currency: 'EUR',
    url: `https://shop.example.com/items/${i}?ref=list&page=2`,
    image: { src: `https://cdn.example.com/i/${i}/large.webp`, width: 640, height: 480 },
    tags: ['red', 'small', 'cotton'],
    etag: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
    note: 'Leave it at the door, please; the bell does not work on Sundays.',
    ...(isSensitive
      ? { email: `ann.lee${i}@example.com`, ssn: '536-22-8754', card: '4111 1111 1111 1111', phone: '+14155552671' }
      : {}),
  };
}

function bestMicroseconds(work) {
  let best = Number.POSITIVE_INFINITY;
  let times = 1;
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.hrtime.bigint();
    for (let k = 0; k < times; k++) work();
    const ns = Number(process.hrtime.bigint() - start);
    best = Math.min(best, ns / times / 1000);
    times = Math.max(1, Math.round((times * ROUND_MS * 1e6) / ns));
  }
  return best;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
