// More than 300 documents: real ones of many authors (the examples of @readme/oas-examples: Swagger 2 and OpenAPI 3.0 and 3.1, JSON and
// YAML), each feature written in each dialect, and real ones broken in one place. Each loads, and then every schema of it compiles,
// or is refused with a reason and a place. `npm run test:api-documents FOLDER` does the same with any folder.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { PreparedContract } from '../../src/core/contract.ts';
import { ContractTable } from '../../src/openapi/contract-table.ts';
import { FEATURES, featureDocument, KINDS } from './features.ts';
import { held, prepared } from './held.ts';

const examples = dirname(createRequire(import.meta.url).resolve('@readme/oas-examples/package.json'));
const files = readdirSync(examples, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /^(?:json|yaml)$/.test(entry.parentPath.split('/').at(-1) ?? ''))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();

const counts = { loaded: 0, refused: 0, operations: 0, schemas: 0 };
afterAll(() => {
  const { loaded, refused, operations, schemas } = counts;
  console.log(
    `API documents: ${loaded} loaded (${operations} operations, ${schemas} shared schemas), ${refused} refused`,
  );
  expect(loaded + refused).toBeGreaterThanOrEqual(300);
});

function load(text: string): PreparedContract {
  const read = prepared(text);
  if (!('contract' in read)) throw new Error(JSON.stringify(read));
  counts.loaded += 1;
  counts.operations += read.contract.operations.length;
  counts.schemas += read.contract.schemas.length;
  return read.contract;
}

describe('real documents', () => {
  it.each(files.map((file) => [file.slice(examples.length + 1), file] as const))('%s', (_, file) => {
    const contract = load(readFileSync(file, 'utf8'));
    // The same document in YAML has the same schemas.
    if (file.endsWith('.yaml')) return;
    let compiled = 0;
    for (const template of new ContractTable([contract], () => undefined).warm()) {
      expect(template).toMatch(/^\//);
      compiled += 1;
    }
    expect(compiled === 0 && contract.schemas.length > 0).toBe(false);
  });
});

describe.each(KINDS)('a document of %s', (kind) => {
  it.each(FEATURES.map((feature) => [feature.name, feature] as const))('with %s', (_, feature) => {
    const document = featureDocument(kind, feature);
    for (const text of [JSON.stringify(document), stringify(document)]) {
      const contract = held(load(text));
      expect(contract.post('/things', feature.fits)).toEqual([]);
      for (const [body, violation] of feature.breaks) expect(contract.post('/things', body)).toContain(violation);
    }
  });
});

describe('broken documents are refused with a reason and a place', () => {
  const json = files.filter((file) => file.endsWith('.json'));
  it.each(json.map((file) => [file.slice(examples.length + 1), file] as const))('%s', (_, file) => {
    const text = readFileSync(file, 'utf8');
    for (const broken of [cut(text), withoutSlash(text), withDanglingReference(text)]) {
      if (broken === undefined) continue;
      const read = prepared(broken);
      expect(read).toHaveProperty('fault');
      if (!('fault' in read)) return;
      counts.refused += 1;
      expect(read.fault.message).toMatch(/\w+ \w+/);
      expect(read.fault.line).toBeGreaterThan(0);
      expect(read.fault.column).toBeGreaterThan(0);
    }
  });
});

function cut(text: string): string {
  return text.slice(0, Math.floor(text.length * 0.8));
}

/** The first path without its slash; undefined for documents without paths. */
function withoutSlash(text: string): string | undefined {
  const document = JSON.parse(text) as { paths?: Record<string, unknown> };
  const [first] = Object.keys(document.paths ?? {}).filter((path) => path.startsWith('/'));
  if (first === undefined) return undefined;
  const { [first]: item, ...rest } = document.paths!;
  return JSON.stringify({ ...document, paths: { [`broken${first}`]: item, ...rest } });
}

function withDanglingReference(text: string): string | undefined {
  const document = JSON.parse(text) as { paths?: Record<string, unknown> };
  if (document.paths === undefined) return undefined;
  return JSON.stringify({ ...document, paths: { ...document.paths, '/broken': { $ref: '#/nowhere/at/all' } } });
}
