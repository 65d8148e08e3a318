// The value stands unquoted in the statement: a number, a name or a closing parenthesis, then SQL.

import type { Sighting } from './anywhere.ts';
import { continuationOf } from './continuation.ts';
import { lexSql } from './lexer.ts';

const NUMBER_START = /^[\s(+~-]{0,40}(?:\d[\d.]*|0x[0-9a-f]+|null|true|false)?[\s)]{0,40}/i;

export function unquotedSighting(text: string): Sighting | undefined {
  const start = NUMBER_START.exec(text)![0];
  if (/\d|null|true|false/i.test(start)) {
    const trimmed = start.trimEnd();
    const from = trimmed.length - (/\)[\s)]*$/.exec(trimmed)?.[0].length ?? 0);
    return at(text, from, 1) ?? commentedUnion(text) ?? commentedExpression(text);
  }
  // `)\n# fmt: on`: a bracket of a program, and on the next line what somebody remarks.
  if (/^\s*\)/.test(text)) return at(text, 0, /^[\s)]*\n\s*# \w/.test(text) ? 0.4 : 1);
  // `or event == "exception"):`, `and len(path) >= 3` are lines of programs.
  if (/^\s*(?:or|and|xor|union|having|\|\||&&|;)/i.test(text)) return at(text, 0, OF_PROGRAM.test(text) ? 0.4 : 0.85);
  const commented = commentedExpression(text);
  if (commented !== undefined) return commented;
  if (/^\s*order\s+by\s+\d{1,4}\s*(?:--|#)/i.test(text)) return at(text, 0, 0.85);
  return undefined;
}

const OF_PROGRAM = /\w\s?==\s?["'\w]|^\s*(?:or|and)\s+len\((?!user\b|password\b)[a-z_][\w.]*\)/;

const EXPRESSION_CHARACTERS_MAX = 400;
const OF_EXPRESSIONS = /^(?:OR|AND|XOR|NOT|DIV|MOD|IN|LIKE|BETWEEN|IS|BINARY|SELECT|NULL|TRUE|FALSE)$/;

/**
 * `( COS ( 1 OR 'b') )  --`, `('a' * @b) #`: nothing but literals, variables and calls with operators between them, and at its end
 * a comment that swallows the rest of the statement. A name would make it a remark in parentheses.
 */
function commentedExpression(text: string): Sighting | undefined {
  if (text.length > EXPRESSION_CHARACTERS_MAX || !/(?:--|#|\/\*)\s*$/.test(text)) return undefined;
  const tokens = lexSql(text, 0);
  if (tokens.at(-1)?.kind !== 'comment') return undefined;
  let operators = 0;
  let telling = 0;
  for (const [i, token] of tokens.slice(0, -1).entries()) {
    const isCall = token.kind === 'word' && tokens[i + 1]?.kind === '(' && !OF_EXPRESSIONS.test(token.text);
    if (token.kind === 'word' && !isCall && !OF_EXPRESSIONS.test(token.text)) return undefined;
    if (token.kind === ';' || token.kind === '.' || token.kind === 'open-string') return undefined;
    if (token.kind === 'string' || token.kind === 'variable' || isCall || token.text === 'BINARY') telling += 1;
    if ((token.kind === 'operator' && token.text !== '-') || (token.kind === 'word' && !isCall)) operators += 1;
  }
  if (telling === 0 || (operators === 0 && tokens[0]?.kind !== '(')) return undefined;
  return { confidence: 0.85, what: 'is an expression that comments the rest out', start: 0 };
}

/**
 * `1/1/*…*\/union`, `-1#\\nunion #`: numbers, a comment that hides white space or a line's end, and UNION, however the rest is cut off.
 * No arithmetic has the word, and no sentence the comment.
 */
function commentedUnion(text: string): Sighting | undefined {
  if (text.length > EXPRESSION_CHARACTERS_MAX || !/\/\*|(?:#|--)[^\n]{0,200}\n/.test(text)) return undefined;
  const tokens = lexSql(text, 0);
  for (const [i, { kind, text: word }] of tokens.entries()) {
    if (word === 'UNION') {
      const next = tokens[i + 1];
      const isCutOff = next === undefined || next.kind === 'end' || next.kind === 'comment' || next.text === 'UNION';
      return isCutOff ? { confidence: 0.85, what: 'adds UNION behind a comment', start: 0 } : undefined;
    }
    if (kind !== 'number' && kind !== 'operator' && kind !== '(' && kind !== ')') return undefined;
  }
  return undefined;
}

function at(text: string, from: number, most: number): Sighting | undefined {
  const continuation = continuationOf(lexSql(text, from), false);
  if (continuation === undefined) return undefined;
  return { ...continuation, confidence: Math.min(most, continuation.confidence), start: from };
}
