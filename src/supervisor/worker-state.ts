// What the supervisor knows of one of its workers.
import type { Worker } from 'node:cluster';
import { Pulse, waitedForProcessorMs } from './pulse.ts';

export interface WorkerState {
  readonly worker: Worker;
  readonly number: number;
  readonly startedAt: number;
  readonly pulse: Pulse;
  isServing: boolean;
  isSilent: boolean;
  /** Its end is wanted, or it was one more than wanted and never served: nobody takes its place. */
  isSurplus: boolean;
  /** Version of a policy that not everybody has. */
  canary: string | undefined;
}

export function newWorker(worker: Worker, number: number, isSurplus: boolean): WorkerState {
  const now = performance.now();
  return {
    worker,
    number,
    startedAt: now,
    pulse: new Pulse(now, () => waitedForProcessorMs(worker.process.pid)),
    isServing: false,
    isSilent: false,
    isSurplus,
    canary: undefined,
  };
}
