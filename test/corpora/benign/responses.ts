// Responses as APIs and their pages give them.
import type { Random } from '../random.ts';
import type { CorpusResponse } from '../transaction.ts';
import { CODE, HTML, NAMES, paragraph, sentence, tutorial } from './texts.ts';

const json = (status: number, value: unknown): CorpusResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const html = (page: string): CorpusResponse => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from(page),
});

/** What people paste when they ask for help. */
const TRACES = [
  'TypeError: x is not a function\n    at Object.<anonymous> (/home/ann/app/src/index.js:12:5)\n    at node:internal/main/run_main_module:28:49',
  'Exception in thread "main" java.lang.NullPointerException\n\tat com.example.Main.run(Main.java:42)',
  'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\nKeyError: 7',
  'ERROR 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version',
  'panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.main()',
  'PHP Fatal error:  Uncaught Error in /var/www/html/index.php:7',
];

export const RESPONSES: readonly (readonly [kind: string, make: (r: Random) => CorpusResponse])[] = [
  [
    'list',
    (r) =>
      json(200, {
        data: Array.from({ length: 8 }, (_, id) => ({
          id,
          name: r.pick(NAMES),
          note: sentence(r),
          at: '2026-11-24T10:20:30Z',
        })),
        total: 8,
        next: null,
      }),
  ],
  ['article', (r) => json(200, { id: r.integer(1, 999), title: sentence(r), body: tutorial(r), html: r.pick(HTML) })],
  [
    'code',
    (r) =>
      json(200, {
        files: [
          { path: 'src/a.ts', content: r.pick(CODE) },
          { path: 'README.md', content: tutorial(r) },
        ],
      }),
  ],
  ['comments', (r) => json(200, [{ text: paragraph(r) }, { text: sentence(r) }])],
  [
    'validation error',
    (r) =>
      json(422, {
        type: 'https://example.com/problems/validation',
        title: 'Invalid',
        errors: [
          { field: 'email', message: `'${r.word()}' is not an e-mail address` },
          { field: 'query', message: 'Syntax error near position 7' },
        ],
      }),
  ],
  ['not found', () => json(404, { error: { code: 'not_found', message: "We couldn't find that page." } })],
  ['server error', (r) => json(500, { error: 'Internal Server Error', requestId: r.hex(16) })],
  [
    'page',
    (r) => ({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: Buffer.from(
        `<!doctype html><html><head><title>Shop</title><script src="/app.js"></script></head><body><h1>${sentence(r).replaceAll('<', '&lt;')}</h1>${r.pick(HTML)}<form action="/search"><input name="q"></form></body></html>`,
      ),
    }),
  ],
  [
    'log lines',
    (r) =>
      json(200, {
        lines: [
          `GET /api/users/${r.digits(3)} 200 12ms`,
          'connected to db in 5 ms',
          'user ann logged in',
          'retrying in 5s (attempt 2 of 5)',
        ],
      }),
  ],
  [
    'text',
    (r) => ({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: Buffer.from(`# HELP x y\n# TYPE x counter\nx{path="/a"} ${r.digits(4)}\n`),
    }),
  ],
  [
    'csv',
    (r) => ({
      status: 200,
      headers: { 'content-type': 'text/csv' },
      body: Buffer.from(`id,name\n${r.digits(3)},"${r.pick(NAMES).replaceAll('"', '""')}"\n`),
    }),
  ],
  [
    'question',
    (r) =>
      json(200, {
        title: sentence(r),
        body: `${sentence(r)}\n\n\`\`\`\n${r.pick(TRACES)}\n\`\`\`\n\n${sentence(r)}`,
        answers: [{ text: paragraph(r), isAccepted: true }],
      }),
  ],
  [
    'help page',
    (r) =>
      html(
        `<!doctype html><html><head><title>Errors and what they mean</title></head><body><h1>Errors</h1><p>${escapeHtml(sentence(r))}</p><pre><code>${escapeHtml(r.pick(TRACES))}</code></pre><p>Index of all errors: <a href="/errors">list</a></p></body></html>`,
      ),
  ],
  [
    'admin page',
    (r) =>
      html(
        `<!doctype html><html><head><title>Jobs</title></head><body><form method="post"><select name="command"><option>reindex</option></select><input name="note" value="${escapeHtml(r.word())}"><button>Run</button></form><table><tr><td>uid</td><td>${r.digits(4)}</td></tr></table></body></html>`,
      ),
  ],
  [
    'openapi',
    (r) =>
      json(200, {
        openapi: '3.1.0',
        info: { title: 'Shop', version: '1.2.0', description: tutorial(r) },
        servers: [{ url: 'http://localhost:8080' }],
        paths: {
          '/files/{path}': {
            get: {
              parameters: [{ name: 'path', in: 'path', example: '../a.txt' }],
              responses: { 500: { description: 'Internal error' } },
            },
          },
        },
      }),
  ],
  [
    'files',
    (r) =>
      json(200, {
        path: '/documents',
        parent: '..',
        entries: ['report.pdf', '.env.example', 'id_rsa.pub', 'web.config', 'index.php'].map((name) => ({
          name,
          size: r.integer(10, 90_000),
          modified: '2026-11-24T10:20:30Z',
        })),
      }),
  ],
  [
    'graphql errors',
    (r) =>
      json(200, {
        data: null,
        errors: [
          {
            message: `Cannot query field "${r.word()}" on type "Query". Did you mean "orders"?`,
            locations: [{ line: 2, column: 3 }],
            extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
          },
        ],
      }),
  ],
  [
    'conflict',
    (r) =>
      json(409, {
        title: 'Already taken',
        detail: `The name "${r.word()}" is in use; unique values are required. See error 1062 in the handbook.`,
      }),
  ],
  [
    'script',
    (r) => ({
      status: 200,
      headers: { 'content-type': 'text/javascript' },
      body: Buffer.from(
        `!function(e){"use strict";var t=new Error("Traceback");try{e.${r.word()}("SELECT a FROM b")}catch(n){console.error(n.stack,"uid=",t)}}(window);\n//# sourceMappingURL=app.js.map\n`,
      ),
    }),
  ],
  [
    'feed',
    (r) => ({
      status: 200,
      headers: { 'content-type': 'application/rss+xml' },
      body: Buffer.from(
        `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>${escapeHtml(sentence(r))}</title><description><![CDATA[${r.pick(HTML)}]]></description></item></channel></rss>`,
      ),
    }),
  ],
  [
    'snippet as text',
    (r) => ({ status: 200, headers: { 'content-type': 'text/markdown' }, body: Buffer.from(tutorial(r)) }),
  ],
  [
    'releases',
    (r) =>
      json(200, [
        {
          tag: `v1.${r.digits(1)}`,
          notes: `- Fix: "${r.word()}" no longer fails with SQLSTATE 23505\n- A clearer message instead of a stack trace\n- \`ORA-\` codes are explained`,
        },
      ]),
  ],
  ['nothing', () => ({ status: 204, headers: {}, body: Buffer.alloc(0) })],
];
