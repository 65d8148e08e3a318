// Where analyst and workers share a processor, traffic goes first: a burst of analysis, or its collector's helpers, would else be in
// the tail of every request.
import { readdirSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Added to the nice value that the gateway was started with. On a saturated processor five leave the analyst a quarter of what a worker
 * gets or wants to have (weights of sched(7): 335 and 1024), so that it goes on learning and judging when traffic takes all it can.
 */
const NICER_BY = 5;

/**
 * All threads that there are; those that come later inherit it. Linux gives each thread a priority of its own, and takes a thread's
 * id for that of a process (setpriority(2)); elsewhere, and where it is not allowed, what can be is changed.
 */
export function goAfterTheWorkers(): void {
  const priority = Math.min(getPriority() + NICER_BY, constants.priority.PRIORITY_LOW);
  for (const thread of threads()) {
    try {
      setPriority(thread, priority);
    } catch {
      // It has ended, or somebody forbids it: then it stays as it is.
    }
  }
}

function threads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [0];
  }
}
