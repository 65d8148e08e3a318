// Texts as small numbers, so that a million actors do not hold a million copies of one user agent.

export class Interner {
  readonly #numbers = new Map<string, number>();
  #texts: string[] = [];

  get size(): number {
    return this.#texts.length;
  }

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.length;
    this.#texts.push(text);
    this.#numbers.set(text, number);
    return number;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
  }

  /** Forgets all texts but those used, and says the new number of each old one. */
  compact(used: ReadonlySet<number>): ReadonlyMap<number, number> {
    const moved = new Map<number, number>();
    const kept: string[] = [];
    for (const number of used) {
      const text = this.#texts[number];
      if (text === undefined) continue;
      moved.set(number, kept.length);
      kept.push(text);
    }
    this.#texts = kept;
    this.#numbers.clear();
    kept.forEach((text, number) => {
      this.#numbers.set(text, number);
    });
    return moved;
  }
}
