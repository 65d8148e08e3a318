// What an actor itself used to do: its largest window so far, over how many windows and how long.
// Poison-proof by pace: a habit grows with windows that raised nothing, and at most by a tenth a day once it is a day old.
import { ExpiringTable } from './metrics/expiring-table.ts';

const DAY_MS = 24 * 3_600_000;
const HABITS_MAX = 100_000;
const HABIT_IDLE_MS = 30 * DAY_MS;
const GROWTH_PER_DAY = 1.1;

export interface Habit {
  peak: number;
  /** The peak that may not be passed by more than the growth of a day, and since when. */
  base: number;
  basedAt: number;
  windows: number;
  readonly since: number;
}

export class Habits {
  readonly #habits = new ExpiringTable<Habit>(HABITS_MAX, HABIT_IDLE_MS);

  of(key: string): Habit | undefined {
    return this.#habits.peek(key);
  }

  /** A window of the actor ended with `peak` and raised nothing. */
  note(key: string, peak: number, now: number): void {
    const habit = this.#habits.get(key, now);
    if (habit === undefined) {
      this.#habits.set(key, { peak, base: peak, basedAt: now, windows: 1, since: now }, now);
      return;
    }
    habit.windows += 1;
    if (now - habit.since < DAY_MS) {
      habit.peak = Math.max(habit.peak, peak);
      habit.base = habit.peak;
      habit.basedAt = now;
      return;
    }
    if (now - habit.basedAt >= DAY_MS) {
      habit.base = habit.peak;
      habit.basedAt = now;
    }
    habit.peak = Math.max(habit.peak, Math.min(peak, habit.base * GROWTH_PER_DAY));
  }

  entries(): IterableIterator<[string, Habit]> {
    return this.#habits.entries();
  }

  sweep(now: number): void {
    this.#habits.sweep(now);
  }

  size(): { entries: number; evicted: number } {
    return { entries: this.#habits.size, evicted: this.#habits.evicted };
  }

  dump(): unknown {
    return [...this.#habits.entries()];
  }

  restore(dump: unknown, now: number): void {
    for (const [key, habit] of dump as [string, Habit][]) this.#habits.set(key, habit, now);
  }
}
