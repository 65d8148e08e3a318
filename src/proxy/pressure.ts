// Whether this worker has more to do than it can: its container is about to run out of memory, or its loop runs late. Looked at by
// a timer; a transaction reads a flag. Without it the one ends with all processes killed, the other with everybody waiting.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface PressureSettings {
  /** Share of the memory that is in use; undefined where there is no limit. */
  readonly memoryShare: (() => number) | undefined;
  readonly collect: () => void;
  readonly now: () => number;
  /** Time of a processor that this process has used. */
  readonly workedMs: () => number;
}

const TICK_MS = 100;
/** Above: connections end with their answers. */
const TIGHT_SHARE = 0.85;
/** Above: no body is taken any more. Left again a little below, so that it does not flutter. */
const FULL_SHARE = 0.95;
const NO_LONGER_FULL_SHARE = 0.92;
/** Garbage is no use of memory: before bodies are refused it is collected, though not all the time. */
const COLLECT_EVERY_MS = 5_000;
/** Once late may be anything, a machine that stood still for one; this often in a row is a queue. But only where the worker itself was
 *  at work: one that others kept from a processor has little waiting for it, and is done with that sooner than its clients with coming
 *  again. */
const LATE_MS = 1_000;
const LATE_TICKS = 3;
const WORKED_MS = 250;
const IN_TIME_MS = 250;

export class Pressure {
  /** Requests that come now would wait too long: they are told so. */
  isLate = false;
  isTight = false;
  isFull = false;
  readonly #settings: PressureSettings;
  readonly #timer: NodeJS.Timeout;
  #dueAt: number;
  #workedMs: number;
  #lateTicks = 0;
  #collectedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: PressureSettings) {
    this.#settings = settings;
    this.#dueAt = settings.now() + TICK_MS;
    this.#workedMs = settings.workedMs();
    this.#timer = setInterval(() => this.look(), TICK_MS).unref();
  }

  /** Called by its own timer. */
  look(): void {
    const now = this.#settings.now();
    const workedMs = this.#settings.workedMs();
    this.#heedTime(now - this.#dueAt, workedMs - this.#workedMs);
    this.#dueAt = now + TICK_MS;
    this.#workedMs = workedMs;
    this.#heedMemory(now);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #heedTime(lateMs: number, workedMs: number): void {
    if (lateMs < IN_TIME_MS || workedMs < WORKED_MS) this.#lateTicks = 0;
    else if (lateMs > LATE_MS) this.#lateTicks += 1;
    this.isLate = this.#lateTicks >= LATE_TICKS;
  }

  #heedMemory(now: number): void {
    const { memoryShare, collect } = this.#settings;
    if (memoryShare === undefined) return;
    let share = memoryShare();
    if (share > TIGHT_SHARE && now - this.#collectedAt > COLLECT_EVERY_MS) {
      this.#collectedAt = now;
      collect();
      share = memoryShare();
    }
    this.isTight = share > TIGHT_SHARE;
    this.isFull = share > (this.isFull ? NO_LONGER_FULL_SHARE : FULL_SHARE);
  }
}

/** A collection of all garbage; V8 has no other way to ask for one. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
