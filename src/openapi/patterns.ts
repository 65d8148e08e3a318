// Patterns of API documents, matched in bounded time whatever their authors wrote. Most are plain (`^[A-Z]{3}-\d+$`): those whose worst
// case is a small multiple of the text run on V8. All others run on RE2's algorithm, and look-around and back-references, which
// have no linear form, are left out with a note.
import { RE2JS } from 're2js';
import { linearPatternFault } from '../policy/linear-pattern.ts';

export interface CompiledPattern {
  test(text: string): boolean;
}

const PATTERN_CHARACTERS_MAX = 2_000;
/** A longer text does not match: it is not what a pattern is written for. */
const PLAIN_TEXT_CHARACTERS_MAX = 256 * 1024;
const LINEAR_TEXT_CHARACTERS_MAX = 32 * 1024;

/** Why a pattern cannot be checked, or undefined. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > PATTERN_CHARACTERS_MAX) return `a pattern of more than ${PATTERN_CHARACTERS_MAX} characters`;
  if (isPlain(pattern) && asRegExp(pattern) !== undefined) return undefined;
  return linearPatternFault(linearForm(pattern));
}

/** Only for patterns without fault. */
export function compilePattern(pattern: string): CompiledPattern {
  const plain = isPlain(pattern) ? asRegExp(pattern) : undefined;
  if (plain !== undefined) return { test: (text) => text.length <= PLAIN_TEXT_CHARACTERS_MAX && plain.test(text) };
  let linear: RE2JS | undefined;
  return {
    test: (text) => {
      linear ??= RE2JS.compile(linearForm(pattern));
      return text.length <= LINEAR_TEXT_CHARACTERS_MAX && linear.matcher(text).find();
    },
  };
}

function asRegExp(pattern: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // Escapes that the stricter form refuses are common (`\-`, `\_`).
    }
  }
  return undefined;
}

/** ECMAScript writes code points as `\u00e9`, RE2 as `\x{00e9}`. */
function linearForm(pattern: string): string {
  return pattern.replace(/\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|[\s\S])/g, (written, braced, four) => {
    const code: string | undefined = braced ?? four;
    return code === undefined ? written : `\\x{${code}}`;
  });
}

const TOKEN =
  /(\[\^?\]?(?:[^\]\\]|\\[\s\S])*\]|\\[^1-9kpPbB]|\((?:\?(?:[:]|<[A-Za-z]\w*>))?|[)|^$]|[^\\[(){}*+?])(\*|\+|\?|\{\d{1,5}(?:,\d{0,5})?\})?\??/y;
/** Ways to divide a text between the repeats of a pattern, for each place an unbounded one can end. */
const DIVISIONS_MAX = 16;
const DIVISIONS_BOUNDED_MAX = 4_096;

interface Group {
  hasAlternatives: boolean;
  isVariable: boolean;
}

/** True when matching takes at most a small multiple of the text: no repeat inside a repeat, one unbounded repeat, anchored. */
function isPlain(pattern: string): boolean {
  let divisions = 1;
  let unbounded = 0;
  const groups: Group[] = [{ hasAlternatives: false, isVariable: false }];
  const isAnchored = pattern.startsWith('^');
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < pattern.length) {
    const match = TOKEN.exec(pattern);
    if (match === null) return false;
    const [, atom = '', quantifier] = match;
    if (atom.startsWith('(') && atom !== ')') {
      if (quantifier !== undefined) return false;
      groups.push({ hasAlternatives: false, isVariable: false });
      continue;
    }
    let inner: Group | undefined;
    if (atom === ')') {
      inner = groups.pop();
      if (inner === undefined || groups.length === 0) return false;
    }
    const group = groups.at(-1)!;
    if (atom === '|') group.hasAlternatives = true;
    if (inner?.isVariable === true || inner?.hasAlternatives === true) group.isVariable = true;
    if (quantifier === undefined) continue;
    const [from, to] = boundsOf(quantifier);
    if (inner !== undefined && to > 1 && (inner.isVariable || inner.hasAlternatives)) return false;
    if (to !== from) group.isVariable = true;
    if (to === Number.POSITIVE_INFINITY) unbounded += 1;
    else divisions *= to - from + 1;
  }
  if (groups.length !== 1) return false;
  // Alternatives at the top are each tried: `^a|b` is anchored in its first only.
  if (groups[0]!.hasAlternatives && (unbounded > 0 || divisions > DIVISIONS_MAX)) return false;
  if (unbounded > 1) return false;
  if (unbounded === 1) return isAnchored && divisions <= DIVISIONS_MAX;
  return divisions <= (isAnchored ? DIVISIONS_BOUNDED_MAX : DIVISIONS_MAX);
}

function boundsOf(quantifier: string): readonly [number, number] {
  if (quantifier === '*') return [0, Number.POSITIVE_INFINITY];
  if (quantifier === '+') return [1, Number.POSITIVE_INFINITY];
  if (quantifier === '?') return [0, 1];
  const [from = '0', to] = quantifier.slice(1, -1).split(',');
  if (to === undefined) return [Number(from), Number(from)];
  return [Number(from), to === '' ? Number.POSITIVE_INFINITY : Number(to)];
}
