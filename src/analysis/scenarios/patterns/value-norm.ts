// What is normal in one field of a request. A type, a word, a zero counts once several principals sent it, and so does a bound:
// the largest number is the largest that several reached. One that sends ever larger numbers moves nothing but its own.
import type { ObservedField } from '../../../core/observation.ts';

/** Whole and broken numbers are one type. */
export function typeOf(field: ObservedField): string {
  return field.type === 'integer' ? 'number' : field.type;
}

type Reached = [principal: number, number: number];

/** Principals by what they sent; as many as it takes. */
type Supporters = Map<string, number[]>;

export interface NormDump {
  readonly samples: number;
  readonly principals: number[];
  readonly types: readonly (readonly [string, number[]])[];
  readonly words: readonly (readonly [string, number[]])[] | null;
  readonly zeros: number[];
  readonly smallest: Reached[];
  readonly largest: Reached[];
}

export class ValueNorm {
  samples = 0;
  readonly principals: number[] = [];
  readonly #principalsMin: number;
  readonly #enumerationMax: number;
  readonly #types: Supporters = new Map();
  /** Undefined when there are too many for an enumeration. */
  #words: Supporters | undefined = new Map();
  readonly #zeros: number[] = [];
  /** Each of another principal; the last one is the bound. */
  readonly #smallest: Reached[] = [];
  readonly #largest: Reached[] = [];

  constructor(principalsMin: number, enumerationMax: number) {
    this.#principalsMin = principalsMin;
    this.#enumerationMax = enumerationMax;
  }

  learn(field: ObservedField, principal: number): void {
    this.samples += 1;
    this.#support(this.principals, principal);
    this.#supportOf(this.#types, typeOf(field), principal);
    if (field.number !== undefined) {
      if (field.number === 0) this.#support(this.#zeros, principal);
      this.#reach(this.#smallest, principal, field.number, -1);
      this.#reach(this.#largest, principal, field.number, 1);
    }
    if (field.type !== 'string') return;
    if (field.word === undefined || this.#words === undefined) this.#words = undefined;
    else {
      this.#supportOf(this.#words, field.word, principal);
      if (this.#words.size > this.#enumerationMax) this.#words = undefined;
    }
  }

  /** What a caller sent from the start is normal for itself. */
  hasType(type: string, principal: number): boolean {
    return this.#isNormal(this.#types.get(type), principal);
  }

  /** True as well where the field is no enumeration. */
  hasWord(word: string, principal: number): boolean {
    return this.#words === undefined || this.#isNormal(this.#words.get(word), principal);
  }

  hasZero(principal: number): boolean {
    return this.#isNormal(this.#zeros, principal);
  }

  hasNegative(principal: number): boolean {
    const { range } = this;
    return (range !== undefined && range.smallest < 0) || this.#smallest.some(([who, n]) => who === principal && n < 0);
  }

  /** Undefined when too few sent numbers. */
  get range(): { readonly smallest: number; readonly largest: number } | undefined {
    const smallest = this.#smallest[this.#principalsMin - 1];
    const largest = this.#largest[this.#principalsMin - 1];
    // Where each only ever sends its own one number, the bounds of several may have passed each other.
    return smallest === undefined || largest === undefined
      ? undefined
      : { smallest: Math.min(smallest[1], largest[1]), largest: Math.max(smallest[1], largest[1]) };
  }

  get usual(): string {
    const { range } = this;
    if (range !== undefined) return `numbers from ${range.smallest} to ${range.largest}`;
    if (this.#words !== undefined && this.#words.size > 0) return `one of ${this.#words.size} words`;
    return [...this.#types.keys()].join(' or ');
  }

  dump(): NormDump {
    return {
      samples: this.samples,
      principals: this.principals,
      types: [...this.#types],
      words: this.#words === undefined ? null : [...this.#words],
      zeros: this.#zeros,
      smallest: this.#smallest,
      largest: this.#largest,
    };
  }

  restore({ samples, principals, types, words, zeros, smallest, largest }: NormDump): void {
    this.samples = samples;
    this.principals.push(...principals);
    for (const [type, supporters] of types) this.#types.set(type, supporters);
    this.#words = words === null ? undefined : new Map(words);
    this.#zeros.push(...zeros);
    this.#smallest.push(...smallest);
    this.#largest.push(...largest);
  }

  #isNormal(supporters: readonly number[] | undefined, principal: number): boolean {
    return supporters !== undefined && (supporters.length >= this.#principalsMin || supporters.includes(principal));
  }

  #supportOf(supporters: Supporters, what: string, principal: number): void {
    const known = supporters.get(what);
    if (known === undefined) supporters.set(what, [principal]);
    else this.#support(known, principal);
  }

  #support(supporters: number[], principal: number): void {
    if (supporters.length < this.#principalsMin && !supporters.includes(principal)) supporters.push(principal);
  }

  /** Keeps the outermost of each of so many principals, outermost first. */
  #reach(reached: Reached[], principal: number, number: number, sign: 1 | -1): void {
    const last = reached[this.#principalsMin - 1];
    if (last !== undefined && sign * number <= sign * last[1]) return;
    const own = reached.find(([who]) => who === principal);
    if (own === undefined) reached.push([principal, number]);
    else if (sign * number > sign * own[1]) own[1] = number;
    else return;
    reached.sort((a, b) => sign * (b[1] - a[1]));
    reached.length = Math.min(reached.length, this.#principalsMin);
  }
}
