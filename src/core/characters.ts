// Character classes: one bit per group of characters that means something to at least one language an attacker may inject.
// A decoder ORs the bits of every byte of a value while it reads it; a detector is asked only when its bits are there.
// Invariant: ASCII letters, digits and everything outside ASCII never share a bit with punctuation.

export const ALPHA = 1 << 0;
export const DIGIT = 1 << 1;
export const SPACE = 1 << 2;
/** C0 controls and DEL, tab and line ends included. */
export const CONTROL = 1 << 3;
export const QUOTE = 1 << 4;
export const DOUBLE_QUOTE = 1 << 5;
export const BACKTICK = 1 << 6;
/** `<` and `>` */
export const ANGLE = 1 << 7;
export const AMPERSAND = 1 << 8;
export const SEMICOLON = 1 << 9;
export const PIPE = 1 << 10;
export const DOLLAR = 1 << 11;
export const PAREN = 1 << 12;
export const BRACE = 1 << 13;
export const BRACKET = 1 << 14;
export const SLASH = 1 << 15;
export const BACKSLASH = 1 << 16;
export const DOT = 1 << 17;
export const COLON = 1 << 18;
export const EQUALS = 1 << 19;
export const PERCENT = 1 << 20;
export const HASH = 1 << 21;
export const DASH = 1 << 22;
export const STAR = 1 << 23;
export const AT = 1 << 24;
/** `!` and `?` */
export const BANG = 1 << 25;
export const COMMA = 1 << 26;
export const PLUS = 1 << 27;
/** `_`, `~` and `^` */
export const JOINER = 1 << 28;
export const NON_ASCII = 1 << 29;
/** Derived: has white space and starts like a number, or has what a list of columns has: it may go on in a query unquoted. */
export const LEADING_NUMBER = 1 << 30;
/** Derived: at least {@link TOKEN_CHARACTERS_MIN} characters without white space, so that it may be encoded text. */
export const TOKEN = 1 << 31;

export const TOKEN_CHARACTERS_MIN = 15;

/**
 * Values with none of these bits cannot carry an attack that any detector knows, and are not materialised. Characters that
 * fill ordinary values (`.` `-` `_` `:` `@` `,` `+` `#` `*` `!` `?`) only ever help an attack that also needs one of these.
 */
export const SUSPECT =
  CONTROL |
  QUOTE |
  DOUBLE_QUOTE |
  BACKTICK |
  ANGLE |
  AMPERSAND |
  SEMICOLON |
  PIPE |
  DOLLAR |
  PAREN |
  BRACE |
  BRACKET |
  SLASH |
  BACKSLASH |
  EQUALS |
  PERCENT |
  NON_ASCII |
  LEADING_NUMBER |
  TOKEN;

/** Class bit of each byte value. */
export const CLASS_OF_BYTE: Int32Array = classTable();

/** The classes of a whole text: the OR of its characters' classes and the derived bits. */
export function classesOf(text: string): number {
  let classes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    classes |= code < 0x80 ? CLASS_OF_BYTE[code]! : NON_ASCII;
  }
  return withDerivedClasses(classes, text.length, text.length > 0 ? text.charCodeAt(0) : 0);
}

/** Adds the derived bits to the OR of a value's byte classes. `length` in characters or bytes, `first` the first code. */
export function withDerivedClasses(classes: number, length: number, first: number): number {
  const isSpaced = (classes & (SPACE | CONTROL)) !== 0;
  if (!isSpaced) return length >= TOKEN_CHARACTERS_MIN ? classes | TOKEN : classes;
  // Digits, a sign, a dot or an opening parenthesis: what an unquoted number may start with.
  const startsLikeNumber = (first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2e || first === 0x28;
  // A list of columns or a comment behind a name: `x union select 1,2`, `id union select a,b--`.
  const mayListColumns =
    (classes & (STAR | HASH)) !== 0 || ((classes & COMMA) !== 0 && (classes & (DIGIT | DASH | JOINER)) !== 0);
  return startsLikeNumber || mayListColumns ? classes | LEADING_NUMBER : classes;
}

function classTable(): Int32Array {
  const table = new Int32Array(256).fill(NON_ASCII);
  for (let code = 0; code < 0x20; code++) table[code] = CONTROL;
  table[0x7f] = CONTROL;
  const groups: readonly (readonly [string, number])[] = [
    ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', ALPHA],
    ['0123456789', DIGIT],
    [' ', SPACE],
    ["'", QUOTE],
    ['"', DOUBLE_QUOTE],
    ['`', BACKTICK],
    ['<>', ANGLE],
    ['&', AMPERSAND],
    [';', SEMICOLON],
    ['|', PIPE],
    ['$', DOLLAR],
    ['()', PAREN],
    ['{}', BRACE],
    ['[]', BRACKET],
    ['/', SLASH],
    ['\\', BACKSLASH],
    ['.', DOT],
    [':', COLON],
    ['=', EQUALS],
    ['%', PERCENT],
    ['#', HASH],
    ['-', DASH],
    ['*', STAR],
    ['@', AT],
    ['!?', BANG],
    [',', COMMA],
    ['+', PLUS],
    ['_~^', JOINER],
  ];
  for (const [characters, bit] of groups) for (const c of characters) table[c.charCodeAt(0)] = bit;
  return table;
}
