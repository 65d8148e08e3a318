// What an actor itself used to do: its largest window so far, over how many windows and how long.
// Poison-proof by pace: a habit grows with windows that raised nothing, and at most by a tenth a day once it is a day old.
// 56 bytes each in typed arrays; of those for whom there is no room, who was seen in one small window goes first.

import { hashOf } from '../../core/hash.ts';
import { listed } from '../json-pieces.ts';
import { grown, SlotTable } from './metrics/slot-table.ts';

const DAY_MS = 24 * 3_600_000;
export const HABITS_MAX = 50_000;
const HABIT_IDLE_MS = 30 * DAY_MS;
const GROWTH_PER_DAY = 1.1;

export interface Habit {
  readonly peak: number;
  readonly windows: number;
  readonly since: number;
}

/** Plain JSON. The key was a text once. */
type Dump = readonly (readonly [
  key: number | string,
  habit: {
    readonly peak: number;
    readonly base: number;
    readonly basedAt: number;
    readonly windows: number;
    readonly since: number;
  },
])[];

export class Habits {
  readonly #table: SlotTable;
  #peaks = new Float64Array(0);
  /** The peak that may not be passed by more than the growth of a day, and since when. */
  #bases = new Float64Array(0);
  #basedAt = new Float64Array(0);
  #windows = new Uint32Array(0);
  #since = new Float64Array(0);

  constructor() {
    this.#table = new SlotTable({
      slotsMax: HABITS_MAX,
      idleMs: HABIT_IDLE_MS,
      onGrow: (slots) => {
        this.#peaks = grown(this.#peaks, new Float64Array(slots));
        this.#bases = grown(this.#bases, new Float64Array(slots));
        this.#basedAt = grown(this.#basedAt, new Float64Array(slots));
        this.#windows = grown(this.#windows, new Uint32Array(slots));
        this.#since = grown(this.#since, new Float64Array(slots));
      },
      interestOf: (slot) => this.#peaks[slot]! * this.#windows[slot]!,
    });
  }

  of(key: number): Habit | undefined {
    const slot = this.#table.peek(key);
    if (slot === undefined) return undefined;
    return { peak: this.#peaks[slot]!, windows: this.#windows[slot]!, since: this.#since[slot]! };
  }

  /** A window of the actor ended with `peak` and raised nothing. */
  note(key: number, peak: number, now: number): void {
    const slot = this.#table.find(key, now);
    if (slot === undefined) {
      this.#put(key, { peak, base: peak, basedAt: now, windows: 1, since: now }, now);
      return;
    }
    this.#windows[slot]! += 1;
    if (now - this.#since[slot]! < DAY_MS) {
      const highest = Math.max(this.#peaks[slot]!, peak);
      this.#peaks[slot] = highest;
      this.#bases[slot] = highest;
      this.#basedAt[slot] = now;
      return;
    }
    if (now - this.#basedAt[slot]! >= DAY_MS) {
      this.#bases[slot] = this.#peaks[slot]!;
      this.#basedAt[slot] = now;
    }
    this.#peaks[slot] = Math.max(this.#peaks[slot]!, Math.min(peak, this.#bases[slot]! * GROWTH_PER_DAY));
  }

  sweep(now: number): void {
    this.#table.sweep(now);
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#table.size, evicted: this.#table.evicted };
  }

  dump(): Iterable<Dump[number]> {
    return listed(this.#table.slots(), (slot) => [
      this.#table.keyOf(slot),
      {
        peak: this.#peaks[slot]!,
        base: this.#bases[slot]!,
        basedAt: this.#basedAt[slot]!,
        windows: this.#windows[slot]!,
        since: this.#since[slot]!,
      },
    ]);
  }

  restore(dump: unknown, now: number): void {
    for (const [key, habit] of dump as Dump) this.#put(typeof key === 'string' ? hashOf(key) : key, habit, now);
  }

  #put(key: number, habit: Dump[number][1], now: number): void {
    const slot = this.#table.peek(key) ?? this.#table.claim(key, now);
    this.#peaks[slot] = habit.peak;
    this.#bases[slot] = habit.base;
    this.#basedAt[slot] = habit.basedAt;
    this.#windows[slot] = habit.windows;
    this.#since[slot] = habit.since;
  }
}
