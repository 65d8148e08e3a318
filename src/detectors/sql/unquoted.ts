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
    return at(text, from, 1);
  }
  if (/^\s*\)/.test(text)) return at(text, 0, 1);
  // `or event == "exception"):` is the line of a program.
  if (/^\s*(?:or|and|xor|union|having|\|\||&&|;)/i.test(text))
    return at(text, 0, /\w\s?==\s?["'\w]/.test(text) ? 0.4 : 0.85);
  if (/^\s*order\s+by\s+\d{1,4}\s*(?:--|#)/i.test(text)) return at(text, 0, 0.85);
  return undefined;
}

function at(text: string, from: number, most: number): Sighting | undefined {
  const continuation = continuationOf(lexSql(text, from), false);
  if (continuation === undefined) return undefined;
  return { ...continuation, confidence: Math.min(most, continuation.confidence), start: from };
}
