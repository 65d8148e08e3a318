// Reads an operand, a call or a comparison, and what may stand behind it where a statement goes on.
import type { SqlToken } from './lexer.ts';
import { ARITHMETIC, COMPARING, COMPARISON, isKeyword, LOGICAL, STATEMENTS, TELLING_FUNCTIONS } from './words.ts';

type Expression = 'comparison' | 'telling' | 'literal';

/** Reads one operand and, when there is one, a comparison behind it, up to where SQL may end. */
export function expressionAt(all: readonly SqlToken[], start: number): Expression | undefined {
  let i = start;
  while (
    all[i]?.kind === '(' ||
    all[i]?.text === 'NOT' ||
    all[i]?.text === '!' ||
    all[i]?.text === '-' ||
    all[i]?.text === '+' ||
    all[i]?.text === '~' ||
    all[i]?.text === 'BINARY'
  ) {
    if (all[i]!.kind === '(' && (all[i + 1]?.text === 'SELECT' || all[i + 1]?.text === 'CASE')) return 'telling';
    i += 1;
  }
  const operand = all[i];
  if (operand === undefined) return undefined;
  if (operand.text === 'EXISTS' && all[i + 1]?.kind === '(') return 'telling';
  if (
    (operand.text === 'CASE' && (all[i + 1]?.text === 'WHEN' || all[i + 2]?.text === 'WHEN')) ||
    operand.text === 'SELECT'
  )
    return 'telling';
  let end: number | undefined;
  if (operand.kind === 'word' && all[i + 1]?.kind === '(') {
    if (!isArguments(all, i + 1)) return undefined;
    if (TELLING_FUNCTIONS.test(operand.text)) return 'telling';
    end = callEnd(all, i + 1);
  } else end = operandEnd(all, i);
  if (end === undefined) return undefined;
  while (all[end]?.kind === ')') end += 1;
  // `1 not between 0 and 1`, `x is not null`, `1 + 1 = 2`: what comes before the comparison.
  for (let more = 0; more < 6 && all[end]?.kind === 'operator' && ARITHMETIC.has(all[end]!.text); more++) {
    let right: number = end + 1;
    while (all[right]?.kind === '(' || all[right]?.kind === 'operator') right += 1;
    if (all[right]?.text === 'SELECT') return 'telling';
    if (all[right + 1]?.kind === '(' && TELLING_FUNCTIONS.test(all[right]!.text)) return 'telling';
    const behind = all[right + 1]?.kind === '(' ? callEnd(all, right + 1) : operandEnd(all, right);
    if (behind === undefined) break;
    end = behind;
    while (all[end]?.kind === ')') end += 1;
  }
  if (all[end]?.text === 'NOT') end += 1;
  const next = all[end];
  const isComparing =
    next !== undefined &&
    ((next.kind === 'operator' && COMPARISON.has(next.text)) ||
      (next.kind === 'word' && COMPARING.has(next.text) && isComparedWith(next.text, all[end + 1])));
  if (isComparing) {
    let right = end + 1;
    while (all[right]?.text === 'NOT' || all[right]?.kind === '(' || all[right]?.kind === 'operator') right += 1;
    const behind = operandEnd(all, right);
    if (all[right]?.text === 'SELECT') return 'telling';
    if (behind === undefined) return undefined;
    // A right side that is a plain word, as in `a or b = good`, is SQL only when nothing like prose goes on behind it.
    return isClosed(all, behind) ? 'comparison' : undefined;
  }
  return operand.kind === 'number' ||
    operand.kind === 'string' ||
    operand.kind === 'open-string' ||
    operand.text === 'TRUE' ||
    operand.text === 'FALSE' ||
    operand.text === 'NULL' ||
    operand.kind === 'variable'
    ? 'literal'
    : undefined;
}

/** IN wants a list and IS a state: `in the` and `is good` are English. */
function isComparedWith(word: string, next: SqlToken | undefined): boolean {
  if (word === 'IN') return next?.kind === '(';
  if (word === 'IS') return next?.kind === 'number' || /^(?:NULL|NOT|TRUE|FALSE|UNKNOWN|@.*)$/.test(next?.text ?? '');
  return true;
}

/** Index behind the parenthesis that closes a call. */
function callEnd(all: readonly SqlToken[], open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < all.length; i++) {
    if (all[i]!.kind === '(') depth += 1;
    else if (all[i]!.kind === ')' && --depth === 0) return i + 1;
  }
  return undefined;
}

/** Index behind an operand: a literal, a variable, or a name with dots. */
export function operandEnd(all: readonly SqlToken[], at: number): number | undefined {
  if (!isOperand(all[at])) return undefined;
  let i = at + 1;
  while (all[i]?.kind === '.' && all[i + 1]?.kind === 'word') i += 2;
  return i;
}

export function isOperand(token: SqlToken | undefined): boolean {
  return (
    token !== undefined &&
    (token.kind === 'number' ||
      token.kind === 'string' ||
      token.kind === 'open-string' ||
      token.kind === 'variable' ||
      token.kind === 'word')
  );
}

/** After an expression only more SQL may follow: the end, a comment, a closing, a separator, an operator or a keyword. */
export function isClosed(all: readonly SqlToken[], at: number): boolean {
  const token = all[at];
  if (token === undefined) return true;
  switch (token.kind) {
    case 'end':
    case 'comment':
    case ')':
    case ';':
    case 'operator':
    case ',':
    case '(':
      return true;
    case 'word':
      return (
        LOGICAL.has(token.text) ||
        COMPARING.has(token.text) ||
        STATEMENTS.has(token.text) ||
        /^(?:UNION|ORDER|GROUP|LIMIT|FROM|THEN|ELSE|END|AS|ASC|DESC|INTO|USING)$/.test(token.text)
      );
    default:
      return false;
  }
}

export function isClosedList(all: readonly SqlToken[], start: number): boolean {
  let i = start;
  while (
    all[i] !== undefined &&
    (all[i]!.kind === 'number' ||
      all[i]!.kind === ',' ||
      all[i]!.kind === '(' ||
      all[i]!.kind === ')' ||
      all[i]!.text === 'ASC' ||
      all[i]!.text === 'DESC' ||
      all[i]!.text === 'SELECT' ||
      all[i]!.text === 'NULL')
  )
    i += 1;
  return isClosed(all, i);
}

/** Function arguments look like SQL: no two bare words next to each other. */
function isArguments(all: readonly SqlToken[], open: number): boolean {
  for (let i = open + 1; i < all.length; i++) {
    const token = all[i]!;
    if (token.kind === ')' || token.kind === 'end' || token.kind === 'comment') return true;
    if (token.kind === 'word' && all[i + 1]?.kind === 'word' && !isKeyword(token.text) && !isKeyword(all[i + 1]!.text))
      return false;
  }
  return true;
}
