// Which bytes a match of a pattern can begin with, position by position. The scanner asks these tables before it runs a
// pattern, so that a pattern is tried at a handful of places of a text and never at every byte.
// A reader of the pattern language's common part; what it does not know (classes of Unicode, back-references) becomes «any».
// Invariant: the tables may be too wide, never too narrow.

export const PREFIX_POSITIONS = 6;

export interface PatternPrefix {
  /** For each of the first positions, 1 for every byte a match may have there. A position no match reaches is all ones. */
  readonly allowed: readonly Uint8Array[];
  /** The fewest characters a match has. */
  readonly charactersMin: number;
}

type Node =
  | { readonly kind: 'set'; readonly set: Uint8Array }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

export function patternPrefix(source: string): PatternPrefix {
  const tree = new Reader(source).read();
  const allowed = Array.from({ length: PREFIX_POSITIONS }, () => new Uint8Array(256));
  mark(tree, new Set([0]), allowed);
  const charactersMin = lengthMin(tree);
  for (let i = Math.max(charactersMin, 0); i < PREFIX_POSITIONS; i++) allowed[i]!.fill(1);
  return { allowed, charactersMin };
}

/** Marks what `node` can hold when it starts at any of the offsets; returns the offsets at which it can end. */
function mark(node: Node, starts: ReadonlySet<number>, allowed: readonly Uint8Array[]): Set<number> {
  switch (node.kind) {
    case 'set': {
      const ends = new Set<number>();
      for (const start of starts) {
        if (start >= PREFIX_POSITIONS) continue;
        for (let byte = 0; byte < 256; byte++) if (node.set[byte] === 1) allowed[start]![byte] = 1;
        ends.add(start + 1);
      }
      return ends;
    }
    case 'sequence': {
      let at = new Set(starts);
      for (const part of node.parts) at = mark(part, at, allowed);
      return at;
    }
    case 'choice': {
      const ends = new Set<number>();
      for (const option of node.options) for (const end of mark(option, starts, allowed)) ends.add(end);
      return ends;
    }
    case 'repeat': {
      const ends = new Set<number>(node.min === 0 ? starts : []);
      let at = new Set(starts);
      for (let i = 1; i <= Math.min(node.max, PREFIX_POSITIONS) && at.size > 0; i++) {
        at = mark(node.of, at, allowed);
        if (i >= node.min) for (const end of at) ends.add(end);
      }
      return ends;
    }
    default:
      return node satisfies never;
  }
}

function lengthMin(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + lengthMin(part), 0);
    case 'choice':
      return Math.min(...node.options.map(lengthMin));
    case 'repeat':
      return node.min * lengthMin(node.of);
    default:
      return node satisfies never;
  }
}

const ANY = new Uint8Array(256).fill(1);
const EMPTY: Node = { kind: 'sequence', parts: [] };

class Reader {
  readonly #source: string;
  #at = 0;
  #ignoresCase = false;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Node {
    if (this.#source.startsWith('(?i)')) {
      this.#ignoresCase = true;
      this.#at = 4;
    }
    return this.#choice();
  }

  #choice(): Node {
    const options = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#source.length && this.#source[this.#at] !== '|' && this.#source[this.#at] !== ')') {
      parts.push(this.#quantified(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #quantified(of: Node): Node {
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (quantifier === null) return of;
    this.#at += quantifier[0].length;
    if (this.#source[this.#at] === '?') this.#at += 1;
    switch (quantifier[0]) {
      case '*':
        return { kind: 'repeat', of, min: 0, max: Number.POSITIVE_INFINITY };
      case '+':
        return { kind: 'repeat', of, min: 1, max: Number.POSITIVE_INFINITY };
      case '?':
        return { kind: 'repeat', of, min: 0, max: 1 };
      default: {
        const min = Number(quantifier[1]);
        const max =
          quantifier[2] === '' ? min : quantifier[3] === '' ? Number.POSITIVE_INFINITY : Number(quantifier[3]);
        return { kind: 'repeat', of, min, max };
      }
    }
  }

  #atom(): Node {
    const c = this.#source[this.#at++]!;
    switch (c) {
      case '(': {
        const group =
          /^\?(?:[=!]|<[=!]|:|<\w+>|[imsu-]*:|P<\w+>)/.exec(this.#source.slice(this.#at, this.#at + 40))?.[0] ?? '';
        this.#at += group.length;
        const inner = this.#choice();
        this.#at += 1;
        // Look-around takes no room; what it demands only narrows.
        return /^\?<?[=!]/.test(group) ? EMPTY : inner;
      }
      case '[':
        return { kind: 'set', set: this.#characterClass() };
      case '.':
        return { kind: 'set', set: ANY };
      case '^':
      case '$':
        return EMPTY;
      case '\\':
        return this.#escape();
      default:
        return { kind: 'set', set: this.#single(c) };
    }
  }

  #escape(): Node {
    const c = this.#source[this.#at++] ?? '';
    if (c === 'b' || c === 'B' || c === 'A' || c === 'z' || c === 'Z') return EMPTY;
    return { kind: 'set', set: this.#escapedSet(c) };
  }

  #escapedSet(c: string): Uint8Array {
    switch (c) {
      case 'd':
        return setOf((byte) => byte >= 0x30 && byte <= 0x39);
      case 'w':
        return setOf((byte) => /\w/.test(String.fromCharCode(byte)));
      case 's':
        return setOf((byte) => /\s/.test(String.fromCharCode(byte)) || byte >= 0x80);
      case 'n':
      case 'r':
      case 't':
      case 'f':
      case 'v':
        return this.#single({ n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' }[c]);
      case 'x': {
        const hex = /^[0-9a-fA-F]{2}/.exec(this.#source.slice(this.#at))?.[0];
        if (hex === undefined) return ANY;
        this.#at += 2;
        return this.#single(String.fromCharCode(Number.parseInt(hex, 16)));
      }
      default:
        // `\p{L}`, `\D`, `\u…`, back-references: anything.
        return /[A-Za-z0-9]/.test(c) ? ANY : this.#single(c);
    }
  }

  #characterClass(): Uint8Array {
    const set = new Uint8Array(256);
    const isNegated = this.#source[this.#at] === '^';
    if (isNegated) this.#at += 1;
    let isFirst = true;
    while (this.#at < this.#source.length && (isFirst || this.#source[this.#at] !== ']')) {
      isFirst = false;
      const c = this.#source[this.#at++]!;
      if (c === '\\') {
        const escaped = this.#escapedSet(this.#source[this.#at++] ?? '');
        for (let byte = 0; byte < 256; byte++) if (escaped[byte] === 1) set[byte] = 1;
        continue;
      }
      const isRange =
        this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']' && this.#at + 1 < this.#source.length;
      const to = isRange ? this.#source[this.#at + 1]! : c;
      if (isRange) this.#at += 2;
      if (to === '\\') return ANY;
      if (to.charCodeAt(0) > 0xff) for (let byte = 0x80; byte < 256; byte++) set[byte] = 1;
      for (let code = c.charCodeAt(0); code <= Math.min(to.charCodeAt(0), 0xff); code++) {
        const single = this.#single(String.fromCharCode(code));
        for (let byte = 0; byte < 256; byte++) if (single[byte] === 1) set[byte] = 1;
      }
    }
    this.#at += 1;
    return isNegated ? set.map((one) => 1 - one) : set;
  }

  #single(c: string): Uint8Array {
    if (c.charCodeAt(0) > 0x7f) return setOf((byte) => byte >= 0x80);
    const codes = this.#ignoresCase
      ? [c.toLowerCase().charCodeAt(0), c.toUpperCase().charCodeAt(0)]
      : [c.charCodeAt(0)];
    return setOf((byte) => codes.includes(byte));
  }
}

function setOf(has: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(byte) ? 1 : 0));
}
