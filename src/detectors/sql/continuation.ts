// Does what follows a broken-out literal go on as SQL and change the statement? A small recogniser over the tokens of the
// statement's tail: operators, set operations, further statements, clauses, comments. English after an apostrophe does not
// pass: it puts bare words next to each other where SQL wants an operator.
import type { SqlToken } from './lexer.ts';

export interface Continuation {
  readonly confidence: number;
  readonly what: string;
}

const LOGICAL = new Set(['OR', 'AND', 'XOR', 'NOT', 'WHERE', 'HAVING', 'WHEN', 'ON', 'DIV', 'MOD']);
const COMPARING = new Set([
  'LIKE',
  'ILIKE',
  'RLIKE',
  'REGEXP',
  'GLOB',
  'SIMILAR',
  'BETWEEN',
  'IN',
  'IS',
  'SOUNDS',
  'MATCH',
  'COLLATE',
  'ESCAPE',
]);
const COMPARISON = new Set([
  '=',
  '<>',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '<=>',
  '!',
  '~',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '*',
  '/',
  '%',
  '+',
  '-',
  '||',
  '::',
]);
const STATEMENTS = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'DROP',
  'CREATE',
  'ALTER',
  'EXEC',
  'EXECUTE',
  'DECLARE',
  'WAITFOR',
  'SHUTDOWN',
  'TRUNCATE',
  'MERGE',
  'REPLACE',
  'CALL',
  'GRANT',
  'REVOKE',
  'COPY',
  'ATTACH',
  'LOAD',
  'SET',
  'USE',
  'BEGIN',
  'IF',
  'DO',
  'HANDLER',
  'RENAME',
  'WITH',
  'VACUUM',
  'PRAGMA',
  'BACKUP',
  'RESTORE',
  'COMMIT',
  'ROLLBACK',
  'KILL',
]);
const TELLING_FUNCTIONS =
  /^(?:SLEEP|BENCHMARK|PG_SLEEP|DBMS_\w+|UTL_\w+|XP_\w+|SP_\w+|EXTRACTVALUE|UPDATEXML|LOAD_FILE|RANDOMBLOB|GENERATE_SERIES|CTXSYS|GTID_SUBSET|JSON_KEYS|EXP|MAKE_SET|ELT|ORD|ASCII|SUBSTR|SUBSTRING|MID|CHAR|CHR|UNHEX|HEX|CONCAT|CONCAT_WS|GROUP_CONCAT|CAST|CONVERT|VERSION|DATABASE|SCHEMA|USER|CURRENT_USER|SYSTEM_USER|SESSION_USER|SYSDATE|NOW|IF|IIF|IFNULL|NULLIF|NVL|COALESCE|LENGTH|LEN|COUNT|ROW_COUNT|NAME_CONST|POLYGON|MULTIPOINT|XMLTYPE|QUERY_TO_XML|SQLITE_VERSION|SUBSTRB|INSTR|BITAND|FLOOR|RAND|MD5|SHA1|UPPER|LOWER|TYPEOF|LIKE|EXISTS)$/;

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
      return afterOperator(all, at, isQuoted);
    case 'word':
      return afterWord(all, at, isQuoted, parentheses);
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
      while (all[i]?.text === 'ALL' || all[i]?.text === 'DISTINCT' || all[i]?.kind === '(') i += 1;
      if (all[i]?.text === 'SELECT' || all[i]?.text === 'VALUES' || all[i]?.text === 'TABLE')
        return found(0.97, 'adds a second query with UNION');
      return undefined;
    }
    case 'ORDER':
    case 'GROUP': {
      if (next?.text !== 'BY') return undefined;
      const isPosition = all[at + 2]?.kind === 'number' || all[at + 2]?.kind === '(';
      return isPosition && isClosedList(all, at + 2)
        ? found(isQuoted || all.at(-1)?.kind === 'comment' ? 0.9 : 0.75, `adds ${word} BY with a column position`)
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
    if (next?.kind === '(' && (all[at + 2]?.text === 'SELECT' || all[at + 2]?.text === 'CASE'))
      return found(0.95, `adds a subquery after ${word}`);
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
  // MySQL and SQL Server run a second statement without a separator after a closed literal.
  if (isQuoted && (word === 'EXEC' || word === 'DECLARE') && next?.kind === 'variable')
    return found(0.95, 'adds a statement');
  return undefined;
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

type Expression = 'comparison' | 'telling' | 'literal';

/** Reads one operand and, when there is one, a comparison behind it, up to where SQL may end. */
function expressionAt(all: readonly SqlToken[], start: number): Expression | undefined {
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
  if (operand.kind === 'word' && all[i + 1]?.kind === '(')
    return TELLING_FUNCTIONS.test(operand.text) && isArguments(all, i + 1) ? 'telling' : undefined;
  let end = operandEnd(all, i);
  if (end === undefined) return undefined;
  while (all[end]?.kind === ')') end += 1;
  const next = all[end];
  const isComparing =
    next !== undefined &&
    ((next.kind === 'operator' && COMPARISON.has(next.text)) || (next.kind === 'word' && COMPARING.has(next.text)));
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

/** Index behind an operand: a literal, a variable, or a name with dots. */
function operandEnd(all: readonly SqlToken[], at: number): number | undefined {
  if (!isOperand(all[at])) return undefined;
  let i = at + 1;
  while (all[i]?.kind === '.' && all[i + 1]?.kind === 'word') i += 2;
  return i;
}

function isOperand(token: SqlToken | undefined): boolean {
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
function isClosed(all: readonly SqlToken[], at: number): boolean {
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

function isClosedList(all: readonly SqlToken[], start: number): boolean {
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

function isKeyword(word: string): boolean {
  return (
    LOGICAL.has(word) ||
    COMPARING.has(word) ||
    STATEMENTS.has(word) ||
    /^(?:FROM|AS|BY|DISTINCT|ALL|THEN|ELSE|END|CASE|NULL|LIMIT|ORDER|GROUP|FOR|USING|TOP|ASC|DESC|INTERVAL)$/.test(word)
  );
}

/** `; DROP TABLE x`, `; EXEC xp_cmdshell …`, `; --` */
function statementsAfter(all: readonly SqlToken[], at: number): Continuation | undefined {
  let i = at;
  while (all[i]?.kind === ';') i += 1;
  const word = all[i];
  if (word?.kind === 'comment') return found(0.85, 'ends the statement and comments the rest out');
  if (word?.kind !== 'word' || !STATEMENTS.has(word.text)) return undefined;
  const next = all[i + 1];
  const isStatement =
    next?.kind === 'variable' ||
    next?.kind === '(' ||
    next?.kind === ';' ||
    (word.text === 'SHUTDOWN' && next?.kind !== 'word') ||
    (word.text === 'SELECT' &&
      (next?.kind === 'operator' ||
        next?.kind === 'number' ||
        next?.kind === 'string' ||
        all.slice(i, i + 12).some((token) => token.text === 'FROM' || token.kind === '('))) ||
    /^(?:TABLE|DATABASE|USER|INTO|FROM|VIEW|INDEX|PROCEDURE|FUNCTION|DELAY|TIME|TRIGGER|SCHEMA|LOGIN|ROLE|DATA|MASTER|XP_\w+|SP_\w+)$/.test(
      next?.text ?? '',
    ) ||
    (word.text === 'UPDATE' && all.slice(i, i + 5).some((token) => token.text === 'SET'));
  return isStatement ? found(0.95, `adds a ${word.text} statement`) : undefined;
}

function found(confidence: number, what: string): Continuation {
  return { confidence, what };
}
