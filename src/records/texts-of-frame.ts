// Texts that come again within a frame (endpoints, pointers, words, clients) are written once, where they first occur; after that
// their number stands for them. Numbers follow from the order of the texts alone, so that nothing but the texts themselves travels.

/** Longer ones are written out each time, by both ends alike. */
export const TEXT_CHARS_MAX = 256;
/** Texts that are known from frame to frame; forgotten when there are so many. */
const TEXTS_KEPT_MAX = 20_000;

interface Numbered {
  frame: number;
  number: number;
}

/** The worker's end. */
export class WrittenTexts {
  readonly #known = new Map<string, Numbered>();
  #frame = 0;
  #texts = 0;

  /** Another frame, which knows no texts yet. */
  begin(): void {
    this.#frame += 1;
    this.#texts = 0;
    if (this.#known.size >= TEXTS_KEPT_MAX) this.#known.clear();
  }

  /** What stands for the text: itself, or its number. */
  of(text: string): string | number {
    if (text.length > TEXT_CHARS_MAX) return text;
    const known = this.#known.get(text);
    if (known === undefined) this.#known.set(text, { frame: this.#frame, number: this.#texts++ });
    else if (known.frame === this.#frame) return known.number;
    else {
      known.frame = this.#frame;
      known.number = this.#texts++;
    }
    return text;
  }
}

/** The analyst's end: texts of all workers. */
const ONES_KEPT_MAX = 10_000;

/** Thousands of records then hold one text, which tables find by being the same. */
const kept = new Map<string, string>();

export function oneOf(text: string): string {
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (kept.size >= ONES_KEPT_MAX) kept.clear();
  kept.set(text, text);
  return text;
}
