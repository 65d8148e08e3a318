// A lexer for SQL as MySQL, PostgreSQL, SQL Server, Oracle and SQLite read it, over a piece of a value.
// Comments between tokens are white space, as attackers use them; `/*! … */` is code to MySQL and is read as such.
// Bounded: at most TOKENS_MAX tokens and STRING_CHARACTERS_MAX per literal, so that one call costs a constant at most.

export type SqlTokenKind =
  | 'number'
  | 'string'
  | 'open-string'
  | 'word'
  | 'operator'
  | '('
  | ')'
  | ','
  | ';'
  | '.'
  | 'comment'
  | 'variable'
  | 'end';

export interface SqlToken {
  readonly kind: SqlTokenKind;
  /** Words in upper case, operators as they are, otherwise empty. */
  readonly text: string;
  /** Offset behind the token. */
  readonly end: number;
  /** Of a variable: `@@version` and its like. */
  readonly isServers?: boolean;
}

export const TOKENS_MAX = 48;
const STRING_CHARACTERS_MAX = 512;
const COMMENT_CHARACTERS_MAX = 2_048;

const OPERATOR = /<=>|<>|!=|<=|>=|:=|\|\||&&|<<|>>|::|[=<>!+\-*/%|&^~]/y;
/** A letter right behind a number starts the next word: `1e0UNION`, `1.FROM`. */
const NUMBER = /0x[0-9a-f]+|0b[01]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy;
/** A hash sign at the end begins a comment. */
const WORD = /[A-Za-z_\u0080-\uffff](?:[\w$\u0080-\uffff]|#(?=[\w$]))*/y;

/** Tokens from `start`; the last one is `end` when the text ended before the bounds. */
export function lexSql(text: string, start: number): SqlToken[] {
  const tokens: SqlToken[] = [];
  let i = start;
  while (tokens.length < TOKENS_MAX) {
    const c = text.charCodeAt(i);
    if (i >= text.length) {
      tokens.push({ kind: 'end', text: '', end: i });
      return tokens;
    }
    // White space of every kind the engines accept: C0 controls and the no-break space.
    if (c <= 0x20 || c === 0xa0) {
      i += 1;
      continue;
    }
    if (c === 0x2f && text.charCodeAt(i + 1) === 0x2a) {
      const versioned = /\/\*!\d{0,6}/y;
      versioned.lastIndex = i;
      const code = versioned.exec(text);
      if (code !== null) {
        i += code[0].length;
        continue;
      }
      const close = text.indexOf('*/', i + 2);
      if (close === -1 || close - i > COMMENT_CHARACTERS_MAX) {
        tokens.push({ kind: 'comment', text: '/*', end: text.length });
        return tokens;
      }
      i = close + 2;
      continue;
    }
    if (c === 0x2a && text.charCodeAt(i + 1) === 0x2f) {
      i += 2;
      continue;
    }
    if ((c === 0x2d && text.charCodeAt(i + 1) === 0x2d) || c === 0x23) {
      const line = text.indexOf('\n', i);
      const isLast = line === -1 || /^\s*$/.test(text.slice(line, line + 64));
      // A comment that only ends a line hides a line break between two tokens.
      if (!isLast && tokens.length > 0) {
        i = line + 1;
        continue;
      }
      tokens.push({ kind: 'comment', text: c === 0x23 ? '#' : '--', end: text.length });
      return tokens;
    }
    const token = readToken(text, i, c);
    tokens.push(token);
    i = token.end;
  }
  return tokens;
}

function readToken(text: string, i: number, c: number): SqlToken {
  if (c === 0x27 || c === 0x22 || c === 0x60) return readString(text, i, c);
  if (c === 0x28 || c === 0x29 || c === 0x2c || c === 0x3b)
    return { kind: text[i] as '(' | ')' | ',' | ';', text: '', end: i + 1 };
  if (c === 0x5b) {
    const close = text.indexOf(']', i);
    return { kind: 'word', text: 'IDENTIFIER', end: close === -1 || close - i > 128 ? i + 1 : close + 1 };
  }
  if (c === 0x40) {
    const name = /@@?[\w.$]*/y;
    name.lastIndex = i;
    const variable = name.exec(text)![0];
    return { kind: 'variable', text: '', end: i + variable.length, isServers: variable.startsWith('@@') };
  }
  if ((c >= 0x30 && c <= 0x39) || (c === 0x2e && /\d/.test(text[i + 1] ?? ''))) {
    NUMBER.lastIndex = i;
    return { kind: 'number', text: '', end: i + NUMBER.exec(text)![0].length };
  }
  WORD.lastIndex = i;
  const word = WORD.exec(text);
  if (word !== null) {
    // N'…', X'…', E'…', _utf8'…': a prefix of the literal that follows.
    const next = text.charCodeAt(i + word[0].length);
    if (next === 0x27 && /^(?:[nxbeq]|_\w+|u&)$/i.test(word[0])) return readString(text, i + word[0].length, next);
    return { kind: 'word', text: word[0].toUpperCase(), end: i + word[0].length };
  }
  if (c === 0x2e) return { kind: '.', text: '', end: i + 1 };
  // MySQL writes NULL as `\\N`.
  if (c === 0x5c && text[i + 1] === 'N') return { kind: 'number', text: '', end: i + 2 };
  OPERATOR.lastIndex = i;
  const operator = OPERATOR.exec(text);
  // `</description>` compares nothing.
  if (operator?.[0] === '<' && text[i + 1] === '/' && text[i + 2] !== '*')
    return { kind: 'word', text: '</', end: i + 2 };
  if (operator !== null) return { kind: 'operator', text: operator[0], end: i + operator[0].length };
  if (c === 0x24) {
    const tag = /\$\w{0,16}\$/y;
    tag.lastIndex = i;
    const open = tag.exec(text)?.[0];
    const close = open === undefined ? -1 : text.indexOf(open, i + open.length);
    if (close !== -1) return { kind: 'string', text: '', end: close + open!.length };
  }
  return { kind: 'word', text: text[i]!, end: i + 1 };
}

function readString(text: string, start: number, quote: number): SqlToken {
  const end = Math.min(text.length, start + STRING_CHARACTERS_MAX);
  for (let i = start + 1; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i += 1;
    else if (c === quote) {
      if (text.charCodeAt(i + 1) !== quote)
        return { kind: quote === 0x60 ? 'word' : 'string', text: quote === 0x60 ? 'IDENTIFIER' : '', end: i + 1 };
      i += 1;
    }
  }
  return { kind: 'open-string', text: '', end: text.length };
}
