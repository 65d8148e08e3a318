// SQL that gives itself away wherever it stands in a value, whatever stands in front of it: a second query, a subquery, a
// comparison of constants, a further statement, a pause. Nothing here looks at words alone; each place is lexed and read.
import { continuationOf } from './continuation.ts';
import { lexSql } from './lexer.ts';
import type { Continuation } from './recognised.ts';
import { hasSelectList } from './select-list.ts';

/** A continuation and where in the value it begins. */
export interface Sighting extends Continuation {
  readonly start: number;
}

/** How many places of each kind are read in one value, from the front and from the end. */
const PLACES_MAX = 12;

const UNION = /(?<![A-Za-z_])(?:union|intersect|except)(?![A-Za-z_])/gi;
const SUBQUERY = /\(\s{0,20}(?:\/\*(?:!\d{0,6}|[^*]{0,100}\*\/)\s{0,20})?select(?![A-Za-z_])/gi;
const CONDITION = /(?<![A-Za-z_])(?:and|or|xor|having|where)(?![A-Za-z_])|\|\||&&/gi;
const STATEMENT =
  /;\s{0,20}(?:\/\*[^*]{0,100}\*\/\s{0,20})?(?=(?:select|insert|update|delete|drop|create|alter|exec|execute|declare|waitfor|shutdown|truncate|merge|call|grant|copy|attach|load|if|while|begin|do|rename|backup|use|set)(?![A-Za-z_]))/gi;
const DELAY = /(?<![A-Za-z_])waitfor\b[\s/*+]{1,40}(?:delay|time)\b[\s/*+]{0,40}['"(@\d]/i;
const PROCEDURE = /(?<![A-Za-z_])(?:exec|execute)\b[\s(/*+]{1,20}(?:master\W{1,2}|\w{0,30}\.{1,2})?(?:xp|sp)_\w{3,40}/i;

/** `IIF(2=3,x,1/0)`, `CASE WHEN (1=1) THEN …`: a choice that is known before it is made. */
const CHOICE =
  /(?<![A-Za-z_.])(?:(?:iif|if|elt|make_set|decode|choose)\s{0,4}\(|case\s{1,4}when\b)\s{0,4}\(?\s{0,4}(\d{1,12})\s{0,4}=\s{0,4}\d{1,12}\s{0,4}[),]?\s{0,4}(?:,|\)|then\b)/i;
/** A query of the tables that describe the others; nothing but a database's own tools asks for them. */
const CATALOGUE =
  /[^\s(](?=\s)[^;]{0,40}\bselect\b[^;]{1,300}?\bfrom\b[\s`"[]{1,8}(?:information_schema\b|pg_catalog\b|pg_(?:user|shadow|tables)\b|sys(?:objects|columns|users|databases)\b|sqlite_(?:master|schema)\b|all_(?:tables|tab_columns|users)\b|mysql\s{0,2}[.`]{1,3}user\b|master\s{0,2}\.)/i;
/** `@a into outfile '/var/www/a.php'`: a query's answer goes to a file of the database's machine. */
const OUTFILE = /(?<![A-Za-z_])into\s{1,20}(?:out|dump)file\s{0,20}\(?\s{0,20}['"]/i;

/** Behind `-- ` on the same line nothing is SQL any more; a dash between words is one as well. */
function isCommentedOut(text: string, at: number): boolean {
  return /\w -- [^\n]{0,40}$/.test(text.slice(Math.max(0, at - 80), at));
}

export function sightings(text: string): Sighting[] {
  const found: Sighting[] = [];
  for (const start of places(text, UNION)) {
    const tokens = lexSql(text, start);
    const continuation = continuationOf(tokens, false);
    if (continuation !== undefined) found.push({ ...continuation, start });
    else if (text.includes('/*') && tokens.length <= 4 && tokens[1]?.text === 'SELECT')
      found.push({ confidence: 0.85, what: 'adds a second query with UNION', start });
  }
  for (const start of places(text, SUBQUERY)) {
    const tokens = lexSql(text, start + 1);
    if (hasSelectList(tokens, 1, true)) found.push({ confidence: 0.92, what: 'has a subquery', start });
  }
  for (const start of places(text, CONDITION)) {
    if (comparesConstants(text, start) && !isCommentedOut(text, start))
      found.push({ confidence: 0.92, what: 'compares constants in a condition', start });
  }
  for (const start of places(text, STATEMENT)) {
    const continuation = continuationOf(lexSql(text, start), false);
    if (continuation !== undefined) found.push({ ...continuation, start });
  }
  // Filters that take comments out put the words together: `UN/**/ION SEL/**/ECT`.
  if (text.includes('/*') && /un(?:i|\/\*)/i.test(text)) {
    const joined = text.slice(0, 4_000).replace(/\/\*[^*]{0,60}\*\//g, '');
    if (/union\s*(?:all\s*)?\(?\s*select/i.test(joined))
      found.push({ confidence: 0.9, what: 'adds a second query with UNION in pieces', start: text.search(/un/i) });
  }
  const delay = DELAY.exec(text);
  if (delay !== null) found.push({ confidence: 0.95, what: 'makes the database wait', start: delay.index });
  const call = CHOICE.exec(text);
  if (call !== null) found.push({ confidence: 0.9, what: 'chooses by a comparison of constants', start: call.index });
  const catalogue = CATALOGUE.exec(text);
  if (catalogue !== null)
    found.push({ confidence: 0.85, what: 'reads the database’s own tables', start: catalogue.index });
  const outfile = OUTFILE.exec(text);
  if (outfile !== null) found.push({ confidence: 0.88, what: 'writes a file by a query', start: outfile.index });
  const procedure = PROCEDURE.exec(text);
  if (procedure !== null)
    found.push({ confidence: 0.92, what: 'runs a stored procedure of the system', start: procedure.index });
  return found;
}

/** First and last places of a pattern, so that neither many decoys in front nor behind hide one. */
function places(text: string, pattern: RegExp): number[] {
  const all: number[] = [];
  let next = 0;
  for (const match of text.matchAll(pattern)) {
    if (all.length < 2 * PLACES_MAX) all.push(match.index);
    else {
      all[PLACES_MAX + next] = match.index;
      next = (next + 1) % PLACES_MAX;
    }
  }
  return all;
}

/** `and 8=3`, `or 'a'='a`, `|| 1 between 0 and 2`: no query in earnest compares what it already knows. */
function comparesConstants(text: string, start: number): boolean {
  // `>=16 || 14 >=14.17`: a range of versions.
  if (text.length < 200 && /^[\dvx\s.*<>=~^|-]+$/.test(text)) return false;
  const tokens = lexSql(text, start).slice(0, 14);
  let i = constantEnd(tokens, 1);
  if (i === undefined) return false;
  const comparison = tokens[i]!;
  if (comparison.text === 'NOT') i += 1;
  const word = tokens[i]!.text;
  if (!/^(?:=|<=>|<>|!=|<|>|<=|>=|LIKE|RLIKE|REGEXP|BETWEEN|IN|IS|SOUNDS)$/.test(word)) return false;
  return constantEnd(tokens, i + 1) !== undefined;
}

/** `len(path)`, as Python has it: SQL Server asks for the length of its own variables, of calls and of queries. */
function isOfProgram(tokens: ReturnType<typeof lexSql>, at: number): boolean {
  return (
    tokens[at]?.kind === 'word' &&
    tokens[at + 1]?.kind !== '(' &&
    !/^(?:SELECT|(?:CURRENT_|SYSTEM_|SESSION_)?USER|PASSWORD|USERNAME)$/.test(tokens[at].text)
  );
}

/** Index behind a number, a string or a function of constants, with its signs and parentheses. */
function constantEnd(tokens: ReturnType<typeof lexSql>, from: number): number | undefined {
  let i = from;
  while (tokens[i]?.kind === '(' || /^(?:[-+~!]|NOT|BINARY)$/.test(tokens[i]?.text ?? '')) i += 1;
  const token = tokens[i];
  if (token === undefined) return undefined;
  if (token.kind === 'word') {
    const isCall =
      tokens[i + 1]?.kind === '(' &&
      /^(?:COS|SIN|PI|ABS|BENCHMARK|SLEEP|PG_SLEEP|RANDOMBLOB|LIKE|FLOOR|RAND|EXTRACTVALUE|UPDATEXML|DBMS_\w+|SUBSTR|SUBSTRING|MID|CHAR|CHR|ASCII|ORD|LENGTH|LEN|LOWER|UPPER|MD5|HEX|CONCAT|NOW|SYSDATE|DATABASE|SCHEMA|VERSION|USER|CONNECTION_ID|JSON_\w+|ST_\w+|IF|IIF)$/.test(
        token.text,
      );
    if (!isCall || (token.text === 'LEN' && isOfProgram(tokens, i + 2))) return undefined;
    let depth = 0;
    for (i += 1; i < tokens.length; i++) {
      if (tokens[i]!.kind === '(') depth += 1;
      else if (tokens[i]!.kind === ')' && --depth === 0) break;
    }
  } else if (token.kind === 'variable') {
    // `@@version` is the server's own; `@name` may be anybody's.
    if (!token.isServers) return undefined;
  } else if (token.kind !== 'number' && token.kind !== 'string' && token.kind !== 'open-string') return undefined;
  i += 1;
  while (tokens[i]?.kind === ')') i += 1;
  return i < tokens.length || token.kind === 'open-string' ? i : undefined;
}
