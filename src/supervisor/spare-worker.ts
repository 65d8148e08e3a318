// One worker more than serve, its code loaded and the policy compiled, so that a worker that dies is replaced at once: loading and
// compiling are nearly all of a worker's start, and take longest on a machine that is busy anyway.
// Invariants: there is at most one; it has no traffic; it begins only when the others have served for a while, and where there is
// memory for it.
import cluster, { type Worker } from 'node:cluster';
import { totalmem } from 'node:os';
import type { PolicyBundle } from '../core/document.ts';
import type { FromWorker, ToWorker } from '../messages.ts';

/** Starting it is a second or two of a core, which belongs to those that serve while they are new. */
const BEGIN_AFTER_MS = 10_000;
/** It takes about a hundred MiB; whoever has no more than this may need them for bodies. */
const MEMORY_BYTES_MIN = 1024 ** 3;
const MEMORY_BYTES_MIN_PER_WORKER = 512 * 1024 ** 2;
/** Of spare workers that ended by themselves one after the other; a worker that is needed starts without one then. */
const ENDED_MAX = 3;

export interface Taken {
  readonly worker: Worker;
  /** Otherwise it will say so. */
  readonly isLoaded: boolean;
}

export class SpareWorker {
  readonly #bundle: () => PolicyBundle;
  readonly #hasRoom: boolean;
  #timer: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #isLoaded = false;
  #ended = 0;

  /** Beside so many workers, of the policy that one which starts now would have. */
  constructor(workers: number, bundle: () => PolicyBundle) {
    this.#bundle = bundle;
    this.#hasRoom = memoryBytes() >= Math.max(MEMORY_BYTES_MIN, workers * MEMORY_BYTES_MIN_PER_WORKER);
  }

  /** Has one after a while, counted from the last time that somebody asked; or at once, where it will be needed. */
  want(afterMs = BEGIN_AFTER_MS): void {
    if (this.#worker !== undefined || this.#ended >= ENDED_MAX || !this.#hasRoom) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), afterMs).unref();
  }

  /** The policy has changed. */
  warm(): void {
    if (this.#isLoaded) this.#worker?.send({ kind: 'warm', bundle: this.#bundle() } satisfies ToWorker);
  }

  /** It is no longer spare. */
  take(): Taken | undefined {
    const worker = this.#worker;
    if (worker?.isConnected() !== true) return undefined;
    this.#forget();
    return { worker, isLoaded: this.#isLoaded };
  }

  stop(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#forget();
    worker?.process.kill('SIGKILL');
  }

  #begin(): void {
    cluster.setupPrimary({ args: ['spare'] });
    const worker = cluster.fork().on('message', this.#onMessage).on('exit', this.#onExit);
    this.#worker = worker;
    // A process that cannot be made, for want of files or memory, never exits.
    worker.on('error', () => {
      if (this.#worker === worker) this.#onExit();
    });
    cluster.setupPrimary({ args: [] });
    this.#isLoaded = false;
  }

  readonly #onMessage = (message: FromWorker): void => {
    if (message.kind !== 'loaded') return;
    this.#isLoaded = true;
    this.#ended = 0;
    this.warm();
  };

  readonly #onExit = (): void => {
    this.#forget();
    this.#ended += 1;
    this.want();
  };

  #forget(): void {
    this.#worker?.off('message', this.#onMessage).off('exit', this.#onExit);
    this.#worker = undefined;
  }
}

function memoryBytes(): number {
  // 0 where nobody says, and beyond any machine where there is no limit.
  return Math.min(totalmem(), process.constrainedMemory() || totalmem());
}
