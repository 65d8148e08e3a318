// Responses as APIs and their pages give them.
import type { Random } from '../random.ts';
import type { CorpusResponse } from '../transaction.ts';
import { CODE, HTML, NAMES, paragraph, sentence, tutorial } from './texts.ts';

const json = (status: number, value: unknown): CorpusResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});

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
];
