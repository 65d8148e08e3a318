// Compiles operations ahead of their first request, one at a time between other work, so that no request waits for it.
import type { ContractTable } from '../openapi/contract-table.ts';

const STEP_MS = 15;
/** Documents with more operations compile the rest when they are first asked for. */
const OPERATIONS_MAX = 500;

export class WarmUp {
  #timer: NodeJS.Timeout | undefined;

  /** Ends what was begun with an earlier table. */
  start(contracts: ContractTable): void {
    clearInterval(this.#timer);
    const steps = contracts.warm();
    let done = 0;
    this.#timer = setInterval(() => {
      done += 1;
      if (done > OPERATIONS_MAX || steps.next().done === true) clearInterval(this.#timer);
    }, STEP_MS);
    this.#timer.unref();
  }
}
