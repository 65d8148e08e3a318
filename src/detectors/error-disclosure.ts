// Error disclosure: answers that show how the backend is built. A handful of rare words, searched natively, leads to the
// places where the grammar of a stack trace or of a database's error is checked.
import type { PlacedRecognition, ResponseDetector, ResponseView } from '../core/detector.ts';
import { noSettings } from './settings.ts';

export const errorDisclosure: ResponseDetector = {
  kind: 'response',
  id: 'error-disclosure',
  settings: noSettings,
  load: () => inspect,
};

/** Needle, the grammar around it, and what it shows. `\\n` and real line ends both separate frames. */
const SIGNS: readonly (readonly [needle: string, grammar: RegExp, what: string])[] = [
  [
    'at ',
    /(?:\n|\\n)\s*at (?:[\w$.<>[\] ]+ \()?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s)"]{1,300}:\d+:\d+\)?/,
    'a Node stack trace',
  ],
  ['.java:', /at [\w$.]+\([\w$]+\.java:\d+\)/, 'a Java stack trace'],
  ['Traceback (most', /Traceback \(most recent call last\):(?:\\n|\s)/, 'a Python stack trace'],
  [
    '.php',
    /(?:in|at) (?:\/|[A-Z]:\\\\?)[^\s"<>]{1,200}\.php(?:\(\d+\)|:\d+| on line (?:<b>)?\d+)/,
    'a PHP error with its file',
  ],
  ['goroutine ', /goroutine \d+ \[\w[^\]]*\]:/, 'a Go stack trace'],
  ['in `', /\.rb:\d+:in [`'][^'`]+'/, 'a Ruby stack trace'],
  ['panicked at', /thread '[^']*' panicked at/, 'a Rust panic'],
  ['.cs:line', /at [\w.`<>]+\([^)]*\) in [^\s]+\.cs:line \d+/, 'a .NET stack trace'],
  ['Server Error in', /Server Error in '[^']*' Application/, 'an ASP.NET error page'],
  ['Werkzeug', /Werkzeug (?:Debugger|powered)/, 'a Werkzeug debugger'],
  ['DEBUG = True', /You're seeing this error because you have <code>DEBUG = True/, 'a Django debug page'],
  [
    'Whoops',
    /Whoops[,!] (?:looks like something went wrong|\\?There was an error)|Whoops\\\\Exception/,
    'a Laravel debug page',
  ],
  [
    'SQL syntax',
    /You have an error in your SQL syntax|check the manual that corresponds to your (?:MySQL|MariaDB)/,
    'a MySQL error',
  ],
  ['SQLSTATE', /SQLSTATE\[\w{5}\]/, 'an SQLSTATE error'],
  ['ORA-', /\bORA-\d{5}: /, 'an Oracle error'],
  ['syntax error at or near', /syntax error at or near \\?"/, 'a PostgreSQL error'],
  ['Unclosed quotation', /Unclosed quotation mark after the character string/, 'a SQL Server error'],
  ['SQLITE_', /\bSQLITE_(?:ERROR|CONSTRAINT|MISUSE|RANGE)\b|near \\?"[^"]{1,40}\\?": syntax error/, 'an SQLite error'],
  [': syntax error', /near \\?"[^"\\]{0,40}\\?": syntax error/, 'an SQLite error'],
  ['unrecognized token', /unrecognized token: \\?"/, 'an SQLite error'],
  ['MongoServerError', /MongoServerError: |MongoError: /, 'a MongoDB error'],
];

function inspect(response: ResponseView): readonly PlacedRecognition[] {
  const text = response.body?.latin1;
  if (text === undefined || text === '') return [];
  const found: PlacedRecognition[] = [];
  for (const [needle, grammar, what] of SIGNS) {
    const at = text.indexOf(needle);
    if (at === -1) continue;
    const match = grammar.exec(text.slice(Math.max(0, at - 500), at + 4_000));
    if (match === null) continue;
    found.push({
      location: 'body',
      pointer: '',
      confidence: response.status >= 500 ? 0.95 : 0.6,
      severity: response.status >= 500 ? 'medium' : 'low',
      what: `shows ${what}`,
      matched: match[0],
    });
    if (found.length >= 3) break;
  }
  return found;
}
