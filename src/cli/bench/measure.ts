// Runs every contestant through every scenario, interleaved round by round so that a disturbance of the machine hits all of
// them, and takes medians. CPU time per request is the robust figure; latencies depend on what else the machine does.
import type { ChildProcess } from 'node:child_process';
import { type Contestant, cpuUsByPid, goOn, type Running, spawnLoad, standStill, startUpstream } from './contestant.ts';
import type { LoadBegins, LoadOrder, LoadResult } from './load-process.ts';
import type { Method } from './payloads.ts';

export interface Scenario {
  readonly name: string;
  readonly method: Method;
  readonly kilobytes: number;
}

export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly durationMs: number;
  readonly connections: number;
  /** Of all connections together; without it one on each. */
  readonly inFlightMax?: number;
  /** Of a contestant that takes milliseconds a request: a round of fewer requests says little, and goes on. */
  readonly roundRequestsMin: number;
  /** Requests of all scenarios to each contestant before anything is measured, and the longest that may take. */
  readonly warmRequests: number;
  readonly warmMsMax: number;
  /** Rounds at a constant rate, and how long each of them takes at each rate. */
  readonly pacedRounds: number;
  readonly pacedMs: number;
  /** Before a round counts: what a process does every few seconds was due while it stood still, all of it at once; and its caches are cold. */
  readonly pacedUncountedMs: number;
}

export interface Cell {
  readonly contestant: string;
  readonly scenario: string;
  /** Per request, all processes of the contestant together; 0 when it did not answer. */
  readonly cpuUs: number;
  /** Per request, the busiest process alone. */
  readonly busiestCpuUs: number;
  /** Largest minus smallest CPU figure of the rounds, as a share of the median. */
  readonly spread: number;
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly failures: number;
  readonly failure?: string;
}

export interface Pace {
  readonly contestant: string;
  /** Share of what the slowest gateway row manages. */
  readonly share: number;
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

export interface Missing {
  readonly contestant: string;
  readonly why: string;
}

export interface Measurements {
  readonly cells: readonly Cell[];
  readonly paces: readonly Pace[];
  readonly missing: readonly Missing[];
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'POST 1 KB → 1 KB', method: 'POST', kilobytes: 1 },
  { name: 'POST 1 KB → 16 KB', method: 'POST', kilobytes: 16 },
  { name: 'POST 1 KB → 128 KB', method: 'POST', kilobytes: 128 },
  { name: 'GET → 1 KB', method: 'GET', kilobytes: 1 },
];

/**
 * With the parts that have no sockets it takes three minutes at most, and nobody is quite warm. A process that inspects has ten times
 * the code of one that only passes on, and costs three times as much until it is compiled: of answers of 16 KB after six thousand of
 * them. One scenario after the other would be compiled anew for each.
 */
export const SHORT_PLAN: Plan = {
  scenarios: SCENARIOS,
  rounds: 3,
  durationMs: 400,
  connections: 64,
  roundRequestsMin: 40,
  warmRequests: 12_000,
  warmMsMax: 12_000,
  pacedRounds: 2,
  pacedMs: 1_500,
  pacedUncountedMs: 1_500,
};
/** Of one scenario alone, which has to compile everything by itself. */
const CURVE_PLAN: Plan = { ...SHORT_PLAN, durationMs: 500, warmRequests: 24_000, warmMsMax: 24_000 };
export const FULL_PLAN: Plan = {
  ...SHORT_PLAN,
  rounds: 5,
  durationMs: 1_500,
  roundRequestsMin: 150,
  warmRequests: 48_000,
  warmMsMax: 60_000,
  pacedRounds: 5,
  pacedMs: 6_000,
  pacedUncountedMs: 4_000,
};

/** A round that goes on does so up to so many times its length. */
const ROUND_PARTS_MAX = 5;
/** Of a program that need not be warm: its connections and files are. */
const NATIVE_WARM_MS = 500;

/** Idle is who spends less than this of a core. */
const IDLE_SHARE = 0.1;
const IDLE_LOOK_MS = 300;
const IDLE_WITHIN_MS = 3_000;
/** What fell due while a contestant stood still is done by then. */
const WAKING_MS = 100;

/** Rates at which latency is measured, as shares of what the slowest gateway row manages. */
const PACES = [0.5, 0.8];

/** Connections at a fixed rate: enough for the rate, few enough to keep the generator quiet. */
const PACED_CONNECTIONS = 32;

export async function measure(
  contestants: readonly Contestant[],
  plan: Plan,
  onProgress: (what: string) => void,
): Promise<Measurements> {
  const upstream = await startUpstream();
  const load = spawnLoad();
  const missing: Missing[] = [];
  const running: Taking[] = [];
  try {
    for (const contestant of contestants) {
      onProgress(`starting ${contestant.name}`);
      try {
        const it = await contestant.start(upstream.port);
        standStill(it.pid);
        running.push({ contestant, name: contestant.name, it });
      } catch (error) {
        missing.push({ contestant: contestant.name, why: (error as Error).message });
      }
    }
    for (const one of running) {
      await onTurn(one, async () => {
        await warmUp(load, one, plan, onProgress);
        await idle(one);
      });
    }
    const cells: Cell[] = [];
    for (const scenario of plan.scenarios) {
      const rounds = new Map<string, Cell[]>(running.map(({ name }) => [name, []]));
      for (let round = 1; round <= plan.rounds; round += 1) {
        for (const one of running) {
          await onTurn(one, async () => {
            onProgress(`${scenario.name}, round ${round} of ${plan.rounds}: ${one.name}`);
            rounds.get(one.name)!.push(await measureOnce(load, one, scenario, plan));
          });
        }
      }
      for (const ofContestant of rounds.values()) cells.push(medianCell(ofContestant));
    }
    return { cells, paces: await measurePaces(load, running, cells, plan, onProgress), missing };
  } finally {
    load.kill();
    for (const { it } of running) goOn(it.pid);
    await Promise.all([upstream, ...running.map(({ it }) => it)].map((one) => one.stop()));
  }
}

/** All others stand still: analysts and spare processes among them would still be busy with their own last round. */
async function onTurn({ it }: Taking, measured: () => Promise<void>): Promise<void> {
  goOn(it.pid);
  await new Promise((resolve) => setTimeout(resolve, WAKING_MS));
  await measured();
  standStill(it.pid);
}

/**
 * CPU µs per request of one gateway by itself, all its processes: the median of the plan's rounds.
 * @public used by test/bench from the build
 */
export async function measureGateway(
  contestant: Contestant,
  { kilobytes = 1, ...load }: Pick<Plan, 'connections' | 'inFlightMax'> & { readonly kilobytes?: number },
): Promise<number> {
  const scenario: Scenario = { name: `POST 1 KB → ${kilobytes} KB`, method: 'POST', kilobytes };
  const plan: Plan = { ...CURVE_PLAN, ...load, scenarios: [scenario] };
  const upstream = await startUpstream();
  const generator = spawnLoad();
  let it: Running | undefined;
  try {
    it = await contestant.start(upstream.port);
    const one = { contestant, name: contestant.name, it };
    await warmUp(generator, one, plan, () => {});
    const cells: Cell[] = [];
    for (let round = 0; round < plan.rounds; round += 1) cells.push(await measureOnce(generator, one, scenario, plan));
    const failing = cells.find((cell) => cell.failures > 0);
    if (failing !== undefined) throw new Error(`${contestant.name}: ${failing.failures} failures (${failing.failure})`);
    return median(cells.map((cell) => cell.cpuUs));
  } finally {
    generator.kill();
    await Promise.all([upstream.stop(), it?.stop()]);
  }
}

/** Compilers, and whoever learns from the warming up, have ended: what they did belongs to no round. */
async function idle({ it: { pid } }: Taking): Promise<void> {
  const spentUs = (): number => [...cpuUsByPid(pid).values()].reduce((sum, us) => sum + us, 0);
  const until = performance.now() + IDLE_WITHIN_MS;
  for (let before = spentUs(); performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_LOOK_MS));
    const now = spentUs();
    if (now - before < IDLE_LOOK_MS * 1_000 * IDLE_SHARE) return;
    before = now;
  }
}

interface Taking {
  readonly contestant: Contestant;
  readonly name: string;
  readonly it: Running;
}

async function warmUp(
  load: ChildProcess,
  { contestant, name: who, it: { port } }: Taking,
  plan: Plan,
  onProgress: (what: string) => void,
): Promise<void> {
  const { warmShare = 1 } = contestant;
  const requestsWanted = plan.warmRequests * (warmShare === 0 ? 1 : warmShare);
  const until = performance.now() + (warmShare === 0 ? NATIVE_WARM_MS : plan.warmMsMax * warmShare);
  onProgress(`warming up: ${who}`);
  for (let requests = 0, turn = 0; requests < requestsWanted && performance.now() < until; turn += 1) {
    const { method, kilobytes } = plan.scenarios[turn % plan.scenarios.length]!;
    const order = { port, method, kilobytes, ...loadOf(plan, contestant), durationMs: 500 };
    requests += (await ask(load, order)).requests;
  }
}

async function measureOnce(
  load: ChildProcess,
  { contestant, name, it }: Taking,
  { name: scenario, method, kilobytes }: Scenario,
  plan: Plan,
): Promise<Cell> {
  let before = cpuUsByPid(it.pid);
  const readAgain = (): void => {
    // Connections that take turns are opened before anything counts, the cost of which would hide that of their requests.
    if (plan.inFlightMax !== undefined) before = cpuUsByPid(it.pid);
  };
  const { durationMs } = plan;
  const order = { port: it.port, method, kilobytes, ...loadOf(plan, contestant), durationMs };
  const parts: LoadResult[] = [];
  let requests = 0;
  while (parts.length < ROUND_PARTS_MAX && requests < plan.roundRequestsMin) {
    const part = await ask(load, order, parts.length === 0 ? readAgain : undefined);
    parts.push(part);
    requests += part.requests;
    if (part.failures > 0) break;
  }
  const isSilent = requests === 0;
  const spent = [...cpuUsByPid(it.pid)].map(([pid, us]) => us - (before.get(pid) ?? 0));
  const sum = (of: (part: LoadResult) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const latencyOf = (figure: 'p50Us' | 'p99Us'): number => median(parts.map((part) => part[figure]));
  const silence = isSilent ? `no answer within ${durationMs * parts.length} ms` : undefined;
  const failure = parts.find((part) => part.failure !== undefined)?.failure ?? silence;
  return {
    contestant: name,
    scenario,
    cpuUs: isSilent ? 0 : spent.reduce((total, us) => total + us, 0) / requests,
    busiestCpuUs: isSilent ? 0 : Math.max(...spent) / requests,
    spread: 0,
    requestsPerSecond: requests / sum((part) => part.seconds),
    p50Us: latencyOf('p50Us'),
    p99Us: latencyOf('p99Us'),
    failures: sum((part) => part.failures) + (isSilent ? 1 : 0),
    ...(failure === undefined ? {} : { failure }),
  };
}

function loadOf(
  { connections: wanted, inFlightMax }: Plan,
  { connectionsMax = wanted }: Contestant,
): Pick<LoadOrder, 'connections' | 'inFlightMax'> {
  const connections = Math.min(wanted, connectionsMax);
  return inFlightMax === undefined ? { connections } : { connections, inFlightMax };
}

/**
 * Latency at the same rate for all: half of what the slowest gateway row manages. A plain proxy takes part and the gateway
 * where it inspects, since the question is what inspection adds.
 */
async function measurePaces(
  load: ChildProcess,
  running: readonly Taking[],
  cells: readonly Cell[],
  plan: Plan,
  onProgress: (what: string) => void,
): Promise<Pace[]> {
  const scenario = plan.scenarios[0]!;
  const taking = running.filter(({ contestant }) => contestant.isPaced === true);
  const capacities = cells
    .filter((cell) => cell.scenario === scenario.name && cell.contestant.startsWith('sallyport'))
    .map((cell) => cell.requestsPerSecond);
  if (capacities.length === 0 || Math.min(...capacities) < 10) return [];
  const paces = PACES.map((share) => ({ share, requestsPerSecond: Math.floor(Math.min(...capacities) * share) }));
  const results = new Map<string, LoadResult[]>();
  for (let round = 1; round <= plan.pacedRounds; round += 1) {
    for (const one of taking) {
      const { method, kilobytes } = scenario;
      const order = { port: one.it.port, method, kilobytes, connections: PACED_CONNECTIONS };
      await onTurn(one, async () => {
        onProgress(`at a constant rate, round ${round} of ${plan.pacedRounds}: ${one.name}`);
        await ask(load, { ...order, ...paces[0]!, durationMs: plan.pacedUncountedMs });
        for (const { share, requestsPerSecond } of paces) {
          const result = await ask(load, { ...order, requestsPerSecond, durationMs: plan.pacedMs });
          results.set(`${one.name} ${share}`, [...(results.get(`${one.name} ${share}`) ?? []), result]);
        }
      });
    }
  }
  return paces.flatMap(({ share, requestsPerSecond }) =>
    taking.map(({ name: contestant }) => {
      const ofPace = results.get(`${contestant} ${share}`)!;
      const of = (figure: 'p50Us' | 'p99Us' | 'p999Us'): number => median(ofPace.map((one) => one[figure]));
      return { contestant, share, requestsPerSecond, p50Us: of('p50Us'), p99Us: of('p99Us'), p999Us: of('p999Us') };
    }),
  );
}

/** @public used by test/bench from the build */
export function ask(load: ChildProcess, order: LoadOrder, onBegin?: () => void): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the load generator ended with code ${code}`));
    const heard = (message: LoadResult | LoadBegins): void => {
      if ('begins' in message) {
        onBegin?.();
        return;
      }
      load.off('exit', ended);
      load.off('message', heard);
      resolve(message);
    };
    load.once('exit', ended);
    load.on('message', heard);
    load.send(order);
  });
}

function medianCell(rounds: readonly Cell[]): Cell {
  const costs = rounds.map((cell) => cell.cpuUs);
  const cpuUs = median(costs);
  const failure = rounds.find((cell) => cell.failure !== undefined)?.failure;
  return {
    contestant: rounds[0]!.contestant,
    scenario: rounds[0]!.scenario,
    cpuUs,
    busiestCpuUs: median(rounds.map((cell) => cell.busiestCpuUs)),
    spread: cpuUs === 0 ? 0 : (Math.max(...costs) - Math.min(...costs)) / cpuUs,
    requestsPerSecond: median(rounds.map((cell) => cell.requestsPerSecond)),
    p50Us: median(rounds.map((cell) => cell.p50Us)),
    p99Us: median(rounds.map((cell) => cell.p99Us)),
    failures: rounds.reduce((sum, cell) => sum + cell.failures, 0),
    ...(failure === undefined ? {} : { failure }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}
