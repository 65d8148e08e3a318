// Do the words of a field name say what its value is? `customerSSN`, `customer_ssn` and `SSN (customer)` all say `ssn`;
// `classname` does not say `name`.

const WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+/g;
const WORDS_READ_MAX = 12;

/** Lower-case words of a name, split at separators and at changes of case. */
export function wordsOf(name: string): string[] {
  return (name.match(WORDS) ?? []).slice(0, WORDS_READ_MAX).map((word) => word.toLowerCase());
}

/** A set of names as operators write them: `credit card`, `creditCard` and `credit-card` are one. */
export class FieldNames {
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => wordsOf(name).join('')));
  }

  /** True when some run of the field name's words is one of the names. */
  hasAnyOf(words: readonly string[]): boolean {
    if (this.#names.size === 0) return false;
    for (let from = 0; from < words.length; from++) {
      let run = '';
      for (let to = from; to < words.length; to++) {
        run += words[to];
        if (this.#names.has(run)) return true;
      }
    }
    return false;
  }
}
