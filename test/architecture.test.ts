import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

/** Folder → folders it may import. Order is the order of the layers; a folder may always import itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  // L0
  core: [],
  // L1: pure, and in this order among themselves
  yaml: ['core'],
  decoding: ['core'],
  'data-types': ['core', 'decoding'],
  detectors: ['core', 'decoding'],
  policy: ['core', 'yaml', 'data-types', 'detectors'],
  configuration: ['core', 'yaml'],
  'block-lists': ['core', 'policy'],
  openapi: ['core', 'yaml', 'decoding', 'policy'],
  // Texts in other languages.
  told: [],
  // L2
  inspection: ['core', 'decoding', 'data-types', 'detectors', 'policy', 'configuration', 'openapi'],
  analysis: ['core', 'decoding', 'data-types', 'detectors', 'policy', 'configuration', 'openapi'],
  // L3: never each other
  'policy-loader': ['core', 'yaml', 'policy', 'configuration'],
  'openapi-loader': ['core', 'policy', 'configuration', 'openapi'],
  records: ['core'],
  recorder: ['core', 'configuration'],
  shadow: ['core', 'inspection'],
  proxy: ['core', 'decoding', 'policy', 'configuration', 'inspection'],
  'key-sets': ['core'],
  quarantine: ['core'],
  geoip: ['core'],
  stores: ['core', 'configuration'],
  telemetry: ['core', 'configuration'],
  admin: ['core', 'policy', 'block-lists', 'configuration', 'inspection', 'analysis', 'openapi'],
  sinks: ['core', 'policy', 'configuration', 'block-lists'],
  'sample-api': [],
  // A client of the admin API: of the rest it knows the types of the nouns.
  console: ['core', 'told'],
  audit: ['core', 'yaml', 'inspection'],
  report: ['core', 'told'],
  ingest: ['core', 'decoding', 'policy', 'inspection'],
};

/** Composition roots and the command line may import everything. */
const ROOTS = new Set([
  'main.ts',
  'gateway.ts',
  'gateway',
  'analyst.ts',
  'analyst',
  'messages.ts',
  'supervisor.ts',
  'supervisor',
  'cli',
  'out-of-band.ts',
  'configured-engine.ts',
]);

const PURE = [
  'core',
  'yaml',
  'decoding',
  'data-types',
  'detectors',
  'policy',
  'configuration',
  'block-lists',
  'openapi',
];

/** Node modules that are only bytes in, values out. */
const PURE_BUILTINS = new Set([
  'node:zlib',
  'node:crypto',
  'node:net',
  'node:buffer',
  'node:url',
  'node:path',
  'node:module',
]);

const files = sources(SRC);

describe('the structure of src', () => {
  it('has files to check', () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it('knows every top-level folder', () => {
    const folders = new Set(files.map(folderOf).filter((folder) => !ROOTS.has(folder)));
    for (const folder of folders) expect(Object.keys(MAY_IMPORT), `src/${folder} has no import rule`).toContain(folder);
  });

  it('imports go down only, and folders of the top layer never import each other', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = folderOf(file);
      if (ROOTS.has(from)) continue;
      for (const target of localImports(file)) {
        const to = folderOf(target);
        if (to !== from && !MAY_IMPORT[from]?.includes(to)) wrong.push(`${name(file)} imports ${name(target)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has no import cycle between files', () => {
    const graph = new Map(files.map((file) => [file, localImports(file)]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].map(name).join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('keeps the lower layers without clock, randomness, environment, files, sockets and waiting', () => {
    const wrong: string[] = [];
    for (const file of files.filter((f) => PURE.includes(folderOf(f)))) {
      const text = withoutComments(readFileSync(file, 'utf8'));
      for (const [, module] of text.matchAll(/from '(node:[a-z/_]+)'/g)) {
        if (!PURE_BUILTINS.has(module!)) wrong.push(`${name(file)} imports ${module}`);
      }
      for (const forbidden of [
        /\bDate\.now\(/,
        /\bnew Date\(\)/,
        /\bMath\.random\(/,
        /\bprocess\.(env|hrtime|on)\b/,
        /\bperformance\.now\(/,
        /\brandom(Bytes|UUID|Int)\(/,
        /\bset(Timeout|Interval|Immediate)\(/,
        /\basync\b/,
        /\bawait\b/,
      ]) {
        if (forbidden.test(text)) wrong.push(`${name(file)} uses ${forbidden.source}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('every detector has its document with settings and suite, and its test', () => {
    const detectors = files.filter((f) => folderOf(f) === 'detectors' && /\bid: '/.test(readFileSync(f, 'utf8')));
    const missing: string[] = [];
    for (const file of detectors) {
      for (const [, id] of readFileSync(file, 'utf8').matchAll(/^ {2}id: '([a-z-]+)'/gm)) {
        const document = join(ROOT, 'policies', 'detectors', `${id}.yaml`);
        if (!existsSync(document)) missing.push(`policies/detectors/${id}.yaml`);
        else if (!/^kind: suite/m.test(readFileSync(document, 'utf8')))
          missing.push(`a suite in policies/detectors/${id}.yaml`);
        if (!existsSync(join(ROOT, 'test', 'detectors', `${id}.test.ts`))) missing.push(`test/detectors/${id}.test.ts`);
      }
    }
    expect(missing).toEqual([]);
  });
});

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function folderOf(file: string): string {
  return relative(SRC, file).split(sep)[0]!;
}

function localImports(file: string): string[] {
  const text = withoutComments(readFileSync(file, 'utf8'));
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)]
    .map(([, target]) => resolve(dirname(file), target!))
    .filter((target) => target.startsWith(SRC) && /\.tsx?$/.test(target));
}

function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
}

function name(file: string): string {
  return relative(ROOT, file);
}
