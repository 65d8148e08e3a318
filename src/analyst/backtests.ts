// Backtests that people start in the admin API: one at a time, each in a process of its own, the last KEPT_MAX reports in memory.
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Backtest, BacktestsContext } from '../admin/backtests-context.ts';
import type { Configuration } from '../configuration/load.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { ComparisonReport } from '../inspection/policy-comparison.ts';
import { type RecordingPlace, recordingPlace } from '../recorder/open-recorder.ts';
import { candidateOf } from './candidate.ts';

export interface BacktestJob extends RecordingPlace {
  readonly configuration: Configuration;
  readonly live: PolicyBundle;
  readonly candidate: PolicyBundle;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export type BacktestDone = { readonly report: ComparisonReport } | { readonly reason: string };
export type FromBacktest = BacktestDone | { readonly compared: number };

const KEPT_MAX = 20;
const RUN_MS_MAX = 30 * 60_000;
const MEGABYTES_MAX = 1_024;

export class Backtests implements BacktestsContext {
  readonly #configuration: Configuration;
  readonly #live: () => PolicyBundle;
  readonly #kept: Backtest[] = [];
  #running: { readonly id: string; readonly child: ChildProcess } | undefined;

  constructor(configuration: Configuration, live: () => PolicyBundle) {
    this.#configuration = configuration;
    this.#live = live;
  }

  list(): readonly Backtest[] {
    return [...this.#kept].reverse();
  }

  get(id: string): Backtest | undefined {
    return this.#kept.find((one) => one.id === id);
  }

  start(documents: string, sinceMs: number, by: string): ReturnType<BacktestsContext['start']> {
    const place = recordingPlace(this.#configuration);
    if (!existsSync(place.folder)) return { objection: 'nothing was recorded; switch on `recorder`' };
    if (this.#running !== undefined) return { objection: 'a backtest is running; wait for it' };
    const live = this.#live();
    const candidate = candidateOf(documents, live.documents);
    if ('faults' in candidate) return candidate;
    const at = Date.now();
    const started: Backtest = {
      id: randomUUID(),
      by,
      at,
      sinceMs,
      status: 'running',
      compared: 0,
      candidate: candidate.bundle.version,
      report: undefined,
      reason: undefined,
    };
    this.#kept.push(started);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
    this.#run(started, {
      ...place,
      configuration: this.#configuration,
      live,
      candidate: candidate.bundle,
      since: at - sinceMs,
    });
    return started;
  }

  cancel(id: string): Backtest | undefined {
    if (this.#running?.id === id) {
      this.#change(id, { status: 'cancelled' });
      this.#running.child.kill('SIGKILL');
    }
    return this.get(id);
  }

  close(): void {
    this.#running?.child.kill('SIGKILL');
  }

  #change(id: string, what: Partial<Backtest>): void {
    const i = this.#kept.findIndex((one) => one.id === id);
    // What has ended does not change any more.
    if (i !== -1 && this.#kept[i]!.status === 'running') this.#kept[i] = { ...this.#kept[i]!, ...what };
  }

  #run(started: Backtest, job: BacktestJob): void {
    const child = fork(new URL('./backtest-child.js', import.meta.url), {
      serialization: 'json',
      execArgv: [`--max-old-space-size=${MEGABYTES_MAX}`],
    });
    this.#running = { id: started.id, child };
    let done: BacktestDone | undefined;
    const timer = setTimeout(() => {
      done ??= { reason: `took longer than ${RUN_MS_MAX / 60_000} minutes` };
      child.kill('SIGKILL');
    }, RUN_MS_MAX);
    const finish = (): void => {
      clearTimeout(timer);
      if (this.#running?.child === child) this.#running = undefined;
      const result: BacktestDone = done ?? { reason: 'the process ended before it was done' };
      this.#change(
        started.id,
        'report' in result
          ? { status: 'done', report: result.report, compared: result.report.transactions }
          : { status: 'failed', reason: result.reason },
      );
    };
    child.on('message', (message: FromBacktest) => {
      if ('compared' in message) this.#change(started.id, message);
      else done = message;
    });
    child.once('error', finish);
    child.once('exit', finish);
    child.send(job, () => {});
  }
}
