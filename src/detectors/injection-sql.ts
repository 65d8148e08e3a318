// SQL injection: a value that, put into a statement, closes the literal it stands in and goes on as SQL.
// The value is read in each context it may land in: unquoted, and behind the first quote of each kind it contains.
// A whole SQL statement that breaks out of nothing is a query editor or a tutorial: it tags at most.
import { z } from 'zod';
import { BACKTICK, DOUBLE_QUOTE, EQUALS, LEADING_NUMBER, PAREN, QUOTE, SEMICOLON, SLASH } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { type Continuation, continuationOf } from './sql/continuation.ts';
import { lexSql } from './sql/lexer.ts';

/** How many quotes of one kind are tried as the place where the literal ends. */
const BREAKOUTS_MAX = 6;
/** Words in front of a breakout from which the value is rather a text about something than a value. */
const PROSE_WORDS_MIN = 8;

const settings = z.strictObject({ tutorialConfidence: z.number().min(0).max(0.7).default(0.25) });

export const injectionSql: FieldDetector<z.output<typeof settings>> = {
  kind: 'field',
  id: 'injection-sql',
  classes: QUOTE | DOUBLE_QUOTE | BACKTICK | LEADING_NUMBER | PAREN | SEMICOLON | EQUALS | SLASH,
  settings,
  load:
    ({ tutorialConfidence }) =>
    (field) =>
      inspect(field, tutorialConfidence),
};

/** Without any of these there is no SQL to find. */
const HINT =
  /\b(?:union|select|or|and|xor|not|like|having|order|group|where|waitfor|exec|declare|insert|update|delete|drop|sleep|benchmark|case|limit|procedure|into|div|rlike|regexp|shutdown|pg_sleep|if|extractvalue|updatexml)\b|--|\/\*|#|\|\||&&|['"`]\s*[;)=<>+\-*/|&^]/i;

function inspect(field: Field, tutorialConfidence: number): Recognition | undefined {
  const { text } = field;
  if (!HINT.test(text)) return undefined;
  let best: (Continuation & { readonly start: number }) | undefined;
  const consider = (continuation: Continuation | undefined, start: number): void => {
    if (continuation !== undefined && continuation.confidence > (best?.confidence ?? 0))
      best = { ...continuation, start };
  };
  consider(unquoted(text), 0);
  for (const quote of ["'", '"', '`']) {
    let at = text.indexOf(quote);
    for (let tried = 0; at !== -1 && tried < BREAKOUTS_MAX; tried++) {
      const continuation = continuationOf(lexSql(text, at + 1), true);
      if (continuation !== undefined) consider(weighed(continuation, text, at, tried, quote), at);
      at = text.indexOf(quote, at + 1);
    }
  }
  if (best !== undefined) {
    return {
      confidence: best.confidence,
      severity: best.confidence >= 0.8 ? 'critical' : 'medium',
      what: best.what,
      matched: text.slice(best.start, best.start + 120),
    };
  }
  return isWholeStatement(text)
    ? {
        confidence: tutorialConfidence,
        severity: 'low',
        what: 'is a whole SQL statement that breaks out of nothing',
        matched: text,
      }
    : undefined;
}

/** A quote that is not the first one, or one behind much prose, more likely belongs to the text itself. */
function weighed(continuation: Continuation, text: string, at: number, earlier: number, quote: string): Continuation {
  const before = text.slice(Math.max(0, at - 400), at);
  const words = before.trim().split(/\s+/).length;
  // What stays open to the end and has many words is the rest of a sentence, not of a literal.
  const rest = text.slice(text.lastIndexOf(quote) + 1, text.lastIndexOf(quote) + 400);
  const isSentence = /^[^-#;/*]*$/.test(rest) && rest.trim().split(/\s+/).length >= PROSE_WORDS_MIN;
  const isInText = isSentence || words >= PROSE_WORDS_MIN || (earlier % 2 === 1 && words > 2);
  // In prose a double quote opens a citation more often than it closes a literal.
  if (quote === '"' && continuation.confidence < 0.9 && /\s/.test(before)) {
    // Between `<name attribute="` and `>` it closes the attribute of a rich text.
    return { ...continuation, confidence: /<[A-Za-z][^<>]*="[^"<>]*$/.test(before) ? 0 : 0.3 };
  }
  return isInText ? { ...continuation, confidence: Math.min(continuation.confidence, 0.45) } : continuation;
}

const NUMBER_START = /^[\s(+~-]*(?:\d[\d.]*|0x[0-9a-f]+|null|true|false)?[\s)]*/i;
const BARE_CALL =
  /^\s*\(*\s*(?:if|sleep|benchmark|pg_sleep|waitfor|extractvalue|updatexml|case|xor|elt|dbms_\w+\.\w+|select)\b/i;

/** The value stands unquoted in the statement: a number, then SQL. */
function unquoted(text: string): Continuation | undefined {
  const start = NUMBER_START.exec(text)![0];
  if (/\d|null|true|false/i.test(start)) {
    const from =
      start.trimEnd().length - (start.trimEnd().endsWith(')') ? /\)[\s)]*$/.exec(start)![0].trimEnd().length : 0);
    return continuationOf(lexSql(text, from), false);
  }
  if (/^\s*\)/.test(text)) return continuationOf(lexSql(text, 0), false);
  if (/^\s*(?:or|and|xor|union|having|\|\||&&|;)/i.test(text)) {
    const continuation = continuationOf(lexSql(text, 0), false);
    return continuation === undefined
      ? undefined
      : { ...continuation, confidence: Math.min(0.85, continuation.confidence) };
  }
  if (!BARE_CALL.test(text)) return undefined;
  const tokens = lexSql(text, 0);
  const isTelling = /^\s*\(*\s*select\b/i.test(text)
    ? /^\s*\(+\s*select\b/i.test(text) && /\b(?:from|sleep|benchmark|concat|case|version|count|char|chr)\b/i.test(text)
    : tokens.some(
        (token, i) =>
          token.kind === 'word' &&
          tokens[i + 1]?.kind === '(' &&
          /^(?:SLEEP|BENCHMARK|PG_SLEEP|EXTRACTVALUE|UPDATEXML|SYSDATE|DBMS_\w+)$/.test(token.text),
      );
  return isTelling ? { confidence: 0.9, what: 'is a subquery or a call that only an injection needs' } : undefined;
}

const STATEMENT =
  /^\s*(?:select\b[\s\S]{1,400}\bfrom\b\s*[\w"`[]|insert\s+into\b\s*[\w"`[]|update\b\s+[\w"`[.\]]{1,64}\s+set\b|delete\s+from\b\s*[\w"`[]|drop\s+(?:table|database)\b|create\s+table\b|alter\s+table\b)/i;

function isWholeStatement(text: string): boolean {
  return STATEMENT.test(text.slice(0, 600));
}
