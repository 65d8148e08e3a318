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
  'WHILE',
  'DBMS_LOCK',
  'GOTO',
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

/**
 * Does what follows SELECT read as a list of columns? Names alone are also how people write: they need a table behind them,
 * and `isStrict` asks for that table of every list that begins with a name.
 */
export function hasSelectList(all: readonly SqlToken[], start: number, isStrict: boolean): boolean {
  let i = start;
  while (all[i]?.kind === '(' || /^(?:ALL|DISTINCT|TOP|SQL_\w+|STRAIGHT_JOIN)$/.test(all[i]?.text ?? '')) i += 1;
  const first = all[i];
  if (first === undefined) return false;
  switch (first.kind) {
    case 'number':
    case 'string':
    case 'open-string':
    case 'variable':
      return true;
    case 'operator':
      // `(SELECT|UNION|DROP)` is a pattern: only a sign or the star begins a list.
      return /^[-+*~!]$/.test(first.text);
    case 'comment':
    case '.':
    case 'end':
      return !isStrict;
    case 'word': {
      if (/^(?:NULL|CASE|SELECT|IDENTIFIER)$/.test(first.text) || all[i + 1]?.kind === '(') return true;
      if (!isStrict && (all[i + 1]?.kind === 'comment' || (all[i + 1]?.kind === ',' && all.at(-1)?.kind === 'comment')))
        return true;
      return tableBehind(all, i);
    }
    default:
      return false;
  }
}

/** `a, b FROM t WHERE …`: names with commas, FROM, a name, and nothing behind it that is no SQL. */
function tableBehind(all: readonly SqlToken[], start: number): boolean {
  for (let i = start; i < all.length; i++) {
    const token = all[i]!;
    if (token.text === 'FROM') {
      const table = all[i + 1];
      if (table?.kind === '(') return true;
      const end = operandEnd(all, i + 1);
      if (table?.kind !== 'word' || end === undefined) return false;
      const behind = all[end]?.kind === 'word' && isAliasEnd(all[end + 1]) ? end + 1 : end;
      return all[behind] === undefined || all[behind]!.text === 'WHERE' || isClosed(all, behind);
    }
    if (
      token.kind === 'word' &&
      all[i + 1]?.kind === 'word' &&
      all[i + 1]!.text !== 'FROM' &&
      all[i + 1]!.text !== 'AS' &&
      token.text !== 'AS'
    )
      return false;
    if (token.kind === 'end' || token.kind === ';') return false;
  }
  return false;
}

/** `FROM users u WHERE …`: what follows a table's other name. */
function isAliasEnd(token: SqlToken | undefined): boolean {
  return token?.kind === 'word' && /^(?:WHERE|JOIN|INNER|LEFT|RIGHT|ORDER|GROUP|LIMIT|UNION)$/.test(token.text);
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

const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '||', '::']);

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
  if (word.text === 'DO' && next?.kind === '(') return found(0.85, 'adds a DO statement');
  if (word.text === 'BEGIN' && all[i + 2]?.kind === '.' && all[i + 4]?.kind === '(')
    return found(0.95, 'adds a block that calls a procedure');
  if ((word.text === 'BEGIN' || word.text === 'DO') && next !== undefined && i + 1 < all.length)
    return statementsAfter(all, i + 1);
  if (word.text === 'DECLARE') return declares(all, i + 1) ? found(0.95, 'adds a DECLARE statement') : undefined;
  if (word.text === 'LOAD' && /^(?:XML|DATA)$/.test(next?.text ?? '')) return found(0.95, 'adds a LOAD statement');
  // `exec(code)` of a program runs a variable; `exec('…')` and `exec(@s)` are SQL Server's.
  if (/^EXEC(?:UTE)?$/.test(word.text) && next?.kind === '(')
    // `exec('ls', (error, out) => …)`: SQL Server's takes one argument.
    return (/^(?:string|open-string|variable)$/.test(all[i + 2]?.kind ?? '') && all[i + 3]?.kind !== ',') ||
      all[i + 3]?.kind === '('
      ? found(0.95, `adds a ${word.text} statement`)
      : undefined;
  if (word.text === 'IF' || word.text === 'WHILE')
    return hasStatementInside(all, i + 1) ? found(0.95, `adds a ${word.text} statement`) : undefined;
  const isStatement =
    next?.kind === 'variable' ||
    next?.kind === '(' ||
    next?.kind === ';' ||
    (word.text === 'SHUTDOWN' && (next?.kind !== 'word' || next.text === 'END')) ||
    (word.text === 'DBMS_LOCK' && next?.kind === '.') ||
    (word.text === 'DROP' && all[i + 2]?.kind === 'comment') ||
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

/** `DECLARE @x …`, `DECLARE c CURSOR …`, `DECLARE n NUMBER`; not `declare function f(): string` of a program. */
function declares(all: readonly SqlToken[], at: number): boolean {
  return (
    all[at]?.kind === 'variable' ||
    (all[at]?.kind === 'word' &&
      /^(?:CURSOR|INT|INTEGER|BIGINT|NUMBER|N?VARCHAR2?|CHAR|TEXT|DATE|BOOLEAN|CLOB|PRAGMA|CONTINUE|EXIT)$/.test(
        all[at + 1]?.text ?? '',
      ))
  );
}

/** `if (1=1) drop table x`, `while 1=1 shutdown`: behind a condition a statement that means something in SQL alone. */
function hasStatementInside(all: readonly SqlToken[], start: number): boolean {
  for (let i = start + 1; i < Math.min(all.length, start + 24); i++) {
    const word = all[i]!;
    if (word.kind !== 'word' || !/^(?:SELECT|WAITFOR|DROP|INSERT|UPDATE|DELETE|EXEC|SHUTDOWN)$/.test(word.text))
      continue;
    const before = all[i - 1]!.kind;
    if (before !== ')' && before !== 'number' && before !== 'string' && before !== ',') continue;
    const next = all[i + 1];
    if (
      word.text === 'SHUTDOWN' ||
      next?.kind === 'number' ||
      /^(?:TABLE|DELAY|FUNCTION|INTO|FROM|@.*)$/.test(next?.text ?? '')
    )
      return true;
  }
  return false;
}

function found(confidence: number, what: string): Continuation {
  return { confidence, what };
}
