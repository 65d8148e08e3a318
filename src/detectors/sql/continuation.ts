// Does what follows a broken-out literal go on as SQL and change the statement? A small recogniser over the tokens of the
// statement's tail: operators, set operations, further statements, clauses, comments. English after an apostrophe does not
// pass: it puts bare words next to each other where SQL wants an operator.
import { expressionAt, isClosed, isClosedList, isOperand } from './expression.ts';
import { statementsAfter } from './further-statement.ts';
import type { SqlToken } from './lexer.ts';
import { type Continuation, found } from './recognised.ts';
import { hasSelectList } from './select-list.ts';
import { COMPARING, LOGICAL } from './words.ts';

/** `isQuoted`: the tail follows a quote that closed a literal of the statement. */
export function continuationOf(all: readonly SqlToken[], isQuoted: boolean): Continuation | undefined {
  let at = 0;
  let parentheses = 0;
  while (all[at]?.kind === ')') {
    at += 1;
    parentheses += 1;
  }
  const first = all[at];
  if (first === undefined) return undefined;
  switch (first.kind) {
    case 'comment':
      // `admin'--`, `x')#`: nothing but the closing and a comment that swallows the rest of the statement.
      return isQuoted || parentheses > 0
        ? found(
            first.text === '#' && parentheses === 0 ? 0.8 : 0.9,
            'closes the literal and comments the rest of the statement out',
          )
        : undefined;
    case ';':
      return statementsAfter(all, at);
    case 'operator':
      return afterOperator(all, at, isQuoted) ?? (isQuoted ? alternating(all, at) : undefined);
    case 'word':
      return afterWord(all, at, isQuoted, parentheses) ?? (isQuoted ? alternating(all, at) : undefined);
    case 'string':
    case 'open-string':
      // `' 'a'='a`: two literals next to each other are one literal to MySQL.
      return isQuoted && all[at + 1]?.kind === 'operator' && isOperand(all[at + 2]) && isClosed(all, at + 3)
        ? found(0.8, 'adds a comparison of literals')
        : undefined;
    default:
      return undefined;
  }
}

function afterWord(
  all: readonly SqlToken[],
  at: number,
  isQuoted: boolean,
  parentheses: number,
): Continuation | undefined {
  const word = all[at]!.text;
  const next = all[at + 1];
  switch (word) {
    case 'UNION':
    case 'INTERSECT':
    case 'EXCEPT':
    case 'MINUS': {
      let i = at + 1;
      while (all[i]?.text === 'ALL' || all[i]?.text === 'DISTINCT' || all[i]?.kind === '(' || all[i]?.text === '-')
        i += 1;
      if (all[i]?.text === 'VALUES' || all[i]?.text === 'TABLE') return found(0.9, 'adds a second query with UNION');
      if (all[i]?.text !== 'SELECT') return undefined;
      return hasSelectList(all, i + 1, false) ? found(0.97, 'adds a second query with UNION') : undefined;
    }
    case 'ORDER':
    case 'GROUP': {
      if (next?.text !== 'BY') return undefined;
      const isPosition = all[at + 2]?.kind === 'number' || all[at + 2]?.kind === '(';
      return isPosition && isClosedList(all, at + 2)
        ? found(isQuoted || all.at(-1)?.kind === 'comment' ? 0.9 : 0.82, `adds ${word} BY with a column position`)
        : undefined;
    }
    case 'LIMIT':
    case 'OFFSET':
    case 'PROCEDURE':
    case 'INTO': {
      if (word === 'INTO' && (next?.text === 'OUTFILE' || next?.text === 'DUMPFILE'))
        return found(0.97, 'writes the result to a file');
      if (word === 'PROCEDURE' && next?.text === 'ANALYSE') return found(0.95, 'calls PROCEDURE ANALYSE');
      return isQuoted && next?.kind === 'number' && isClosedList(all, at + 1) ? found(0.8, `adds ${word}`) : undefined;
    }
    case 'WAITFOR':
      return next?.text === 'DELAY' || next?.text === 'TIME' ? found(0.97, 'makes the database wait') : undefined;
    default:
  }
  if (LOGICAL.has(word)) {
    const expression = expressionAt(all, at + 1);
    if (expression === undefined) return undefined;
    return expression === 'literal'
      ? bareLiteral(all, at, isQuoted)
      : found(isQuoted || parentheses > 0 || expression === 'telling' ? 0.95 : 0.88, `adds a condition with ${word}`);
  }
  if (COMPARING.has(word)) {
    if (expressionAt(all, at + 1) === 'telling') return found(0.95, `adds a function call or subquery after ${word}`);
    // `1' IN BOOLEAN MODE) AND 1=1#`: the value ends the argument of AGAINST.
    if (word === 'IN' && next?.text === 'BOOLEAN' && all[at + 2]?.text === 'MODE')
      return continuationOf(all.slice(at + 3), true);
    if (!isQuoted || word === 'IS' || word === 'IN' || word === 'BETWEEN' || word === 'COLLATE') return undefined;
    const behind = all[at + 2];
    const isEnded =
      behind === undefined ||
      behind.kind === 'end' ||
      behind.kind === 'comment' ||
      behind.kind === ')' ||
      LOGICAL.has(behind.text);
    const isLiteral = next?.kind === 'string' || next?.kind === 'open-string';
    return isLiteral && isEnded ? found(0.8, `adds a comparison with ${word}`) : undefined;
  }
  // SQL Server runs a second statement without a separator.
  if (word === 'GOTO' || word === 'BEGIN') {
    const rest = all.findIndex((token, i) => i > at && (token.text === 'DECLARE' || token.text === 'EXEC'));
    return isQuoted && rest !== -1 ? found(0.9, 'adds statements of a procedure') : undefined;
  }
  if ((isQuoted || parentheses > 0) && /^(?:SELECT|INSERT|UPDATE|DELETE|DROP|ALTER|CREATE|EXEC|DECLARE)$/.test(word)) {
    const statement = statementsAfter(all, at);
    return statement === undefined ? undefined : { ...statement, confidence: 0.9 };
  }
  return word === 'UPDATE' || word === 'DECLARE' ? statementsAfter(all, at) : undefined;
}

/** `or 1`, `or 'x`, `and true`: a condition without comparison counts when something ends the statement or it stays open. */
function bareLiteral(all: readonly SqlToken[], at: number, isQuoted: boolean): Continuation | undefined {
  let i = at + 1;
  while (
    all[i]?.kind === '(' ||
    all[i]?.text === 'NOT' ||
    all[i]?.text === '!' ||
    all[i]?.text === '-' ||
    all[i]?.text === '~'
  )
    i += 1;
  while (all[i + 1]?.kind === ')') i += 1;
  const after = all[i + 1];
  if (after?.kind === 'comment' || after?.kind === ';') return found(0.92, 'adds a condition and ends the statement');
  // `34 or 1 group by concat(version(),floor(rand(0)*2))having min(0) or 1--`
  if (/^(?:GROUP|ORDER)$/.test(after?.text ?? '') && all[i + 2]?.text === 'BY' && all[i + 4]?.kind === '(')
    return found(0.9, 'adds a condition and groups by a call');
  if (isQuoted && all[i]?.kind === 'open-string')
    return found(0.7, 'adds a condition that stays open for the statement’s own quote');
  if (isQuoted && all[i]?.kind === 'number' && after?.kind === 'end') return found(0.7, 'adds a constant condition');
  return undefined;
}

function afterOperator(all: readonly SqlToken[], at: number, isQuoted: boolean): Continuation | undefined {
  const operator = all[at]!.text;
  const isLogical = operator === '||' || operator === '&&';
  const expression = expressionAt(all, at + 1);
  if (expression === 'telling') return found(0.95, `adds a function call or subquery after ${operator}`);
  if (!isQuoted) return undefined;
  // `">text</a>`: markup behind an attribute, not a comparison with a column.
  if (expression === 'comparison' && !isLogical && all[at + 1]?.kind === 'word') return undefined;
  if (expression === 'comparison')
    return found(isLogical ? 0.92 : 0.85, isLogical ? 'adds a condition' : 'adds a comparison');
  // `'='`, `'-'`, `'*'`: the value becomes an expression of two literals, which is true or zero in a comparison.
  const next = all[at + 1];
  if (expression === 'literal' && next?.kind === 'string' && all[at + 2]?.kind === 'end' && operator !== '+')
    return found(0.6, `turns the literal into an expression with ${operator}`);
  if (expression === 'literal' && all.some((token) => token.kind === 'comment') && isClosed(all, at + 2))
    return found(0.85, 'adds an expression and comments the rest out');
  return undefined;
}

/**
 * `aa'!='1`, `1'*column is \\N or '1`, `' like '`: operators and operands take turns up to the quote that the statement
 * itself closes, or up to a comment.
 */
function alternating(all: readonly SqlToken[], at: number): Continuation | undefined {
  let isOperandNext = true;
  let operators = 0;
  let isComparing = false;
  for (let i = at; i < all.length; i++) {
    const token = all[i]!;
    const isOperator =
      token.kind === 'operator' || (token.kind === 'word' && (LOGICAL.has(token.text) || COMPARING.has(token.text)));
    if (isOperator) {
      operators += 1;
      isComparing ||= token.kind === 'word' || /^(?:[=<>!]|\|\||&&)/.test(token.text);
      isOperandNext = true;
    } else if (token.kind === '(' || token.kind === ')') {
      if (token.kind === ')') isOperandNext = false;
    } else if (token.kind === 'comment' || token.kind === 'end') {
      if (token.kind === 'end' || operators === 0 || isOperandNext) return undefined;
      return found(0.85, 'adds an expression and comments the rest out');
    } else if (isOperand(token)) {
      if (!isOperandNext && all[i - 1]?.kind !== ')') return undefined;
      if (token.kind === 'open-string')
        return operators === 0 || i < 1
          ? undefined
          : found(
              isComparing ? 0.82 : operators > 1 ? 0.8 : 0.6,
              'goes on as an expression up to the statement’s own quote',
            );
      isOperandNext = false;
    } else return undefined;
  }
  return undefined;
}
