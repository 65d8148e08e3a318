/** The first so many of very many, without sorting them all. */
export class Foremost<T> {
  total = 0;
  readonly #max: number;
  readonly #compare: (a: T, b: T) => number;
  #kept: T[] = [];

  constructor(max: number, compare: (a: T, b: T) => number) {
    this.#max = max;
    this.#compare = compare;
  }

  add(one: T): void {
    this.total += 1;
    this.#kept.push(one);
    if (this.#kept.length >= this.#max * 4 + 1_000) this.#kept = this.sorted();
  }

  sorted(): T[] {
    return this.#kept.sort(this.#compare).slice(0, this.#max);
  }
}
