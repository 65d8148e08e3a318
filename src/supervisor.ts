// Keeps the processes of one node: an analyst and N workers. Hands the last good policy and the restrictions to every new
// worker, replaces what crashed or hangs, with back-off, and stops everything without losing a transaction.
import { type ChildProcess, fork } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { rmSync } from 'node:fs';
import type { PreparedContract } from './core/contract.ts';
import type { PolicyBundle } from './core/document.ts';
import type { KeySets } from './core/key-set.ts';
import { Latch } from './core/latch.ts';
import { KEY_SET_TIMES, KeySetKeeper } from './key-sets/key-set-keeper.ts';
import type { CanaryPlace, FromAnalyst, FromWorker, ToAnalyst, ToWorker } from './messages.ts';
import { outlineOf } from './openapi/outline.ts';
import { ContractKeeper } from './openapi-loader/contract-keeper.ts';
import { CALM, DeadlyRequests, type QuarantineState } from './quarantine/deadly-requests.ts';
import { takeLastNote } from './quarantine/last-note.ts';
import { backOff } from './supervisor/back-off.ts';
import { EXEC_ARGV } from './supervisor/exec-argv.ts';
import { closeUntakenConnections } from './supervisor/handed-connections.ts';
import { keySetUrls } from './supervisor/key-set-urls.ts';
import { LastKnown } from './supervisor/last-known.ts';
import { setUpWorkers } from './supervisor/set-up-workers.ts';
import type { SupervisorSettings } from './supervisor/settings.ts';
import { socketPathIn } from './supervisor/socket-path.ts';
import { SpareWorker } from './supervisor/spare-worker.ts';
import { newWorker, type WorkerState } from './supervisor/worker-state.ts';

export type Started =
  | { readonly gatewayPort: number; readonly adminPort: number; readonly firstToken: string | undefined }
  | { readonly failure: string };

/** A process that lived this long starts with a clean record. */
const STABLE_MS = 30_000;
const HEARTBEAT_CHECK_MS = 500;
/** An analyst that is asked to end gives itself four seconds. */
const ANALYST_ENDS_MS = 6_000;
/** Workers beat every second. One that is silent does not count as serving; it gets no connection before it took the last one. */
const SILENT_AFTER_MS = 2_500;
const HUNG_AFTER_MS = 5_000;
/** Who looks as late as this has slept, and not heard what was said meanwhile. */
const SLEPT_MS = 3_000;

export class Supervisor {
  /** Resolves with the exit code once everything has ended. */
  readonly stopped: Promise<number>;
  readonly #settings: SupervisorSettings;
  readonly #socketPath: string;
  readonly #workers = new Map<number, WorkerState>();
  #analyst: ChildProcess | undefined;
  /** Nobody begins before it is there. */
  #bundle!: PolicyBundle;
  readonly #isRead = new Latch();
  /** The analyst has said who is restricted. */
  readonly #mayServe = new Latch();
  readonly #lastKnown = new LastKnown();
  readonly #keySets: KeySetKeeper;
  readonly #contracts: ContractKeeper;
  readonly #deadly = new DeadlyRequests();
  readonly #spare: SpareWorker;
  #quarantine: QuarantineState = CALM;
  #checkedAt = performance.now();
  #workersStarted = 0;
  #gatewayPort: number | undefined;
  #crashes = 0;
  #analystCrashes = 0;
  #analystStartedAt = 0;
  #isStopping = false;
  #isRenewing = false;
  #finish!: (code: number) => void;

  constructor(settings: SupervisorSettings) {
    this.#settings = settings;
    this.#spare = new SpareWorker(settings.workers, () => this.#bundle);
    this.#socketPath = socketPathIn(settings.dataFolder);
    this.stopped = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#keySets = new KeySetKeeper({
      ...KEY_SET_TIMES,
      urls: keySetUrls(settings.configuration),
      onChange: (keySets: KeySets) => this.#tellWorkers({ kind: 'key-sets', keySets }),
      onFailure: (url, why) => settings.say(`the key set ${url} could not be read (${why}); the last one stays`),
    });
    this.#contracts = new ContractKeeper({
      documents: settings.configuration.documents,
      contracts: settings.contracts,
      dataFolder: settings.dataFolder,
      onChange: (contracts) => {
        this.#tellWorkers({ kind: 'contracts', contracts: this.#allContracts });
        this.#tellAnalyst({ kind: 'contracts', contracts: contracts.map(outlineOf) });
      },
      onRefusal: ({ file, line, column, message }) =>
        settings.say(`${file}:${line}:${column} ${message}; the last good document stays in force`),
    });
  }

  /** Of policies that nobody can use there is nothing to start; why, whoever read them knows. */
  async start(policies: Promise<PolicyBundle | undefined>): Promise<Started> {
    setUpWorkers();
    // They load their code while the policies are read.
    const knowing = Promise.all([this.#startAnalyst(), this.#keySets.start()]);
    const starting = Promise.all(Array.from({ length: this.#settings.workers }, () => this.#startWorker()));
    const [bundle] = await Promise.all([policies, this.#contracts.start()]);
    if (bundle === undefined) return this.#giveUp('there are no policies');
    this.#bundle = bundle;
    this.#isRead.open();
    const [analyst] = await knowing;
    if ('failure' in analyst) return this.#giveUp(analyst.failure);
    this.#mayServe.open();
    const ports = await starting;
    const failed = ports.find((port) => typeof port === 'string');
    if (failed !== undefined) return this.#giveUp(failed as string);
    const beat = setInterval(() => {
      this.#killHung();
      this.#tellQuarantine();
    }, HEARTBEAT_CHECK_MS);
    beat.unref();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#stop());
    // On a terminal it means that the terminal is gone.
    if (!process.stdout.isTTY) process.on('SIGHUP', () => void this.#renewWorkers());
    return { gatewayPort: ports[0] as number, adminPort: analyst.adminPort, firstToken: analyst.firstToken };
  }

  #giveUp(failure: string): Started {
    this.#isStopping = true;
    this.#spare.stop();
    for (const { worker } of this.#workers.values()) worker.process.kill('SIGKILL');
    this.#analyst?.kill('SIGKILL');
    return { failure };
  }

  #startAnalyst(): Promise<{ adminPort: number; firstToken: string | undefined } | { failure: string }> {
    const { configuration, directories, dataFolder, adminToken } = this.#settings;
    this.#analystStartedAt = performance.now();
    const child = fork(new URL('./analyst.js', import.meta.url), { serialization: 'json', execArgv: EXEC_ARGV });
    this.#analyst = child;
    child.on('error', () => {});
    return new Promise((resolve) => {
      child.on('message', (message: FromAnalyst) => {
        switch (message.kind) {
          case 'ready': {
            for (const one of this.#lastKnown.adopt(message)) this.#tellWorkers(one);
            this.#tellServing();
            resolve(message);
            break;
          }
          case 'failed':
            resolve({ failure: `the analyst could not start: ${message.message}` });
            break;
          case 'bundle':
            this.#publish(message.bundle, message.canary);
            break;
          case 'restrictions':
          case 'learned':
          case 'baselines':
          case 'budgets':
          case 'shadow':
            this.#tellWorkers(this.#lastKnown.take(message));
            break;
          case 'owners':
          case 'issued':
          case 'evidence-wanted':
          case 'rate-counts':
            this.#tellWorkers(message);
            break;
          case 'learned-contracts':
            this.#lastKnown.contracts = message.contracts;
            this.#tellWorkers({ kind: 'contracts', contracts: this.#allContracts });
            break;
          case 'refused':
            break;
          default:
            message satisfies never;
        }
      });
      child.once('exit', () => {
        resolve({ failure: 'the analyst ended while it started' });
        if (this.#isStopping) return;
        this.#analystCrashes = performance.now() - this.#analystStartedAt > STABLE_MS ? 0 : this.#analystCrashes + 1;
        setTimeout(() => void this.#startAnalyst(), backOff(this.#analystCrashes)).unref();
      });
      const start = (): ToAnalyst => ({
        kind: 'start',
        configuration,
        contracts: this.#contracts.contracts.map(outlineOf),
        directories,
        bundle: this.#bundle,
        socketPath: this.#socketPath,
        dataFolder,
        adminToken,
      });
      void this.#isRead.opened.then(() => child.send(start()));
    });
  }

  /** Resolves with the port it listens on, or with why it does not. */
  #startWorker(isSurplus = false): Promise<number | string> {
    // Whoever renews workers may have renewed their code.
    const spare = isSurplus ? undefined : this.#spare.take();
    const worker = spare?.worker ?? cluster.fork();
    closeUntakenConnections(worker);
    this.#workersStarted += 1;
    const state = newWorker(worker, this.#workersStarted, isSurplus);
    this.#workers.set(worker.id, state);
    const begin = async (): Promise<void> => {
      await this.#isRead.opened;
      if (this.#gatewayPort === undefined) worker.send({ kind: 'warm', bundle: this.#bundle } satisfies ToWorker);
      await this.#mayServe.opened;
      worker.send({
        kind: 'start',
        worker: state.number,
        configuration: this.#settings.configuration,
        contracts: this.#allContracts,
        bundle: this.#bundle,
        ...this.#lastKnown.all,
        keySets: this.#keySets.sets,
        socketPath: this.#socketPath,
        quarantine: this.#quarantine,
        notePath: this.#notePath(state),
      } satisfies ToWorker);
    };
    if (spare?.isLoaded === true) void begin();
    return new Promise((resolve) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'heartbeat' || message.kind === 'listening') state.pulse.beat(performance.now());
        if (message.kind === 'loaded') void begin();
        else if (message.kind === 'listening') {
          state.isServing = true;
          this.#gatewayPort = message.port;
          state.isSurplus = false;
          this.#tellServing();
          if (!this.#isStopping) this.#spare.want();
          resolve(message.port);
        } else if (message.kind === 'unknown-key') this.#keySets.askAgain(performance.now());
        else if (message.kind === 'evidence' || message.kind === 'shadow-counts' || message.kind === 'shadow-refused')
          this.#tellAnalyst(message);
        else if (message.kind === 'rate-counts') {
          this.#tellWorkers(message, worker);
          this.#tellAnalyst(message);
        } else if (message.kind === 'survived') this.#deadly.survived(message.fingerprints);
        else if (message.kind === 'failed') resolve(message.message);
        else if (message.kind === 'refused-bundle')
          this.#settings.say(`worker ${state.number} keeps its policy: ${message.message}`);
      });
      const onEnd = (how: string): void => {
        if (!this.#workers.delete(worker.id)) return;
        if (!this.#isStopping && !state.isSurplus) this.#askWhatItDiedOf(state);
        resolve(`a worker ended with ${how} while it started`);
        this.#tellServing();
        if (this.#isStopping) {
          if (this.#workers.size === 0) this.#end();
        } else if (!state.isSurplus) {
          if (state.canary !== undefined) this.#tellAnalyst({ kind: 'canary-crashed', version: state.canary });
          this.#replace(state);
        }
      };
      worker.once('exit', (code, signal) => onEnd(signal ?? `code ${code}`));
      worker.on('error', ({ message }) => {
        if (!worker.isConnected()) onEnd(message);
      });
    });
  }

  #notePath({ number }: WorkerState): string {
    return `${this.#socketPath}.worker-${number}`;
  }

  #askWhatItDiedOf(ended: WorkerState): void {
    const refused = this.#deadly.died(takeLastNote(this.#notePath(ended)), performance.now());
    for (const one of refused)
      this.#settings.say(`workers died of one request again and again: ${one} is refused for an hour`);
    this.#tellQuarantine();
  }

  #tellQuarantine(): void {
    const state = this.#deadly.state(performance.now());
    const before = this.#quarantine;
    this.#quarantine = state;
    const isSame =
      state.isWatching === before.isWatching &&
      state.suspects.join() === before.suspects.join() &&
      state.refused.join() === before.refused.join();
    if (isSame) return;
    this.#tellWorkers({ kind: 'quarantine', state });
    this.#tellServing();
  }

  #replace(ended: WorkerState): void {
    this.#crashes = performance.now() - ended.startedAt > STABLE_MS ? 0 : this.#crashes + 1;
    setTimeout(() => {
      if (!this.#isStopping) void this.#startWorker();
    }, backOff(this.#crashes));
  }

  /** A new worker for every old one, one after the other: each serves before an old one drains, and nothing is refused. */
  async #renewWorkers(): Promise<void> {
    if (this.#isStopping || this.#isRenewing) return;
    this.#isRenewing = true;
    this.#spare.stop();
    for (const old of [...this.#workers.values()]) {
      const port = await this.#startWorker(true);
      if (typeof port === 'string') this.#settings.say(`the old workers go on: ${port}`);
      if (typeof port === 'string' || this.#isStopping) break;
      old.isSurplus = true;
      const hasEnded = new Promise((resolve) => old.worker.once('exit', resolve));
      if (!old.worker.isConnected()) continue;
      old.worker.send({ kind: 'drain' } satisfies ToWorker);
      await hasEnded;
    }
    this.#isRenewing = false;
  }

  #killHung(): void {
    const now = performance.now();
    const hasSlept = now - this.#checkedAt > SLEPT_MS;
    this.#checkedAt = now;
    if (hasSlept) for (const { pulse } of this.#workers.values()) pulse.beat(now);
    for (const state of this.#workers.values()) {
      const silentMs = state.isServing ? state.pulse.silentMs(now) : 0;
      if (silentMs > HUNG_AFTER_MS) state.worker.process.kill('SIGKILL');
      const isSilent = silentMs > SILENT_AFTER_MS;
      if (isSilent === state.isSilent) continue;
      state.isSilent = isSilent;
      this.#settings.say(`worker ${state.number} ${isSilent ? 'stands still' : 'goes on'}`);
      this.#tellServing();
      if (isSilent && !this.#isStopping) this.#spare.want(0);
    }
  }

  get #allContracts(): readonly PreparedContract[] {
    return [...this.#contracts.contracts, ...this.#lastKnown.contracts];
  }

  /** A canary of workers is at least one and never all of them. */
  #publish(bundle: PolicyBundle, canary: CanaryPlace | undefined): void {
    if (canary === undefined) {
      this.#bundle = bundle;
      this.#spare.warm();
    }
    const workers = [...this.#workers.values()].filter(({ worker }) => worker.isConnected());
    const count =
      canary === undefined || canary.routes !== undefined
        ? workers.length
        : Math.max(1, Math.min(workers.length - 1, Math.round(workers.length * canary.share)));
    for (const state of workers.slice(0, count)) {
      state.canary = canary === undefined ? undefined : bundle.version;
      state.worker.send({ kind: 'bundle', bundle, ...(canary === undefined ? {} : { canary }) } satisfies ToWorker);
    }
  }

  #tellWorkers(message: ToWorker, except?: Worker): void {
    for (const { worker } of this.#workers.values()) {
      if (worker !== except && worker.isConnected()) worker.send(message);
    }
  }

  #tellServing(): void {
    const serving = [...this.#workers.values()].filter(
      (one) => one.isServing && !one.isSilent && !one.isSurplus,
    ).length;
    this.#tellAnalyst({
      kind: 'workers',
      serving: this.#isStopping ? 0 : serving,
      wanted: this.#settings.workers,
      port: this.#gatewayPort,
      deaths: this.#deadly.deaths,
      quarantined: this.#quarantine.refused.length,
    });
  }

  #tellAnalyst(message: ToAnalyst): void {
    if (this.#analyst?.connected === true) this.#analyst.send(message);
  }

  #stop(): void {
    // Asked twice, people mean now.
    if (this.#isStopping) this.#settings.endNow(1);
    this.#isStopping = true;
    this.#spare.stop();
    // From now on `/readyz` says no; connections are taken until load balancers have had the time to see it.
    this.#tellServing();
    setTimeout(() => {
      this.#tellWorkers({ kind: 'drain' });
      if (this.#workers.size === 0) this.#end();
    }, this.#settings.configuration.drain.delay);
  }

  #end(): void {
    this.#keySets.stop();
    this.#contracts.stop();
    rmSync(this.#socketPath, { force: true });
    const analyst = this.#analyst;
    if (analyst?.connected !== true) {
      this.#finish(0);
      return;
    }
    analyst.once('exit', () => this.#finish(0));
    analyst.send({ kind: 'drain' } satisfies ToAnalyst);
    setTimeout(() => analyst.kill('SIGKILL'), ANALYST_ENDS_MS).unref();
  }
}
