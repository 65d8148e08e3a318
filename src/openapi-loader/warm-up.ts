// Compiles a new table of contracts before it is used, so that no request waits for it: at once while nothing is served yet, and in
// short steps between other work once something is.
import type { ContractTable } from '../openapi/contract-table.ts';

const PAUSE_MS = 10;
/** Work between two pauses; one schema may take longer. */
const STEP_MS = 2;
/** A table is used by then even if it is not compiled to the end; the rest compiles when it is first asked for. */
const BEFORE_SERVING_MS = 3_000;
const WHILE_SERVING_MS = 30_000;

export class WarmUp {
  #timer: NodeJS.Timeout | undefined;

  /** Blocks: only before a worker serves. What is left is compiled beside. */
  beforeServing(contracts: ContractTable): void {
    const steps = contracts.warm();
    const begun = performance.now();
    while (performance.now() - begun < BEFORE_SERVING_MS) if (steps.next().done === true) return;
    this.#goOn(steps, () => {});
  }

  /** Calls back when the table is warm, unless another one came meanwhile. */
  whileServing(contracts: ContractTable, onWarm: () => void): void {
    this.#goOn(contracts.warm(), onWarm);
  }

  #goOn(steps: Generator<string>, onEnd: () => void): void {
    clearInterval(this.#timer);
    const begun = performance.now();
    let isTold = false;
    this.#timer = setInterval(() => {
      const now = performance.now();
      let isDone = false;
      while (!isDone && performance.now() - now < STEP_MS) isDone = steps.next().done === true;
      if (isDone) clearInterval(this.#timer);
      if (isTold || (!isDone && now - begun < WHILE_SERVING_MS)) return;
      isTold = true;
      onEnd();
    }, PAUSE_MS);
    this.#timer.unref();
  }
}
