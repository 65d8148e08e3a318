// A value that is SQL as a whole: a statement, or a call of the database's functions.
import { lexSql } from './lexer.ts';
import { hasSelectList } from './select-list.ts';

const STATEMENT =
  /^[\s(]*(?:select\b[\s\S]{1,400}\bfrom\b\s*[\w"`[]|insert\s+into\b\s*[\w"`[]|update\b\s+[\w"`[.\]]{1,64}\s+set\b|delete\s+from\b\s*[\w"`[]|drop\s+(?:table|database)\b|create\s+(?:table|view|index|database)\b|alter\s+(?:table|function|procedure|view|index|type|domain|extension|sequence|schema|role|database)\b|create\s+(?:or\s+replace\s+)?(?:function|procedure|trigger|type|extension|operator|sequence|schema|unique\s+index)\b|comment\s+on\s+(?:table|column|function|extension)\b|with\s+\w+\s+as\s*\()/i;
const SELECT_START = /^[\s(]*select(?![A-Za-z_])/i;
/** Between SELECT and FROM stands no white space: nobody types it so but to get past a filter. */
const ODD = /^[\s(]*select(?:[^\s\w'",(][^\s]{0,200}?|\/\*[^*]{0,60}\*\/[^\s]{0,200}?)from(?![A-Za-z_])/i;

export function statementOf(text: string): 'plain' | 'spelled-oddly' | undefined {
  const head = text.slice(0, 600);
  if (ODD.test(head)) return 'spelled-oddly';
  if (!STATEMENT.test(head)) return undefined;
  if (!SELECT_START.test(head)) return 'plain';
  const tokens = lexSql(head, 0);
  const select = tokens.findIndex((token) => token.text === 'SELECT');
  if (!hasSelectList(tokens, select + 1, true)) return undefined;
  // In parentheses it is a subquery, which nobody types into a field of text.
  return /^\s*\(/.test(head) && /\)\s*(?:(?:as\s+)?\w{1,20}\s*)?(?:--|#|\/\*|$)/i.test(text.slice(-200))
    ? undefined
    : 'plain';
}

const BARE =
  /^\s*\(*\s*(?:if|iif|elt|ascii|sleep|benchmark|pg_sleep|extractvalue|updatexml|case|xor|dbms_\w+\.\w+|length|ascii|ord|conv|hex|mid|substr|substring|concat|char|make_set|randomblob|load_file|convert|cast)\s*(?:\(|\bwhen\b)/i;
const PAUSES = /^(?:SLEEP|BENCHMARK|PG_SLEEP|EXTRACTVALUE|UPDATEXML|DBMS_\w+|LOAD_FILE|RANDOMBLOB)$/;
const LOOKS = /^(?:VERSION|USER|DATABASE|SCHEMA|CURRENT_USER|SYSTEM_USER|SESSION_USER|LOAD_FILE|SYSDATE|NOW)$/;

const CASE = /^\s*\(?\s*case\b[^;]{1,200}\bwhen\b[^;]{1,200}\bthen\b[^;]{1,200}\bend\s*\)?\s*$/i;

/** `case 1 when 's' then 2 end`: a choice between constants, with no column in it. */
function isWholeCase(text: string): boolean {
  if (!CASE.test(text)) return false;
  const tokens = lexSql(text, 0);
  return tokens.every(
    (token, i) =>
      token.kind !== 'word' ||
      tokens[i + 1]?.kind === '(' ||
      /^(?:CASE|WHEN|THEN|ELSE|END|BINARY|NOT|NULL|TRUE|FALSE|LIKE|AND|OR|IN|IS)$/.test(token.text),
  );
}

/** `if(now()=sysdate(),sleep(6),0)`, `ELT(2280=2198,1)`, `length(version())`: pauses, compares constants or looks around. */
export function isBareCall(text: string): boolean {
  if (/^\s*\(\s{0,4}(\d{1,12})\s{0,4}=\s{0,4}\d{1,12}\s{0,4}\)\s{0,4}[*+|&^/-]/.test(text)) return true;
  if (isWholeCase(text)) return true;
  // `sleep(3)` alone is a page of the manual as well.
  if (text.length > 2_000 || !BARE.test(text) || /^\s*sleep\s*\(\s*\d\s*\)\s*$/.test(text)) return false;
  const tokens = lexSql(text, 0);
  return tokens.some(
    (token, i) =>
      (token.kind === 'word' &&
        tokens[i + 1]?.kind === '(' &&
        (PAUSES.test(token.text) || (i > 0 && LOOKS.test(token.text)))) ||
      (token.text === '=' && tokens[i - 1]!.kind === 'number' && tokens[i + 1]?.kind === 'number') ||
      token.text === 'SELECT',
  );
}
