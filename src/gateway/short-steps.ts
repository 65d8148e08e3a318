// Work that is cut into steps, such as compiling, so that no request waits for it: at once while nothing is served yet, and in short
// steps between other work once something is.

const PAUSE_MS = 4;
/** Work between two pauses; one step may take longer. */
const STEPS_MS = 2;
/** What is not done by then goes on beside what is served. */
const AT_ONCE_MS = 3_000;
/** Who waits for the end is told by then, done or not. */
const BESIDE_MS = 30_000;

export class ShortSteps {
  #timer: NodeJS.Timeout | undefined;

  /** Blocks: only before a worker serves. */
  atOnce(steps: Iterator<unknown>): void {
    const begun = performance.now();
    while (performance.now() - begun < AT_ONCE_MS) if (steps.next().done === true) return;
    this.beside(steps, () => {});
  }

  /** Calls back when the work is done, unless other work came meanwhile; its own errors are thrown where it is used. */
  beside(steps: Iterator<unknown>, onEnd: () => void): void {
    clearInterval(this.#timer);
    const begun = performance.now();
    let isTold = false;
    this.#timer = setInterval(() => {
      const now = performance.now();
      let isDone = false;
      while (!isDone && performance.now() - now < STEPS_MS) isDone = isOver(steps);
      if (isDone) clearInterval(this.#timer);
      if (isTold || (!isDone && now - begun < BESIDE_MS)) return;
      isTold = true;
      onEnd();
    }, PAUSE_MS);
    this.#timer.unref();
  }
}

function isOver(steps: Iterator<unknown>): boolean {
  try {
    return steps.next().done === true;
  } catch {
    return true;
  }
}
