// Loads every API document below the folders named: each becomes a contract whose operations all compile, or is refused with a reason.
// Usage: node test/openapi/corpus.mjs [--seconds N] [--verbose] FOLDER…
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContractTable } from '../../dist/openapi/contract-table.js';
import { readDocument } from '../../dist/openapi-loader/read-documents.js';

const args = process.argv.slice(2);
const option = (name) => {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args.splice(at, 2)[1];
};
const secondsMax = Number(option('--seconds') ?? 1e9);
const isVerbose = args.includes('--verbose');
const folders = args.filter((one) => !one.startsWith('--'));

const result = { documents: 0, loaded: 0, refused: 0, failed: 0, operations: 0, schemas: 0, notes: 0 };
const slowest = { read: [0, ''], compile: [0, ''] };
const reasons = new Map();
const compileMs = [];
const begun = Date.now();
for (const file of folders.flatMap(documentsBelow)) {
  if (Date.now() - begun > secondsMax * 1_000) break;
  result.documents += 1;
  try {
    take(file);
  } catch (error) {
    result.failed += 1;
    console.error(`${file}: ${error.stack?.slice(0, 600)}`);
  }
}
compileMs.sort((a, b) => a - b);
const at = (share) => compileMs[Math.floor((compileMs.length - 1) * share)]?.toFixed(1);
console.log(JSON.stringify(result));
console.log(`compiling one operation: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${slowest.compile[1]})`);
console.log(`reading one document: most ${slowest.read[0].toFixed(0)} ms (${slowest.read[1]})`);
for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, isVerbose ? 1_000 : 20)) {
  console.log(`  refused ${count}: ${reason}`);
}
process.exitCode = result.failed > 0 || result.documents === 0 ? 1 : 0;

function take(file) {
  const start = performance.now();
  const read = readDocument({ route: 'r', document: file, origin: 'document', basePath: undefined, folders: [] });
  const ms = performance.now() - start;
  if (ms > slowest.read[0]) Object.assign(slowest, { read: [ms, file] });
  if (!('contract' in read)) {
    result.refused += 1;
    const { message } = read.fault;
    if (message.length < 10) throw new Error(`no reason: ${message}`);
    const reason = message.replace(/`[^`]*`/g, '`…`').replace(/\(at .*\)/, '');
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (isVerbose) console.log(`${file}:${read.fault.line}:${read.fault.column} ${message}`);
    return;
  }
  const { contract } = JSON.parse(JSON.stringify(read));
  result.loaded += 1;
  result.operations += contract.operations.length;
  result.schemas += contract.schemas.length;
  result.notes += contract.notes.length;
  const steps = new ContractTable([contract], () => undefined).warm();
  for (;;) {
    const from = performance.now();
    const { done, value } = steps.next();
    if (done) break;
    const took = performance.now() - from;
    compileMs.push(took);
    if (took > slowest.compile[0]) Object.assign(slowest, { compile: [took, `${file} ${value}`] });
  }
}

function documentsBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:json|ya?ml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /"?(?:openapi|swagger)"?\s*:/.test(readFileSync(file, 'utf8').slice(0, 20_000)))
    .sort();
}
