// The value stands in a string literal: behind one of its quotes SQL goes on.
// Most quotes belong to the text: an apostrophe, a citation, an attribute. What stands around a quote tells them apart.
import type { Sighting } from './anywhere.ts';
import { continuationOf } from './continuation.ts';
import { lexSql } from './lexer.ts';
import type { Continuation } from './recognised.ts';

/** How many quotes of one kind are lexed behind; the first ones and the last ones of a longer text. */
const QUOTES_READ_MAX = 48;
const TELLING = 0.95;

/** What may follow a closing quote in SQL; nearly every quote of a text fails here. */
const CONTINUES =
  /[\s)\0]{0,64}(?:\/\*|--|#|[;=<>!+\-*/%|&^~\\]|(?:or|and|xor|not|div|mod|like|ilike|rlike|regexp|glob|similar|between|in|is|sounds|collate|escape|union|intersect|except|minus|order|group|having|limit|offset|procedure|into|waitfor|where|exec|execute|declare|select|insert|update|delete|drop|create|alter|shutdown|truncate|goto|begin|if|match)(?![A-Za-z_])|['"(])/iy;

/** `'='`, `' or '`, `admin' || 'x`: nothing but a quote, an operator and a quote, which is true or zero in its statement. */
const WHOLE_EXPRESSION =
  /^(?:'\s*(?:[-=*+/%&|^<>]|<=>|<>|!=|<<|>>|or|and|xor|div|mod|\|\||&&|like|rlike|regexp)\s*'|[\w.@-]{0,40}'\s*(?:or|and|xor|div|mod|\|\||&&)\s*'[\w.-]{0,20})$/i;

export function* quotedSightings(text: string): Generator<Sighting> {
  for (const quote of ["'", '"', '`']) {
    const all: number[] = [];
    for (let at = text.indexOf(quote); at !== -1; at = text.indexOf(quote, at + 1)) all.push(at);
    for (const [index, at] of all.entries()) {
      if (index >= QUOTES_READ_MAX && index < all.length - QUOTES_READ_MAX) continue;
      CONTINUES.lastIndex = at + 1;
      if (!CONTINUES.test(text)) continue;
      const continuation = continuationOf(lexSql(text, at + 1), true);
      if (continuation === undefined) continue;
      const confidence = confidenceOf(continuation, text, at, index, all, quote);
      if (confidence > 0) yield { ...continuation, confidence, start: at };
    }
  }
}

function confidenceOf(
  { confidence, what }: Continuation,
  text: string,
  at: number,
  index: number,
  all: readonly number[],
  quote: string,
): number {
  const isTelling = confidence >= TELLING && !what.startsWith('adds a condition');
  const before = text.slice(Math.max(0, at - 400), at);
  // `<a title="x" …>`: the quote closes an attribute of markup.
  if (/<[A-Za-z/][^<>]*=\s*["'][^"'<>]*$/.test(before) && !isTelling) return 0;
  if (WHOLE_EXPRESSION.test(text)) return Math.max(confidence, 0.82);
  if (quote === '`' && !isTelling && what.includes('comment'))
    confidence = Math.min(confidence, commentConfidence(text, at, quote));
  if (quote === '`' && !isTelling)
    return Math.min(confidence, index === 0 && before.length < 40 && !/\s/.test(before) ? 0.8 : 0.3);
  if (what.includes('comment')) {
    confidence = Math.min(confidence, commentConfidence(text, at, quote));
    const words = before.trim().split(/\s+/).length;
    if (!isTelling && words >= 2 && isOpening(text.charCodeAt(at - 1))) confidence = Math.min(confidence, 0.45);
    // `blue -baby' -shoes --infant`: exclusions of a search, not arithmetic and a comment.
    if (what.startsWith('adds an expression') && !/--(?:\s|$|\+)|#\s*$|\/\*/.test(text.slice(at, at + 600))) return 0.3;
  }
  if (
    what.startsWith('goes on as') &&
    ((quote === '"' && ((at === 0 && !/^"\s*(?:or|and|xor|\|\||&&)/i.test(text)) || /[;=(]/.test(before))) ||
      at > 40 ||
      /\s/.test(before.trim()))
  )
    confidence = Math.min(confidence, 0.4);
  // Opened behind white space or punctuation and closed again: a citation, a string of some language.
  const next = all[index + 1];
  const previous = all[index - 1];
  const opens = at > 0 && (isOpening(text.charCodeAt(at - 1)) || STRING_PREFIX.test(before));
  if (opens && next !== undefined && !isTelling) return Math.min(confidence, 0.3);
  const closesOne =
    index % 2 === 1 &&
    previous !== undefined &&
    (previous === 0 ? next !== undefined : isOpening(text.charCodeAt(previous - 1)));
  if (closesOne && !isTelling) return Math.min(confidence, 0.3);
  // `print("%s" % len(tests))`, `return "'" + chr(i)`: a string of a program and what it is put together with.
  if (
    closesOne &&
    what.startsWith('adds a function call') &&
    /(?:[\w\])]\s*[(,=+]|\breturn)\s*$/.test(text.slice(Math.max(0, previous - 40), previous))
  )
    return Math.min(confidence, 0.4);
  // In prose a double quote opens a citation more often than it closes a literal.
  if (quote === '"' && confidence < 0.9 && (/\s/.test(before) || what.startsWith('adds a comparison with'))) return 0.3;
  return confidence;
}

/** `(r'&=', Operator)`: a string of Python. */
const STRING_PREFIX = /(?:^|[\s([{,=])[bfru]$/i;

function isOpening(code: number): boolean {
  return code <= 0x20 || '([{=:;,<>+|&~!'.includes(String.fromCharCode(code));
}

/** `x'--`, `x' #`, `x'/*`: what stands behind a comment's mark is thrown away, so attackers leave little there. */
function commentConfidence(text: string, at: number, quote: string): number {
  const mark = /[\s)\0]*(--|#|\/\*)/y;
  mark.lastIndex = at + 1;
  const match = mark.exec(text);
  if (match === null) return 1;
  const rest = text.slice(at + 1 + match[0].length, at + 200);
  if (rest.includes(quote)) return 0.3;
  if (match[1] === '--') return /^--|^-[-\s]*-/.test(rest) || /^[A-Za-z][\w-]*/.test(rest) ? 0.4 : 1;
  if (match[1] === '#') return /^\s*$/.test(rest) ? 1 : 0.45;
  return /^\s*$|^[^*]{0,40}$/.test(rest) ? 1 : 0.45;
}
