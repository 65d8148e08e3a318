// What nodes ask of Redis: commands and bytes per 1,000 transactions, what an endpoint and an actor take up there, and how long a
// restriction made on one node takes to hold on another. Two real gateways on one real Redis.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cpuUsByPid, freePort } from '../../dist/cli/bench/contestant.js';

/** @typedef {import('./micro.mjs').Comparison} Comparison */
/** @typedef {{pid: number, port: number, admin: number, stop(): Promise<void>}} Node */

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const TOKEN = 'a-token-for-benches-only-0123456789';
const TRANSACTIONS = 4_000;
const ENDPOINTS = 200;
const ACTORS = 2_000;
const RESTRICTIONS = 100;
const SETTLE_MS = 7_000;
/** State is written every half minute: less would have all of one or nothing. */
const IDLE_SECONDS = 31;

/** @param {(what: string) => void} onProgress @returns {Promise<Comparison[]>} */
export async function measureRedis(onProgress) {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    return [{ what: 'Redis', goal: '–', measured: 'not measured: apt-get install redis-server', isMet: undefined }];
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  const redisPort = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(redisPort), '--save', '', '--appendonly', 'no', '--dir', folder],
    {
      stdio: 'ignore',
    },
  );
  process.once('exit', () => server.kill('SIGKILL'));
  const redis = new Redis({ port: redisPort, host: '127.0.0.1' });
  redis.on('error', () => {});
  const upstream = await startShop();
  /** @type {Node[]} */
  const nodes = [];
  try {
    onProgress('Redis: starting two nodes');
    for (const name of ['a', 'b']) nodes.push(await startNode(join(folder, name), upstream.port, redisPort));
    const [a, b] = /** @type {[Node, Node]} */ (nodes);
    await send(a, 500, 1, 1);
    await wait(SETTLE_MS);
    const idleFrom = cpuOf(b);
    const idle = await trafficDuring(redis, () => wait(IDLE_SECONDS * 1_000));
    const idleCpuUs = (cpuOf(b) - idleFrom) / IDLE_SECONDS;
    onProgress('Redis: traffic');
    const began = performance.now();
    const busyFrom = cpuOf(b);
    const busy = await trafficDuring(redis, async () => {
      await send(a, TRANSACTIONS, 10, 100);
      await wait(SETTLE_MS);
    });
    const seconds = (performance.now() - began) / 1_000;
    const listeningUs = (cpuOf(b) - busyFrom - idleCpuUs * seconds) / TRANSACTIONS;
    const own = (/** @type {'commands' | 'in' | 'out'} */ figure) =>
      ((busy[figure] - (idle[figure] * seconds) / IDLE_SECONDS) * 1_000) / TRANSACTIONS;
    onProgress('Redis: memory of endpoints');
    const before = await bytesByKind(redis);
    await send(a, ENDPOINTS * 4, ENDPOINTS, 1, 100);
    await wait(SETTLE_MS);
    const withEndpoints = await bytesByKind(redis);
    onProgress('Redis: memory of actors');
    await wait(31_000);
    const beforeActors = await bytesByKind(redis);
    await send(a, ACTORS * 2, 1, ACTORS);
    await wait(65_000);
    const withActors = await bytesByKind(redis);
    onProgress('Redis: restrictions');
    const delays = [];
    for (let i = 0; i < RESTRICTIONS; i += 1) delays.push(await restrictedAfterMs(a, b, `203.0.113.${i + 1}`));
    delays.sort((one, other) => one - other);
    const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? 0;
    const perEndpoint = (sumOf(withEndpoints, 'learned') - sumOf(before, 'learned')) / ENDPOINTS;
    const perActor = (sumOf(withActors, 'analysis') - sumOf(beforeActors, 'analysis')) / ACTORS;
    const figure = (/** @type {string} */ what, /** @type {string} */ measured) => ({
      what,
      goal: '–',
      measured,
      isMet: undefined,
    });
    return [
      figure('CPU of a node for a transaction that another node takes', `${listeningUs.toFixed(0)} µs`),
      figure(
        'Redis, per 1,000 transactions, two nodes',
        `${own('commands').toFixed(0)} commands, ${kilobytes(own('in'))} in, ${kilobytes(own('out'))} out`,
      ),
      figure(
        'Redis, two idle nodes',
        `${(idle.commands / IDLE_SECONDS).toFixed(1)} commands/s, ${kilobytes(idle.in / IDLE_SECONDS)}/s in, ${kilobytes(idle.out / IDLE_SECONDS)}/s out`,
      ),
      figure('Redis, memory an endpoint (increments, for six hours)', `${perEndpoint.toFixed(0)} bytes`),
      figure('Redis, memory an actor (state of one node)', `${perActor.toFixed(0)} bytes`),
      figure(
        'Redis, memory by kind at the end',
        [...withActors].map(([kind, bytes]) => `${kind} ${kilobytes(bytes)}`).join(', '),
      ),
      {
        what: `a restriction on another node by Redis, p50 / p99 of ${RESTRICTIONS}`,
        goal: '≤ 250 ms p99',
        measured: `${(delays[delays.length >> 1] ?? 0).toFixed(0)} / ${p99.toFixed(0)} ms`,
        isMet: p99 <= 250,
      },
    ];
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    redis.disconnect();
    server.kill('SIGKILL');
    upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} data @param {number} upstreamPort @param {number} redisPort @returns {Promise<Node>} */
async function startNode(data, upstreamPort, redisPort) {
  const [port, admin] = [await freePort(), await freePort()];
  const config = `${data}.yaml`;
  writeFileSync(
    config,
    `mode: enforce
workers: 1
upstreams: { api: "http://127.0.0.1:${upstreamPort}" }
store: { kind: redis, url: "redis://127.0.0.1:${redisPort}" }
log: { access: false }
identity: { trustedProxies: [127.0.0.0/8] }
`,
  );
  const options = ['--listen', String(port), '--admin', String(admin), '--data', data, '--config', config];
  const child = spawn(process.execPath, [MAIN, 'run', ...options], {
    stdio: 'ignore',
    env: { ...process.env, SALLYPORT_ADMIN_TOKEN: TOKEN },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const deadline = performance.now() + 120_000;
  while (
    !(await fetch(`http://127.0.0.1:${admin}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`a node did not start (${child.exitCode === null ? 'too slow' : `code ${child.exitCode}`})`);
    }
    await wait(50);
  }
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: /** @type {number} */ (child.pid), port, admin, stop };
}

/** @returns {Promise<{port: number, close(): void}>} */
async function startShop() {
  const server = http.createServer((request, response) => {
    const id = Number(/(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id, name: 'lamp', price: 12.5, owner: `user-${id % 97}`, inStock: true }));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, close: () => server.close() };
}

/** @param {Node} node @param {number} count @param {number} endpoints @param {number} actors */
async function send({ port }, count, endpoints, actors, firstEndpoint = 0) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < count; i = next++) {
      const actor = i % actors;
      const path = `/shelf${firstEndpoint + (i % endpoints)}/items/${i}`;
      const forwarded = `198.${18 + (actor >> 16)}.${(actor >> 8) & 255}.${actor & 255}`;
      await get({ agent, port, path, headers: { host: 'shop.example', 'x-forwarded-for': forwarded } });
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  agent.destroy();
}

/** @param {http.RequestOptions} options @returns {Promise<number>} */
function get(options) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', ...options }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      })
      .once('error', reject);
  });
}

/** @param {Node} a @param {Node} b @param {string} address */
async function restrictedAfterMs(a, b, address) {
  const body = JSON.stringify({ actor: { kind: 'ip', id: address }, durationSeconds: 600, reason: 'bench' });
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const begun = performance.now();
  const made = await fetch(`http://127.0.0.1:${a.admin}/api/v1/restrictions`, { method: 'POST', headers, body });
  if (made.status !== 201) throw new Error(`the restriction was answered with ${made.status}`);
  const options = {
    port: b.port,
    path: '/shelf0/items/1',
    headers: { host: 'shop.example', 'x-forwarded-for': address },
  };
  while ((await get(options)) !== 403) {
    if (performance.now() - begun > 10_000) throw new Error('the restriction did not arrive');
  }
  return performance.now() - begun;
}

/** @param {Redis} redis @param {() => Promise<unknown>} work */
async function trafficDuring(redis, work) {
  const before = await counted(redis);
  await work();
  const after = await counted(redis);
  // The two questions themselves are commands, too.
  return { commands: after.commands - before.commands - 1, in: after.in - before.in, out: after.out - before.out };
}

/** @param {Redis} redis */
async function counted(redis) {
  const text = await redis.info('stats');
  const of = (/** @type {string} */ name) => Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1] ?? 0);
  return {
    commands: of('total_commands_processed'),
    in: of('total_net_input_bytes'),
    out: of('total_net_output_bytes'),
  };
}

/** @param {Node} node */
function cpuOf({ pid }) {
  return [...cpuUsByPid(pid).values()].reduce((sum, us) => sum + us, 0);
}

/** Memory of all keys by what they hold. @param {Redis} redis */
async function bytesByKind(redis) {
  /** @type {Map<string, number>} */
  const bytes = new Map();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 500);
    cursor = next;
    for (const key of keys) {
      const kind = /^[^{]*\{[^}]*\}:(?:d:)?([^:]+)/.exec(key)?.[1] ?? key;
      bytes.set(kind, (bytes.get(kind) ?? 0) + Number(await redis.memory('USAGE', key, 'SAMPLES', 0)));
    }
  } while (cursor !== '0');
  return bytes;
}

/** @param {ReadonlyMap<string, number>} bytes @param {string} beginning of the kinds */
function sumOf(bytes, beginning) {
  let sum = 0;
  for (const [kind, count] of bytes) if (kind.startsWith(beginning)) sum += count;
  return sum;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1_024).toFixed(1)} KB`;
}
