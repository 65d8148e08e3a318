// `npm run attack`: sqlmap, ffuf and wapiti against the bundled sample API, first without and then through a gateway in enforce
// mode. Loopback only, bounded in requests and time. Exit 1 when a tool still finds through the gateway what it finds without, when
// it finds nothing without (then the comparison says nothing), or when a run leaves no finding of the name it has to.
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fuzz } from './ffuf.mjs';
import { injections } from './sqlmap.mjs';
import { vulnerabilities } from './wapiti.mjs';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const START_MS = 60_000;
const STOP_MS = 15_000;
const TOKEN = 'a-token-for-attack-runs-0123456789';
const isShort = process.argv.includes('--short');
const missing = ['sqlmap', 'ffuf', 'wapiti'].filter((name) => !isInstalled(name));
if (missing.length > 0) {
  console.error(`not installed: apt-get install ${missing.join(' ')}`);
  process.exit(process.env.CI === undefined ? 0 : 1);
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-attack-'));
/** @type {import('node:child_process').ChildProcess[]} */
const started = [];
process.once('exit', () => {
  for (const child of started) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const [api] = await start(['sample-api', '--listen', '0'], /sample API at (http:\S+)/);
const [gateway, admin] = await start(
  ['run', '--upstream', api, '--listen', '0', '--admin', '0', '--data', folder, '--mode', 'enforce', '--workers', '1'],
  /gateway\s+(http:\/\/localhost:\d+)[\s\S]*admin\s+(http:\/\/localhost:\d+)/,
);

/** @type {string[]} */
const failures = [];
/** @type {ReadonlyArray<[tool: string, attack: (base: string) => Promise<readonly string[]>, names: readonly string[]]>} */
const runs = [
  ['sqlmap', (base) => injections(base, folder, isShort), ['injection-sql']],
  ['ffuf', (base) => fuzz(base, folder, isShort), ['injection-sql', 'xss', 'path-traversal', 'injection-command']],
  [
    'wapiti',
    (base) => vulnerabilities(base, folder, isShort),
    ['injection-sql', 'injection-command', 'path-traversal'],
  ],
];
for (const [tool, attack, names] of runs) {
  const open = await attack(api);
  const before = await findings(admin);
  const behind = await attack(gateway);
  const noticed = difference(await findings(admin), before);
  console.log(`${tool}\n  without: ${open.join('; ') || 'nothing'}\n  through: ${behind.join('; ') || 'nothing'}`);
  console.log(`  noticed: ${[...noticed].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  if (open.length === 0) failures.push(`${tool} found nothing without the gateway: the comparison says nothing`);
  if (behind.length > 0) failures.push(`${tool} found through the gateway: ${behind.join('; ')}`);
  for (const name of names) if (!noticed.has(name)) failures.push(`the run of ${tool} left no finding ${name}`);
}
for (const failure of failures) console.error(`FAILED ${failure}`);
await stop();
process.exit(failures.length === 0 ? 0 : 1);

/** Ends the gateway and the API: the gateway writes what it learned before it goes. */
async function stop() {
  await Promise.all(
    started.map((child) => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      return Promise.race([ended, new Promise((done) => setTimeout(done, STOP_MS))]);
    }),
  );
}

/** @param {string} name */
function isInstalled(name) {
  return (process.env.PATH ?? '').split(delimiter).some((path) => {
    try {
      accessSync(join(path, name));
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The addresses that a process of ours says it listens on.
 * @param {readonly string[]} args
 * @param {RegExp} addresses
 * @returns {Promise<string[]>}
 */
function start(args, addresses) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, SALLYPORT_ADMIN_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  started.push(child);
  return new Promise((done, fail) => {
    let output = '';
    const late = setTimeout(() => fail(new Error(`${args[0]} did not start: ${output}`)), START_MS);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        if (output.length > 20_000) return;
        output += chunk;
        const found = addresses.exec(output);
        if (found === null) return;
        clearTimeout(late);
        done(found.slice(1));
      });
  });
}

/**
 * Findings so far, by detection.
 * @param {string} base
 * @returns {Promise<Map<string, number>>}
 */
async function findings(base) {
  const response = await fetch(`${base}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const lines = (await response.text()).matchAll(/^sallyport_findings_total\{[^}]*detection="([^"]+)"[^}]*\} (\d+)/gm);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [, name = '', count] of lines) counts.set(name, (counts.get(name) ?? 0) + Number(count));
  return counts;
}

/**
 * @param {Map<string, number>} after
 * @param {Map<string, number>} before
 */
function difference(after, before) {
  return new Map(
    [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)]).filter(([, n]) => Number(n) > 0),
  );
}
