// A further statement behind a separator, or behind what ends the one the value stands in.
import type { SqlToken } from './lexer.ts';
import { type Continuation, found } from './recognised.ts';
import { STATEMENTS } from './words.ts';

/** `; DROP TABLE x`, `; EXEC xp_cmdshell …`, `; --` */
export function statementsAfter(all: readonly SqlToken[], at: number): Continuation | undefined {
  let i = at;
  while (all[i]?.kind === ';') i += 1;
  const word = all[i];
  if (word?.kind === 'comment') return found(0.85, 'ends the statement and comments the rest out');
  if (word?.kind !== 'word' || !STATEMENTS.has(word.text)) return undefined;
  const next = all[i + 1];
  if (word.text === 'DO' && next?.kind === '(') return found(0.85, 'adds a DO statement');
  if (word.text === 'BEGIN' && all[i + 2]?.kind === '.' && all[i + 4]?.kind === '(')
    return found(0.95, 'adds a block that calls a procedure');
  if ((word.text === 'BEGIN' || word.text === 'DO') && next !== undefined && next.kind !== 'comment')
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
