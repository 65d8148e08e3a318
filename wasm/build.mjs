// Compiles the AssemblyScript beside it and writes the module as TypeScript, so that nothing has to be loaded at run time:
// `npm run wasm`. With `--check` it compares instead, and ends with 1 when a module is not that of its source.
// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Source below `wasm/`, and the file the module is written to. */
const MODULES = [
  ['skip-json.ts', 'src/data-types/skip-json.wasm.ts'],
  ['find-needles.ts', 'src/detectors/find-needles.wasm.ts'],
  ['read-identifiers.ts', 'src/inspection/read-identifiers.wasm.ts'],
];

/** @param {string} source @returns {string} the text of the TypeScript file */
function compiled(source) {
  const folder = mkdtempSync(join(tmpdir(), 'wasm-'));
  try {
    const out = join(folder, 'module.wasm');
    const limits = ['--importMemory', '--initialMemory', '1', '--maximumMemory', '1024'];
    const options = [
      '--runtime',
      'stub',
      '--optimizeLevel',
      '3',
      '--shrinkLevel',
      '0',
      '--noAssert',
      '--enable',
      'simd',
    ];
    const asc = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
    const run = spawnSync(process.execPath, [asc, join('wasm', source), ...options, ...limits, '-o', out], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(run.stderr);
    const lines =
      readFileSync(out)
        .toString('base64')
        .match(/.{1,100}/g) ?? [];
    return [
      `// Compiled from wasm/${source} by \`npm run wasm\`; not written by hand.`,
      'export const MODULE_BASE64 = [',
      ...lines.map((line) => `  '${line}',`),
      "].join('');",
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const [source = '', target = ''] of MODULES) {
  const file = join(ROOT, target);
  if (!process.argv.includes('--check')) writeFileSync(file, compiled(source));
  else if (readFileSync(file, 'utf8') !== compiled(source)) {
    console.error(`${target} is not what wasm/${source} compiles to: npm run wasm`);
    process.exitCode = 1;
  }
}
