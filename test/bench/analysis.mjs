// How many records a second the whole analysis of behaviour takes on one core, and what a million actors weigh:
// `npm run build && node --expose-gc test/bench/analysis.mjs [DIST]`. Records are made before the clock runs.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordOf } from './records.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = resolve(process.argv[2] ?? `${root}/dist`);
const { Analysis } = await import(`${dist}/analysis/analysis.js`);
const { readYaml } = await import(`${dist}/yaml/read.js`);
const { validateDocument } = await import(`${dist}/policy/validate.js`);

const RECORDS = 100_000;
const START = Date.UTC(2026, 10, 2);

const documents = ['scenarios', 'response-plans', 'detectors'].flatMap((folder) =>
  readdirSync(`${root}/policies/${folder}`).flatMap((file) =>
    readYaml(readFileSync(`${root}/policies/${folder}/${file}`, 'utf8'), file).documents.map(
      (document) => validateDocument(document, file, true).document,
    ),
  ),
);

const rows = [];
for (const people of [1_000, 20_000, 200_000]) {
  const analysis = new Analysis({ version: 'bench', documents }, { onEvent: () => {} });
  const records = Array.from({ length: RECORDS }, (_, i) => recordOf(i, (i * 7_919) % people, START + i * 20));
  globalThis.gc?.();
  const began = performance.now();
  for (const record of records) analysis.take(record);
  const seconds = (performance.now() - began) / 1_000;
  rows.push({ people, 'records/s': Math.round(RECORDS / seconds), incidents: analysis.incidents({}, 0, 0).total });
}
console.table(rows);

if (globalThis.gc !== undefined) {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const analysis = new Analysis({ version: 'bench', documents }, { onEvent: () => {}, actorsMax: 1_000_000 });
  for (let person = 0; person < 500_000; person++) {
    for (let i = 0; i < 3; i++) analysis.take(recordOf(i, person, START + person * 5));
    if (person % 2_000 === 0) analysis.tick(START + person * 5);
  }
  globalThis.gc();
  const { actors } = analysis.sizes();
  console.log(
    `${actors.entries} actors: ${Math.round((process.memoryUsage().heapUsed - before) / 1e6)} MB with all tables`,
  );
}
