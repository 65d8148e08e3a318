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
  #onEnd: (() => void) | undefined;

  /** Blocks: only before a worker serves. */
  atOnce(steps: Iterator<unknown>): void {
    const begun = performance.now();
    while (performance.now() - begun < AT_ONCE_MS) if (steps.next().done === true) return;
    this.beside(steps, () => {});
  }

  /** Calls back when the work is done, unless other work came meanwhile; its own errors are thrown where it is used. */
  beside(steps: Iterator<unknown>, onEnd: () => void): void {
    clearInterval(this.#timer);
    this.#onEnd = onEnd;
    const begun = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      let isDone = false;
      while (!isDone && performance.now() - now < STEPS_MS) isDone = isOver(steps);
      if (isDone) clearInterval(this.#timer);
      if (isDone || now - begun >= BESIDE_MS) this.#tell();
    }, PAUSE_MS);
    this.#timer.unref();
  }

  /** The same, but work that is under way is not dropped: who waits for its end is told first, and what is left of it is done there. */
  inTurn(steps: Iterator<unknown>, onEnd: () => void): void {
    this.#tell();
    this.beside(steps, onEnd);
  }

  #tell(): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }
}

function isOver(steps: Iterator<unknown>): boolean {
  try {
    return steps.next().done === true;
  } catch {
    return true;
  }
}
