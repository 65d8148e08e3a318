// Error disclosure: answers that show how the backend is built. A handful of rare words, searched natively, leads to the
// places where the grammar of a stack trace or of a database's error is checked.
import type { PlacedRecognition, ResponseDetector, ResponseView } from '../core/detector.ts';
import { Needles } from './needles.ts';
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
    '.js:',
    /(?:\n|\\n)\s*at (?:[\w$.<>[\] ]+ \()?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s)"]{1,300}:\d+:\d+\)?/,
    'a Node stack trace',
  ],
  [
    '.ts:',
    /(?:\n|\\n)\s*at (?:[\w$.<>[\] ]+ \()?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s)"]{1,300}:\d+:\d+\)?/,
    'a Node stack trace',
  ],
  [
    '.mjs:',
    /(?:\n|\\n)\s*at (?:[\w$.<>[\] ]+ \()?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s)"]{1,300}:\d+:\d+\)?/,
    'a Node stack trace',
  ],
  [
    'node:internal',
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
  ['.rb:', /\.rb:\d+:in [`'][^'`\n]{1,200}'/, 'a Ruby stack trace'],
  ['.kt:', /at [\w$.]+\([\w$]+\.kt:\d+\)/, 'a Kotlin stack trace'],
  ['.scala:', /at [\w$.]+\([\w$]+\.scala:\d+\)/, 'a Scala stack trace'],
  [
    '** (',
    /\*\* \([A-Z]\w{2,60}(?:\.\w{1,60}){0,4}\) [^\n]{1,400}(?:\\n|\n)\s+(?:\(\w+ [\d.]+\) )?[\w./-]+\.exs?:\d+: /,
    'an Elixir stack trace',
  ],
  [
    'runtime error: ',
    /\bruntime error: (?:index out of range|invalid memory address|slice bounds out of range|integer divide by zero)/,
    'a Go panic',
  ],
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
  ['SQLGrammarException', /\bhibernate\.exception\.SQLGrammarException\b/, 'a Hibernate error'],
  [
    'SqlException',
    /\bSystem\.Data\.SqlClient\.SqlException\b|\bMicrosoft\.Data\.SqlClient\.SqlException\b/,
    'a SQL Server error',
  ],
  ['OLE DB Provider', /\bMicrosoft OLE DB Provider for \w+/, 'a SQL Server error'],
  ['[Microsoft][', /\[Microsoft\]\[(?:ODBC|SQL)[\w .]{1,60}\]/, 'an ODBC error'],
  ['PG::', /\bPG::[A-Z]\w{2,40}(?:Error|Violation): /, 'a PostgreSQL error'],
  ['psycopg2.', /\bpsycopg2\.(?:errors\.\w+|\w*Error)\b/, 'a PostgreSQL error'],
  ['sqlalchemy.exc', /\bsqlalchemy\.exc\.\w+(?:Error)?: /, 'an SQLAlchemy error'],
  ['SequelizeDatabaseError', /\bSequelizeDatabaseError\b/, 'a Sequelize error'],
  ['PrismaClient', /\bPrismaClient(?:KnownRequest|UnknownRequest|Validation|Initialization)Error\b/, 'a Prisma error'],
  ['Database\\\\QueryException', /\bIlluminate\\{1,4}Database\\{1,4}QueryException/, 'a Laravel error'],
  ['Database\\QueryException', /\bIlluminate\\{1,4}Database\\{1,4}QueryException/, 'a Laravel error'],
  ['SQLCODE', /\bSQLCODE\s*[=:]\s*-\d{2,5}\b/, 'a DB2 error'],
  ['Unknown column', /\bUnknown column '[^']{1,80}' in '[\w ]{1,40}'/, 'a MySQL error'],
  ["doesn't exist", /\bTable '[\w$-]{1,64}\.[\w$-]{1,64}' doesn't exist/, 'a MySQL error'],
  ['string not properly terminated', /\bquoted string not properly terminated\b/, 'an Oracle error'],
  ['Whitelabel Error Page', /<h1>\s*Whitelabel Error Page|<title>\s*Whitelabel Error Page/, 'an error page of Spring'],
  ['Action Controller: Exception', /<title>\s*Action Controller: Exception caught/, 'a debug page of Rails'],
  ['exception-message', /class="[^"]{0,80}\bexception-message\b/, 'a debug page of Symfony'],
  ['System.NullReferenceException', /\bSystem\.NullReferenceException: /, 'a .NET error'],
  ['django.', /\bdjango\.(?:core\.exceptions|db\.utils|template\.exceptions|urls\.exceptions)\.\w+/, 'a Django error'],
  [' line ', /\bat \/[\w./-]{1,200}\.p[lm] line \d+\./, 'a Perl error with its file'],
  ['ECONNREFUSED', /\bconnect ECONNREFUSED (?:\d{1,3}\.){3}\d{1,3}:\d+/, 'an inside address'],
  ['ENOTFOUND', /\bgetaddrinfo E(?:NOTFOUND|AI_AGAIN) [\w.-]+/, 'an inside host'],
  ['/vendor/', /"file":\s*"(?:\\?\/[\w.-]+){1,20}\.php",\s*"line":\s*\d+/, 'a PHP stack trace'],
  ['\\/vendor\\/', /"file":\s*"(?:\\?\/[\w.-]+){1,20}\.php",\s*"line":\s*\d+/, 'a PHP stack trace'],
  ['MongoServerError', /MongoServerError: |MongoError: /, 'a MongoDB error'],
];

const NEEDLES = new Needles(SIGNS.map(([needle]) => needle));

function inspect(response: ResponseView): readonly PlacedRecognition[] {
  const { body } = response;
  if (body === undefined) return [];
  const present = NEEDLES.in(body.bytes);
  if (present.length === 0) return [];
  const text = body.latin1;
  const found: PlacedRecognition[] = [];
  for (const index of present) {
    const [needle, grammar, what] = SIGNS[index]!;
    const match = around(text, needle, grammar);
    if (match === null || (response.status < 400 && isShown(match))) continue;
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

/** In a fence of Markdown or an element for code: what somebody asks or writes about, and no fault of this backend. */
function isShown({ input, index }: RegExpExecArray): boolean {
  return /(?:```[\w-]{0,20}(?:\\n|\n)|<(?:code|pre|samp)\b[^>]{0,100}>)(?:(?!```|<\/(?:code|pre|samp)>)[\s\S]){0,400}$/.test(
    input.slice(Math.max(0, index - BEFORE), index),
  );
}

const PLACES_MAX = 200;
const BEFORE = 500;
const BEHIND = 4_000;

/** Looks around every place of the needle that the place before did not cover. */
function around(text: string, needle: string, grammar: RegExp): RegExpExecArray | null {
  let at = text.indexOf(needle);
  for (let places = 0; at !== -1 && places < PLACES_MAX; places++) {
    const match = grammar.exec(text.slice(Math.max(0, at - BEFORE), at + BEHIND));
    if (match !== null) return match;
    at = text.indexOf(needle, at + BEHIND);
  }
  return null;
}
