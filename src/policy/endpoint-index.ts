// Documents by the endpoints that they are about, so that a thousand of them about other places cost a transaction nothing.
// Each stands under the literal beginning of its patterns; what has none is a candidate everywhere.
// Invariant: a candidate may still not match; whatever matches is a candidate. Candidates come in document order.
import { compileEndpointPattern } from './endpoint-pattern.ts';
import type { Facts } from './match.ts';

/** Segments of a path that are told apart; patterns with a longer beginning share a place. */
const DEPTH_MAX = 8;

interface Placed<T> {
  readonly value: T;
  readonly order: number;
}

export class EndpointIndex<T> {
  /** Without a literal beginning. */
  readonly #everywhere: Placed<T>[] = [];
  readonly #everywhereValues: T[] = [];
  /** Depth → segments of a beginning of that length, joined → documents. */
  readonly #byBeginning = new Map<number, Map<string, Placed<T>[]>>();
  #size = 0;

  add(value: T, endpoints: readonly string[]): void {
    const placed = { value, order: this.#size++ };
    const beginnings = endpoints.map((source) => compileEndpointPattern(source).literals.slice(0, DEPTH_MAX));
    if (beginnings.length === 0 || beginnings.some((literals) => literals.length === 0)) {
      this.#everywhere.push(placed);
      this.#everywhereValues.push(value);
      return;
    }
    for (const literals of beginnings) {
      const ofDepth = this.#byBeginning.get(literals.length) ?? new Map<string, Placed<T>[]>();
      this.#byBeginning.set(literals.length, ofDepth);
      const key = literals.join('/');
      const same = ofDepth.get(key);
      if (same === undefined) ofDepth.set(key, [placed]);
      else if (same.at(-1) !== placed) same.push(placed);
    }
  }

  candidates({ segments, templateSegments }: Pick<Facts, 'segments' | 'templateSegments'>): readonly T[] {
    if (this.#byBeginning.size === 0) return this.#everywhereValues;
    let found: Set<Placed<T>> | undefined;
    for (const [depth, ofDepth] of this.#byBeginning) {
      for (const path of [segments, templateSegments]) {
        if (path.length < depth) continue;
        const placed = ofDepth.get(depth === 1 ? path[0]! : path.slice(0, depth).join('/'));
        if (placed === undefined) continue;
        found ??= new Set();
        for (const one of placed) found.add(one);
      }
    }
    if (found === undefined) return this.#everywhereValues;
    for (const one of this.#everywhere) found.add(one);
    return [...found].sort((a, b) => a.order - b.order).map(({ value }) => value);
  }
}
