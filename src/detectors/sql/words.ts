// The words and operators of SQL by what may follow them.

export const LOGICAL = new Set(['OR', 'AND', 'XOR', 'NOT', 'WHERE', 'HAVING', 'WHEN', 'ON', 'DIV', 'MOD']);

export const COMPARING = new Set([
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

export const COMPARISON = new Set([
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

export const STATEMENTS = new Set([
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

export const TELLING_FUNCTIONS =
  /^(?:SLEEP|BENCHMARK|PG_SLEEP|DBMS_\w+|UTL_\w+|XP_\w+|SP_\w+|EXTRACTVALUE|UPDATEXML|LOAD_FILE|RANDOMBLOB|GENERATE_SERIES|CTXSYS|GTID_SUBSET|JSON_KEYS|EXP|MAKE_SET|ELT|ORD|ASCII|SUBSTR|SUBSTRING|MID|CHAR|CHR|UNHEX|HEX|CONCAT|CONCAT_WS|GROUP_CONCAT|CAST|CONVERT|VERSION|DATABASE|SCHEMA|USER|CURRENT_USER|SYSTEM_USER|SESSION_USER|SYSDATE|NOW|IF|IIF|IFNULL|NULLIF|NVL|COALESCE|LENGTH|LEN|COUNT|ROW_COUNT|NAME_CONST|POLYGON|MULTIPOINT|XMLTYPE|QUERY_TO_XML|SQLITE_VERSION|SUBSTRB|INSTR|BITAND|FLOOR|RAND|MD5|SHA1|UPPER|LOWER|TYPEOF|LIKE|EXISTS)$/;

export const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '||', '::']);

export function isKeyword(word: string): boolean {
  return (
    LOGICAL.has(word) ||
    COMPARING.has(word) ||
    STATEMENTS.has(word) ||
    /^(?:FROM|AS|BY|DISTINCT|ALL|THEN|ELSE|END|CASE|NULL|LIMIT|ORDER|GROUP|FOR|USING|TOP|ASC|DESC|INTERVAL)$/.test(word)
  );
}
