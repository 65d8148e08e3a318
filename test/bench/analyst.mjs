// What one core of an analyst takes: the process itself, as the supervisor starts it, fed through its socket with frames of
// records; discovery, baselines, owners, scenarios, incidents and posture run as ever. By the CPU time of the whole process, its
// collector and compilers included. Then the same at a constant rate, for the pauses of its loop.
// Alone, or with the functions that it spends its time in: `node test/bench/analyst.mjs [FUNCTIONS SHOWN] [CASE]` after a build.
// @ts-check
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuUsByPid, freePort } from '../../dist/cli/bench/contestant.js';
import { readConfiguration } from '../../dist/configuration/load.js';
import { loadDirectories } from '../../dist/policy-loader/load-directories.js';
import { EXEC_ARGV } from '../../dist/supervisor/exec-argv.js';
import { framesOf } from './analyst-traffic.mjs';

const ANALYST = resolve(import.meta.dirname, '../../dist/analyst.js');
const SHIPPED = resolve(import.meta.dirname, '../../policies');
const HOOKS = {
  pauses: new URL('./pauses-hook.mjs', import.meta.url).href,
  profile: new URL('./profile-hook.mjs', import.meta.url).href,
};
const WARM = 30_000;
const MEASURED = 40_000;
const SAMPLE_US_MAX = 1_000;
const PER_SECOND = 2_000;
/** Meanwhile records wait in the workers, which have room for 20,000 each. */
const PAUSE_MS_MAX = 1_000;
/** Longer than from one saving of what the analysis knows to the next. */
const WATCHED = 66_000;
/** Of one actor, by the clock that the records carry: people, not programs. */
const SECONDS_BETWEEN = 10;
const CASES = [
  { what: '40 endpoints, 500 actors', actors: 500, isOneKilobyte: false },
  { what: '40 endpoints, 500 actors, answers of 1 KB', actors: 500, isOneKilobyte: true },
  { what: '40 endpoints, 20,000 actors', actors: 20_000, isOneKilobyte: false },
];

/** @param {(what: string) => void} onProgress @returns {Promise<import('./micro.mjs').Comparison[]>} */
export async function measureAnalyst(onProgress) {
  const rows = [];
  for (const one of CASES) {
    onProgress(`analyst, ${one.what}`);
    const { perSecond, us, loop, longestCollectionMs } = await measured(one, 0);
    rows.push(
      {
        what: `transactions that an analyst takes in a second of CPU, ${one.what}`,
        goal: '≥ 5000',
        measured: `${perSecond} (${us} µs each)`,
        isMet: perSecond >= 5_000,
      },
      {
        what: `event loop of the analyst is late at ${PER_SECOND} a second, ${one.what}`,
        goal: `max ≤ ${PAUSE_MS_MAX} ms`,
        measured: `p99 ${loop.p99} / p99.9 ${loop.p999} / max ${loop.max} ms, longest collection ${longestCollectionMs} ms`,
        isMet: loop.max <= PAUSE_MS_MAX,
      },
    );
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [functionsShown = '0', only] = process.argv.slice(2);
  for (const [i, one] of CASES.entries()) {
    if (only === undefined || Number(only) === i) console.log(await measured(one, Number(functionsShown)));
  }
}

/** @param {(typeof CASES)[number]} one @param {number} functionsShown 0 for none, and for the pauses */
async function measured({ what, actors, isOneKilobyte }, functionsShown) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-analyst-'));
  const began = Date.now();
  const perSecond = actors / SECONDS_BETWEEN;
  const frames = (/** @type {number} */ earlier, /** @type {number} */ transactions) => {
    const begin = began + (earlier * 1_000) / perSecond;
    return framesOf({ actors, isOneKilobyte, transactions, begin, perSecond, seed: earlier });
  };
  const warm = await frames(0, WARM);
  const counted = await frames(WARM, MEASURED);
  const paced = await frames(WARM + MEASURED, WATCHED);
  const analyst = await start(folder, functionsShown > 0 ? 'profile' : 'pauses');
  try {
    await analyst.send(warm);
    if (functionsShown > 0) analyst.signal();
    await wait(1_000);
    const before = analyst.cpuUs();
    await analyst.send(counted);
    const us = Math.round((analyst.cpuUs() - before) / MEASURED);
    const taken = { what, us, perSecond: Math.round(1e6 / us) };
    analyst.signal();
    if (functionsShown > 0) {
      await wait(3_000);
      showProfile(join(folder, `${analyst.pid}.json`), functionsShown);
      return { ...taken, loop: { p99: 0, p999: 0, max: 0 }, longestCollectionMs: 0 };
    }
    await analyst.send(paced, PER_SECOND);
    analyst.signal();
    await wait(1_000);
    const { loop, full } = JSON.parse(readFileSync(join(folder, `${analyst.pid}.json`), 'utf8'));
    const ms = (/** @type {number} */ value) => Number(value.toFixed(1));
    return {
      ...taken,
      loop: { p99: ms(loop.p99), p999: ms(loop.p999), max: ms(loop.max) },
      longestCollectionMs: ms(full.longestMs),
      learned: await analyst.learned(),
    };
  } finally {
    await analyst.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {keyof typeof HOOKS} hook */
async function start(folder, hook) {
  const admin = await freePort();
  const read = readConfiguration(
    'log: { level: error }',
    join(folder, 'none.yaml'),
    {},
    { upstream: 'http://127.0.0.1:9', admin },
  );
  if (read.configuration === undefined) throw new Error(JSON.stringify(read.faults));
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder);
  const directories = { shipped: SHIPPED, operator: undefined };
  const socketPath = join(folder, 'records.sock');
  const env = {
    ...process.env,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${HOOKS[hook]}`,
    BENCH_PAUSES: folder,
    BENCH_PROFILES: folder,
  };
  const child = fork(ANALYST, { serialization: 'json', env, execArgv: EXEC_ARGV });
  const { bundle } = loadDirectories(directories);
  const common = { configuration: read.configuration, contracts: [], directories, bundle };
  child.send({ kind: 'start', ...common, socketPath, dataFolder, adminToken: 'bench-token-of-the-analyst' });
  await new Promise((ready, failed) => {
    child.on('message', (/** @type {{kind: string, message?: string}} */ message) => {
      if (message.kind === 'ready') ready(undefined);
      if (message.kind === 'failed') failed(new Error(message.message));
    });
    child.once('exit', () => failed(new Error('the analyst has ended')));
  });
  try {
    // Who is put off again and again finds its caches cold: with others on the machine that costs more than the work itself.
    setPriority(/** @type {number} */ (child.pid), -10);
  } catch {
    console.log('not allowed to raise the priority: on a busy machine figures are too high');
  }
  const socket = connect(socketPath);
  const learned = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
    const outcomes = metrics.split('\n').filter((line) => line.startsWith('sallyport_learned_transactions_total{'));
    return Object.fromEntries(outcomes.map((line) => [line.split('"')[1], Number(line.split(' ')[1])]));
  };
  return {
    pid: /** @type {number} */ (child.pid),
    learned,
    signal: () => child.kill('SIGUSR2'),
    cpuUs: () => cpuUsByPid(/** @type {number} */ (child.pid)).get(/** @type {number} */ (child.pid)) ?? 0,
    /** Resolves when the analyst has taken them. @param {Buffer[]} frames @param {number} [perSecond] */
    async send(frames, perSecond) {
      const startedAt = performance.now();
      let sent = 0;
      for (const frame of frames) {
        if (perSecond !== undefined) {
          const ms = startedAt + (sent * 1_000) / perSecond - performance.now();
          if (ms > 0) await wait(ms);
        }
        if (!socket.write(frame)) await new Promise((drained) => socket.once('drain', drained));
        sent += 100;
      }
      // The admin port answers in its turn, and a frame that waits in the socket may still be behind it.
      for (let before = -1, now = 0; before !== now; ) {
        await wait(100);
        before = now;
        now = Object.values(await learned()).reduce((sum, one) => sum + one, 0);
      }
    },
    async stop() {
      socket.destroy();
      const ended = new Promise((done) => child.once('exit', done));
      child.send({ kind: 'drain' });
      await ended;
    },
  };
}

/** Functions with what was spent in them and in what they called. @param {string} file @param {number} shown */
function showProfile(file, shown) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));
  const selves = new Map();
  for (const [i, id] of samples.entries()) {
    // On a busy machine a process waits between two samples: that is nobody's time.
    selves.set(id, (selves.get(id) ?? 0) + Math.min(timeDeltas[i] ?? 0, SAMPLE_US_MAX));
  }
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Map<string, {self: number, whole: number}>} */
  const spent = new Map();
  let total = 0;
  const walk = (/** @type {number} */ id, /** @type {ReadonlySet<string>} */ above) => {
    const { callFrame, children = [] } = nodeOf.get(id);
    const { functionName, url, lineNumber } = callFrame;
    if (functionName === '(idle)' || functionName === 'dispatch') return 0;
    const name = `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?:dist|node_modules)\//, '')}:${lineNumber + 1}`;
    const self = selves.get(id) ?? 0;
    const within = new Set(above).add(name);
    let whole = self;
    for (const child of children) whole += walk(child, within);
    const known = spent.get(name) ?? { self: 0, whole: 0 };
    spent.set(name, { self: known.self + self, whole: known.whole + (above.has(name) ? 0 : whole) });
    total += self;
    return whole;
  };
  walk(nodes[0].id, new Set());
  const share = (/** @type {number} */ us) => `${((100 * us) / total).toFixed(1)} %`.padStart(8);
  for (const [name, { self, whole }] of [...spent].sort((a, b) => b[1].whole - a[1].whole).slice(0, shown)) {
    console.log(`${share(whole)} whole ${share(self)} self  ${name}`);
  }
}
