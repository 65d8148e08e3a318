// The analyst's end of the out-of-band process: started when something needs it, started again when it ends, told of every policy.
import { type ChildProcess, fork } from 'node:child_process';
import type { Logger } from 'pino';
import type { Configuration } from '../configuration/load.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { LearnedForWorkers } from '../messages.ts';
import type { FromOutOfBand, OutOfBandCounts, ToOutOfBand } from './out-of-band-messages.ts';

export interface OutOfBandOptions {
  readonly configuration: Configuration;
  readonly dataFolder: string;
  readonly recordSocket: string;
  readonly policy: () => PolicyBundle;
  readonly learned: () => LearnedForWorkers;
  readonly log: Logger;
}

const BACK_OFF_MS = [0, 250, 1_000, 5_000, 10_000] as const;
const STABLE_MS = 30_000;
const START_MS = 20_000;
const DRAIN_MS = 3_000;

export class OutOfBand {
  /** Path of the socket that takes transactions. */
  readonly ingestSocket: string;
  readonly #options: OutOfBandOptions;
  #child: ChildProcess | undefined;
  #ready: Promise<boolean> | undefined;
  #crashes = 0;
  #isClosing = false;
  counts: OutOfBandCounts | undefined;
  mirrorPort: number | undefined;

  constructor(options: OutOfBandOptions) {
    this.#options = options;
    this.ingestSocket = options.recordSocket.replace(/(?:\.sock)?$/, '-in.sock');
    const { ingest, recorder } = options.configuration;
    if (ingest.mirror !== undefined || ingest.directories.length > 0 || recorder.enabled) void this.ready();
  }

  /** Starts it when it does not run. Resolves with false when it could not be started. */
  ready(): Promise<boolean> {
    this.#ready ??= this.#isClosing ? Promise.resolve(false) : this.#start();
    return this.#ready;
  }

  /** Nothing happens when it does not run: it is told everything when it starts. */
  tell(message: ToOutOfBand): void {
    if (this.#child?.connected === true) this.#child.send(message);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.tell({ kind: 'drain' });
    const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
    await ended;
    clearTimeout(timer);
  }

  #start(): Promise<boolean> {
    const { configuration, dataFolder, recordSocket, policy, learned, log } = this.#options;
    const startedAt = Date.now();
    const child = fork(new URL('../out-of-band.js', import.meta.url), { serialization: 'json' });
    this.#child = child;
    child.on('error', () => {});
    return new Promise((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
      child.on('message', (message: FromOutOfBand) => {
        switch (message.kind) {
          case 'ready':
            clearTimeout(timer);
            this.mirrorPort = message.mirrorPort;
            log.info({ mirrorPort: message.mirrorPort }, 'out-of-band inspection runs');
            resolve(true);
            break;
          case 'failed':
            log.error({ reason: message.message }, 'out-of-band inspection could not start');
            break;
          case 'counts':
            this.counts = message.counts;
            break;
          default:
            message satisfies never;
        }
      });
      child.once('exit', () => {
        clearTimeout(timer);
        this.#child = undefined;
        this.#ready = undefined;
        resolve(false);
        if (this.#isClosing) return;
        this.#crashes = Date.now() - startedAt > STABLE_MS ? 0 : this.#crashes + 1;
        const wait = BACK_OFF_MS[Math.min(this.#crashes, BACK_OFF_MS.length - 1)]!;
        setTimeout(() => void this.ready(), wait).unref();
      });
      this.tell({
        kind: 'start',
        configuration,
        bundle: policy(),
        learned: learned(),
        dataFolder,
        recordSocket,
        ingestSocket: this.ingestSocket,
      });
    });
  }
}
