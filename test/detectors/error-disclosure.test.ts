import { describe, expect, it } from 'vitest';
import type { ResponseView } from '../../src/core/detector.ts';
import { errorDisclosure } from '../../src/detectors/error-disclosure.ts';

function found(latin1: string, status = 500): string[] {
  return errorDisclosure
    .load({})({ status, body: { latin1, bytes: Buffer.from(latin1, 'latin1') } } as unknown as ResponseView)
    .map((one) => one.what);
}

describe('error-disclosure', () => {
  it.each([
    ['Error: x\n    at f (/app/server.js:10:5)', 'a Node stack trace'],
    ['{"stack":"Error\\n    at Object.<anonymous> (/srv/app/index.js:1:7)"}', 'a Node stack trace'],
    ['\tat com.example.Shop.get(Shop.java:42)', 'a Java stack trace'],
    ['Traceback (most recent call last):\n  File "/app/x.py"', 'a Python stack trace'],
    ['<b>Warning</b>: x in /var/www/html/index.php on line <b>12</b>', 'a PHP error with its file'],
    ['goroutine 1 [running]:\nmain.main()', 'a Go stack trace'],
    ["/app/models/user.rb:12:in `find'", 'a Ruby stack trace'],
    ["/app/models/user.rb:12:in 'User#find'", 'a Ruby stack trace'],
    ['\tat shop.OrderKt.total(Order.kt:17)', 'a Kotlin stack trace'],
    ['{"trace":"at controllers.Shop$.index(Shop.scala:9)"}', 'a Scala stack trace'],
    [
      '** (KeyError) key :id not found\n    (shop 0.1.0) lib/shop/order.ex:12: Shop.Order.get/1',
      'an Elixir stack trace',
    ],
    ['panic: runtime error: index out of range [3] with length 3', 'a Go panic'],
    ["thread 'main' panicked at src/main.rs:2:5", 'a Rust panic'],
    ['   at Shop.Api.Get(Int32 id) in /src/Shop/Api.cs:line 42', 'a .NET stack trace'],
    ['You have an error in your SQL syntax; check', 'a MySQL error'],
    ['ORA-00933: SQL command not properly ended', 'an Oracle error'],
    ['ERROR: syntax error at or near "\'"', 'a PostgreSQL error'],
    ['Unclosed quotation mark after the character string', 'a SQL Server error'],
  ])('finds %j', (text, what) => expect(found(text)).toContain(`shows ${what}`));

  it.each([
    '{"error":"internal error"}',
    'Meet me at 10:30 at the station',
    'The file /docs/index.php explains it',
    'We write Java and Python; a traceback is a list of calls',
    '{"name":"SQL syntax for beginners"}',
    'Whoops! That page is gone.',
    'ORA-nge juice',
    '안녕하세요, 오류가 발생했습니다',
    '{"at":"2026-11-24T10:20:30Z"}',
    '{"line":12,"column":5}',
    'goroutine pools are useful',
    'Some ** (stars) and lib/notes.ex:3 in a text',
    'A runtime error: what it is, and how it differs from a fault of the compiler',
    '{"files":["src/Order.kt:12","app/user.rb:7","Shop.scala:9"]}',
    'See KeyError in the manual of Elixir; a stack trace begins with two stars',
    'thread closed',
    'look at https://example.com:8080',
  ])('is quiet about %j', (text) => expect(found(text)).toEqual([]));
});

describe('error-disclosure of libraries and databases', () => {
  it.each([
    ['org.hibernate.exception.SQLGrammarException: could not execute query', 'a Hibernate error'],
    ['System.Data.SqlClient.SqlException: Incorrect syntax', 'a SQL Server error'],
    ['[Microsoft][ODBC SQL Server Driver] x', 'an ODBC error'],
    ['PG::SyntaxError: ERROR', 'a PostgreSQL error'],
    ['sqlalchemy.exc.ProgrammingError: (x)', 'an SQLAlchemy error'],
    ['SequelizeDatabaseError: x', 'a Sequelize error'],
    ['SQLCODE=-104, SQLSTATE=42601', 'a DB2 error'],
    ["Unknown column 'x' in 'where clause'", 'a MySQL error'],
    ["Table 'shop.users' doesn't exist", 'a MySQL error'],
    ['<h1>Whitelabel Error Page</h1>', 'an error page of Spring'],
    ['<title>Action Controller: Exception caught</title>', 'a debug page of Rails'],
    ['Died at /srv/app/x.pl line 12.', 'a Perl error with its file'],
    ['connect ECONNREFUSED 10.0.0.5:5432', 'an inside address'],
    ['getaddrinfo ENOTFOUND db.internal', 'an inside host'],
    ['{"trace":[{"file":"/var/www/vendor/a/b.php","line":12}]}', 'a PHP stack trace'],
  ])('finds %j', (text, what) => expect(found(text)).toContain(`shows ${what}`));

  it('finds a stack trace behind words that look like its beginning', () => {
    const padding = 'see app.js: at noon, look at me. '.repeat(3_000);
    expect(found(`${padding}Error\n    at f (/srv/app/server.js:10:5)`)).toContain('shows a Node stack trace');
  });

  it.each([
    '{"body":"Help!\\n```\\nTypeError: x\\n    at f (/home/ann/app.js:12:5)\\n```\\nWhat is wrong?"}',
    '<p>Errors</p><pre><code>Traceback (most recent call last):\n  File "a.py", line 3</code></pre>',
  ])('takes what %j shows for a sample', (text) => {
    expect(found(text, 200)).toEqual([]);
    expect(found(text, 500)).toHaveLength(1);
  });

  it.each([
    'The page doesn’t exist',
    "That table doesn't exist in our restaurant",
    'Unknown column width',
    'Read about Django and Rails on line 12.',
    'The files are in /vendor/ and /docs/',
    'Our ECONNREFUSED guide explains refused connections',
    'SQLCODE is a variable',
    'Whitelabel products',
    'We hire: see app.js: and main.ts: for examples',
  ])('is quiet about %j', (text) => expect(found(text, 200)).toEqual([]));
});
