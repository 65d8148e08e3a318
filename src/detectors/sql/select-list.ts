// Does what follows SELECT read as a list of columns, with the table they come from?
import { isClosed, operandEnd } from './expression.ts';
import type { SqlToken } from './lexer.ts';

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
      // `UNION ALL SELECT version,2,3`: nobody lists numbers behind a name in words.
      if (!isStrict && all[i + 1]?.kind === ',' && all[i + 2]?.kind === 'number') return true;
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
