// Distinct values in the last so many seconds: exact up to EXACT_MAX, then estimated by HyperLogLogs of quarter windows.
// Values are 53-bit hashes. A few values, the usual case, lie in one flat array.
import { HyperLogLog } from './hyper-log-log.ts';

const FEW_MAX = 12;
const EXACT_MAX = 512;
const QUARTERS = 4;

export class SlidingDistinct {
  readonly #windowMs: number;
  /** Value and when it was last seen, alternating. */
  #few: number[] = [];
  #exact: Map<number, number> | undefined;
  #sketches: { quarter: number; sketch: HyperLogLog }[] | undefined;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** True when the value was not in the window yet, as far as that is known. */
  add(now: number, value: number): boolean {
    if (this.#sketches !== undefined) {
      this.#sketchAt(now).add(value);
      return true;
    }
    if (this.#exact !== undefined) return this.#addExact(this.#exact, now, value);
    return this.#addFew(now, value);
  }

  count(now: number): number {
    if (this.#sketches !== undefined) return this.#estimate(now);
    const since = now - this.#windowMs;
    let count = 0;
    if (this.#exact !== undefined) {
      // Kept in the order of the last sighting: the old ones stand first.
      for (const [value, at] of this.#exact) {
        if (at > since) break;
        this.#exact.delete(value);
      }
      return this.#exact.size;
    }
    for (let i = 1; i < this.#few.length; i += 2) if (this.#few[i]! > since) count += 1;
    return count;
  }

  get isEstimate(): boolean {
    return this.#sketches !== undefined;
  }

  #addFew(now: number, value: number): boolean {
    const few = this.#few;
    const since = now - this.#windowMs;
    let free = -1;
    for (let i = 0; i < few.length; i += 2) {
      if (few[i] === value) {
        const isNew = few[i + 1]! <= since;
        few[i + 1] = now;
        return isNew;
      }
      if (free === -1 && few[i + 1]! <= since) free = i;
    }
    if (free !== -1) {
      few[free] = value;
      few[free + 1] = now;
      return true;
    }
    if (few.length === 0) {
      // A literal takes no more room than it needs, and most actors have one value.
      this.#few = [value, now];
      return true;
    }
    if (few.length < FEW_MAX * 2) {
      few.push(value, now);
      return true;
    }
    const pairs: [number, number][] = [];
    for (let i = 0; i < few.length; i += 2) pairs.push([few[i]!, few[i + 1]!]);
    this.#exact = new Map(pairs.sort((a, b) => a[1] - b[1]));
    this.#few = [];
    this.#exact.set(value, now);
    return true;
  }

  #addExact(exact: Map<number, number>, now: number, value: number): boolean {
    const before = exact.get(value);
    if (before !== undefined) exact.delete(value);
    exact.set(value, now);
    if (exact.size > EXACT_MAX && this.count(now) > EXACT_MAX) {
      this.#sketches = [];
      for (const [one, at] of exact) this.#sketchAt(at).add(one);
      this.#exact = undefined;
    }
    return before === undefined || before <= now - this.#windowMs;
  }

  #sketchAt(at: number): HyperLogLog {
    const quarter = Math.floor((at * QUARTERS) / this.#windowMs);
    const sketches = this.#sketches!;
    const known = sketches.find((one) => one.quarter === quarter);
    if (known !== undefined) return known.sketch;
    const sketch = new HyperLogLog();
    sketches.push({ quarter, sketch });
    if (sketches.length > QUARTERS + 1) sketches.shift();
    return sketch;
  }

  #estimate(now: number): number {
    const since = Math.floor((now * QUARTERS) / this.#windowMs) - QUARTERS;
    const all = new HyperLogLog();
    let found = 0;
    for (const { quarter, sketch } of this.#sketches!) {
      if (quarter <= since) continue;
      all.merge(sketch);
      found += 1;
    }
    if (found > 0) return all.estimate();
    this.#sketches = undefined;
    return 0;
  }
}
