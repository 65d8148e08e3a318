// Reads the source of a pattern into a tree of byte sets, so that the scanner can know where a match may begin and end
// without running the pattern. A reader of the pattern language's common part, for V8's and RE2's dialect alike.
// Invariant: the tree may stand for more than the pattern matches, never for less; `isExact` says that it is the same.

export type PatternNode =
  | { readonly kind: 'set'; readonly set: Uint8Array }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number };

export interface PatternTree {
  readonly root: PatternNode;
  readonly isExact: boolean;
}

/** `readAs`: whether the pattern runs over UTF-8 text, or over bytes as latin1, where every character is one byte. */
export function readPattern(source: string, readAs: 'utf8' | 'latin1'): PatternTree {
  return new Reader(source, readAs).read();
}

/** The fewest bytes a match has. */
export function bytesMin(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + bytesMin(part), 0);
    case 'choice':
      return Math.min(...node.options.map(bytesMin));
    case 'repeat':
      return node.min * bytesMin(node.of);
    default:
      return node satisfies never;
  }
}

/** The most bytes a match has; Infinity when there is no bound. */
export function bytesMax(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + bytesMax(part), 0);
    case 'choice':
      return Math.max(...node.options.map(bytesMax));
    case 'repeat': {
      const one = bytesMax(node.of);
      return one === 0 || node.max === 0 ? 0 : node.max * one;
    }
    default:
      return node satisfies never;
  }
}

const EMPTY: PatternNode = { kind: 'sequence', parts: [] };
const NON_ASCII = setOf((byte) => byte >= 0x80);
const ANY: Uint8Array = setOf(() => true);
/** A character outside ASCII has two to four bytes in UTF-8; bytes that are no UTF-8 are read one by one. */
const WIDE_CHARACTER: PatternNode = { kind: 'repeat', of: { kind: 'set', set: NON_ASCII }, min: 1, max: 4 };
const ANYTHING: PatternNode = {
  kind: 'repeat',
  of: { kind: 'set', set: ANY },
  min: 0,
  max: Number.POSITIVE_INFINITY,
};

class Reader {
  readonly #source: string;
  readonly #readAs: 'utf8' | 'latin1';
  #at = 0;
  #ignoresCase = false;
  #isExact = true;

  constructor(source: string, readAs: 'utf8' | 'latin1') {
    this.#source = source;
    this.#readAs = readAs;
  }

  read(): PatternTree {
    const root = this.#choice();
    // A closing bracket without an opening one: nothing is certain about the rest.
    if (this.#at < this.#source.length) return { root: ANYTHING, isExact: false };
    return { root, isExact: this.#isExact };
  }

  #choice(): PatternNode {
    const options = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#source.length && this.#source[this.#at] !== '|' && this.#source[this.#at] !== ')') {
      parts.push(this.#quantified(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #quantified(of: PatternNode): PatternNode {
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (quantifier === null) return of;
    this.#at += quantifier[0].length;
    if (this.#source[this.#at] === '?') {
      this.#at += 1;
      this.#isExact = false;
    }
    switch (quantifier[0]) {
      case '*':
        return { kind: 'repeat', of, min: 0, max: Number.POSITIVE_INFINITY };
      case '+':
        return { kind: 'repeat', of, min: 1, max: Number.POSITIVE_INFINITY };
      case '?':
        return { kind: 'repeat', of, min: 0, max: 1 };
      default: {
        const min = Number(quantifier[1]);
        const isOpen = quantifier[2] === ',' && quantifier[3] === '';
        return {
          kind: 'repeat',
          of,
          min,
          max: isOpen ? Number.POSITIVE_INFINITY : quantifier[2] === '' ? min : Number(quantifier[3]),
        };
      }
    }
  }

  #atom(): PatternNode {
    const c = this.#source[this.#at++]!;
    switch (c) {
      case '(':
        return this.#group();
      case '[':
        return this.#node(this.#characterClass());
      case '.':
        return this.#node(ANY);
      case '^':
      case '$':
        this.#isExact = false;
        return EMPTY;
      case '\\':
        return this.#escape();
      default:
        return this.#node(this.#single(c));
    }
  }

  #group(): PatternNode {
    const rest = this.#source.slice(this.#at, this.#at + 80);
    // Flags in the middle: from here on letters may be of either case, whatever the group says.
    const flags = /^\?([a-zA-Z]*)(?:-[a-zA-Z]+)?([:)])/.exec(rest);
    const head = flags?.[0] ?? /^\?(?:[=!]|<[=!]|P?<\w+>)/.exec(rest)?.[0] ?? '';
    if (flags?.[1] !== undefined && flags[1] !== '') {
      this.#isExact &&= flags[1] === 'i' && this.#at === 1;
      if (flags[1].includes('i')) this.#ignoresCase = true;
    }
    this.#at += head.length;
    if (flags?.[2] === ')') return EMPTY;
    const inner = this.#choice();
    this.#at += 1;
    if (!/^\?<?[=!]/.test(head)) return inner;
    // Look-around takes no room; what it demands only narrows.
    this.#isExact = false;
    return EMPTY;
  }

  /** One character of the set. */
  #node(set: Uint8Array): PatternNode {
    if (set[0x80] !== 1) return { kind: 'set', set };
    this.#isExact = false;
    if (this.#readAs === 'latin1') return { kind: 'set', set };
    const ascii = set.map((one, byte) => (byte < 0x80 ? one : 0));
    return { kind: 'choice', options: [{ kind: 'set', set: ascii }, WIDE_CHARACTER] };
  }

  #escape(): PatternNode {
    const c = this.#source[this.#at++] ?? '';
    if ('bBAzZG'.includes(c)) {
      this.#isExact = false;
      return EMPTY;
    }
    if (c === 'Q') {
      const end = this.#source.indexOf('\\E', this.#at);
      const literal = this.#source.slice(this.#at, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.#source.length : end + 2;
      return { kind: 'sequence', parts: [...literal].map((one) => this.#node(this.#single(one))) };
    }
    // A back-reference repeats what nobody knows yet.
    if (/[1-9k]/.test(c)) {
      this.#isExact = false;
      this.#at += /^<\w+>/.exec(this.#source.slice(this.#at, this.#at + 80))?.[0].length ?? 0;
      return ANYTHING;
    }
    return this.#node(this.#escapedSet(c));
  }

  #escapedSet(c: string): Uint8Array {
    switch (c) {
      case 'd':
        return DIGITS;
      case 'w':
        return WORD;
      case 's':
        return SPACE;
      case 'D':
        return setOf((byte) => DIGITS[byte] === 0);
      case 'W':
        return setOf((byte) => WORD[byte] === 0);
      case 'S':
        return setOf((byte) => SPACE[byte] === 0 || byte >= 0x80);
      case 'n':
      case 'r':
      case 't':
      case 'f':
      case 'v':
        return this.#single({ n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' }[c]);
      case 'x':
      case 'u': {
        const hex = /^(?:[0-9a-fA-F]{4}|[0-9a-fA-F]{2})/.exec(
          this.#source.slice(this.#at, this.#at + (c === 'u' ? 4 : 2)),
        )?.[0];
        if (hex === undefined) return this.#unknown();
        this.#at += hex.length;
        return this.#single(String.fromCharCode(Number.parseInt(hex, 16)));
      }
      default:
        return /[A-Za-z0-9]/.test(c) ? this.#unknown() : this.#single(c);
    }
  }

  /** `\p{L}`, `\pN`, `\x{1F600}`, `\101`: some character. */
  #unknown(): Uint8Array {
    this.#isExact = false;
    this.#at +=
      /^(?:\{[^}]*\}|[A-Z](?![a-z])|[0-7]{1,2})/.exec(this.#source.slice(this.#at, this.#at + 40))?.[0].length ?? 0;
    return ANY;
  }

  #characterClass(): Uint8Array {
    const set = new Uint8Array(256);
    const isNegated = this.#source[this.#at] === '^';
    if (isNegated) this.#at += 1;
    let isFirst = true;
    let hasWide = false;
    while (this.#at < this.#source.length && (isFirst || this.#source[this.#at] !== ']')) {
      isFirst = false;
      const named = /^\[:\^?\w+:\]/.exec(this.#source.slice(this.#at, this.#at + 20))?.[0];
      const c = this.#source[this.#at++]!;
      if (named !== undefined) {
        this.#at += named.length - 1;
        this.#isExact = false;
        set.fill(1);
        continue;
      }
      const from = c === '\\' ? this.#escapedSet(this.#source[this.#at++] ?? '') : this.#single(c);
      const low = from.indexOf(1);
      const isRange =
        this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']' && this.#at + 1 < this.#source.length;
      if (isRange) {
        const end = this.#source[this.#at + 1]!;
        this.#at += 2;
        const to = end === '\\' ? this.#escapedSet(this.#source[this.#at++] ?? '') : this.#single(end);
        const high = to.lastIndexOf(1);
        if (from[0x80] === 1 || to[0x80] === 1) hasWide = true;
        for (let byte = low; byte <= Math.min(high, 0x7f); byte++) add(set, this.#single(String.fromCharCode(byte)));
      } else if (from[0x80] === 1) {
        hasWide = true;
        add(set, from);
      } else add(set, from);
    }
    this.#at += 1;
    if (hasWide) add(set, NON_ASCII);
    // What a negated class leaves out beyond ASCII is not followed up: all of it may occur.
    return isNegated ? set.map((one, byte) => (byte >= 0x80 ? 1 : 1 - one)) : set;
  }

  #single(c: string): Uint8Array {
    if (c.charCodeAt(0) > 0x7f) return NON_ASCII;
    if (!this.#ignoresCase) return setOf((byte) => byte === c.charCodeAt(0));
    // Under «ignore case» some letters have partners outside ASCII (ſ, K).
    const isLetter = /[a-z]/i.test(c);
    const codes = [c.toLowerCase().charCodeAt(0), c.toUpperCase().charCodeAt(0)];
    return setOf((byte) => codes.includes(byte) || (isLetter && /[ks]/i.test(c) && byte >= 0x80));
  }
}

const DIGITS = setOf((byte) => byte >= 0x30 && byte <= 0x39);
const WORD = setOf((byte) => /\w/.test(String.fromCharCode(byte)));
const SPACE = setOf((byte) => /\s/.test(String.fromCharCode(byte)) || byte >= 0x80);

function add(set: Uint8Array, other: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) if (other[byte] === 1) set[byte] = 1;
}

function setOf(has: (byte: number) => boolean): Uint8Array {
  const set = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) if (has(byte)) set[byte] = 1;
  return set;
}
