// When a worker last gave a sign of life, by a clock that never jumps. Time in which its main thread was ready and the machine did
// not let it run is not silence: on a starved machine every worker is late, and killing them makes it worse.
import { readFileSync } from 'node:fs';

export class Pulse {
  readonly #waitedMs: () => number;
  #heardAt: number;
  #waitedBefore: number;

  constructor(now: number, waitedMs: () => number) {
    this.#waitedMs = waitedMs;
    this.#heardAt = now;
    this.#waitedBefore = waitedMs();
  }

  beat(now: number): void {
    this.#heardAt = now;
    this.#waitedBefore = this.#waitedMs();
  }

  silentMs(now: number): number {
    const silentMs = now - this.#heardAt;
    // Looked at only when it matters: it is a file.
    return silentMs < 1_000 ? silentMs : silentMs - (this.#waitedMs() - this.#waitedBefore);
  }
}

/** How long the main thread of a process has waited for a processor (Linux, proc(5) schedstat); 0 where nobody says. */
export function waitedForProcessorMs(pid: number | undefined): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
    return Number(waitedNs) / 1e6 || 0;
  } catch {
    return 0;
  }
}
