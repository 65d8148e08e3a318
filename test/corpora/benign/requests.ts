// Requests as API clients of all kinds send them.
import type { Random } from '../random.ts';
import { type CorpusRequest, get, post, postJson } from '../transaction.ts';
import { CRON, GRAPHQL, JQL, jsonQuery, METRICS, ODATA, RSQL, SEARCHES } from './queries.ts';
import { CODE, HTML, NAMES, paragraph, sentence, tutorial } from './texts.ts';

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'curl/8.5.0',
  'python-requests/2.32.3',
  'okhttp/4.12.0',
  'PostmanRuntime/7.39.0',
  'Go-http-client/2.0',
  'Dart/3.4 (dart:io)',
  'axios/1.7.2',
  'MyApp/3.2.1 (build 412; Android 14; Pixel 8 Pro; en_US)',
  'Googlebot/2.1 (+http://www.google.com/bot.html)',
  'Apache-HttpClient/4.5.14 (Java/17.0.11)',
];
const uuid = (r: Random): string => `${r.hex(8)}-${r.hex(4)}-4${r.hex(3)}-a${r.hex(3)}-${r.hex(12)}`;
const token = (r: Random): string =>
  `${Buffer.from('{"alg":"RS256","typ":"JWT","kid":"2026-01"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: uuid(r), name: r.pick(NAMES), exp: 1_900_000_000 })).toString('base64url')}.${Buffer.from(r.hex(64)).toString('base64url')}`;
const image = (r: Random): string => Buffer.from(r.hex(r.integer(200, 900)), 'hex').toString('base64');
const q = encodeURIComponent;

type Kind = readonly [kind: string, make: (r: Random) => CorpusRequest];

export const REQUESTS: readonly Kind[] = [
  [
    'list',
    (r) =>
      get(
        `/api/v1/${r.pick(['users', 'orders', 'products'])}?page=${r.integer(1, 90)}&per_page=50&sort=-created_at&fields=id,name,price&ids=${r.digits(4)},${r.digits(4)}`,
        browser(r),
      ),
  ],
  [
    'item',
    (r) =>
      get(
        `/api/users/${r.pick([r.digits(6), uuid(r), r.hex(24), 'me', `usr_${r.hex(16)}`])}/orders/${r.digits(5)}`,
        browser(r),
      ),
  ],
  ['search', (r) => get(`/api/search?q=${q(r.pick(SEARCHES))}&lang=en`, browser(r))],
  ['search', (r) => postJson('/api/search', { query: r.pick(SEARCHES), page: 1 })],
  [
    'odata',
    (r) =>
      get(
        `/odata/Products?$filter=${q(r.pick(ODATA))}&$select=Id,Name&$expand=Category($select=Name)&$orderby=Name%20desc&$top=20&$count=true`,
      ),
  ],
  ['rsql', (r) => get(`/api/items?filter=${q(r.pick(RSQL))}`)],
  ['jql', (r) => get(`/rest/api/2/search?jql=${q(r.pick(JQL))}`)],
  ['metrics', (r) => get(`/api/v1/query?query=${q(r.pick(METRICS))}&time=1764145000.1`)],
  ['json query', (r) => postJson('/api/items/_search', jsonQuery(r))],
  [
    'graphql',
    (r) =>
      postJson('/graphql', { query: r.pick(GRAPHQL), variables: { q: sentence(r), first: 10 }, operationName: null }),
  ],
  ['graphql', () => get(`/graphql?query=${q(GRAPHQL[0]!)}`)],
  [
    'profile',
    (r) =>
      postJson('/api/users', {
        name: r.pick(NAMES),
        email: `${r.word()}+x@example.com`,
        phone: `+49 (0)30 ${r.digits(6)}`,
        bio: sentence(r),
        address: { street: "12, rue de l'Église", city: "L'Aquila", zip: r.digits(5) },
        tags: ["rock'n'roll", 'R&B', 'C#'],
      }),
  ],
  [
    'comment',
    (r) =>
      postJson(`/api/posts/${r.digits(4)}/comments`, {
        text: r.chance(0.5) ? sentence(r) : paragraph(r),
        author: r.pick(NAMES),
      }),
  ],
  [
    'comment form',
    (r) =>
      post(
        '/comments',
        'application/x-www-form-urlencoded',
        `text=${q(paragraph(r))}&author=${q(r.pick(NAMES))}&next=${q('/posts/7?tab=all#c')}`,
      ),
  ],
  [
    'article',
    (r) =>
      postJson('/api/articles', {
        title: sentence(r),
        slug: `${r.word()}-${r.word()}`,
        body: tutorial(r),
        format: 'markdown',
      }),
  ],
  ['rich text', (r) => postJson('/api/pages', { title: sentence(r), html: r.some(HTML, 2).join('\n') })],
  ['code', (r) => postJson('/api/snippets', { language: 'auto', code: r.pick(CODE), description: sentence(r) })],
  [
    'commit',
    (r) =>
      postJson('/api/commits', {
        sha: r.hex(40),
        message: `fix(${r.word()}): ${sentence(r)}\n\nCloses #${r.digits(3)}`,
        files: ['src/../lib/a.ts', './package.json', "docs/O'Reilly notes.md"],
      }),
  ],
  [
    'ci log',
    (r) =>
      postJson('/api/builds/logs', {
        lines: [
          '$ npm ci && npm test',
          '> vitest run; exit $?',
          `##[group]Run tests`,
          'at Object.<anonymous> (/home/ci/builds/app/src/a.test.ts:12:5)',
          'PASS  test/a.test.ts (5.1 s)',
          'rm -rf /tmp/build-cache || true',
          `export PATH=/usr/local/bin:$PATH`,
          'warning: LF will be replaced by CRLF in a.txt',
        ],
        build: r.digits(5),
      }),
  ],
  [
    'webhook',
    (r) =>
      postJson('/api/webhooks', {
        url: `https://hooks.example.com/services/${r.hex(8)}/B${r.hex(8)}?token=${r.hex(24)}`,
        events: ['order.created', 'order.*'],
        secret: r.hex(32),
        template: 'Hello {{name}}, order {{order.id}} is ${{total}}',
      }),
  ],
  [
    'template',
    (r) =>
      postJson('/api/notifications', {
        subject: 'Hi {{ user.first_name | default("there") }}!',
        body: '{% if order.paid %}Thanks {{name}}{% else %}Please pay ${amount} by %date%{% endif %} <%= footer %>',
        data: { name: r.pick(NAMES) },
      }),
  ],
  ['avatar', (r) => postJson('/api/me/avatar', { image: `data:image/png;base64,${image(r)}` })],
  ['upload', (r) => upload(r)],
  [
    'telemetry',
    (r) =>
      postJson('/api/events', {
        batch: Array.from({ length: 5 }, () => ({
          event: 'page_view',
          url: `https://shop.example.com/p/${r.digits(4)}?utm_source=mail&utm_medium=cpc&gclid=${r.hex(30)}`,
          ts: 1_764_145_000 + r.integer(0, 999),
          ua: r.pick(AGENTS),
          props: { a: null, b: true, c: -1.5e-7 },
        })),
      }),
  ],
  [
    'manifest',
    (r) =>
      postJson('/api/packages', {
        name: `@${r.word()}/${r.word()}`,
        version: '1.2.3-rc.1+build.5',
        scripts: {
          build: 'tsc -p . && node scripts/copy.js',
          test: 'vitest run --coverage || exit 1',
          clean: 'rm -rf dist; mkdir dist',
          start: 'NODE_ENV=production node dist/main.js | pino-pretty',
        },
        dependencies: { a: '^1.0.0 || ~2.1', b: '>=3 <4' },
        bin: './bin/cli.js',
      }),
  ],
  ['config', (r) => post('/api/config', 'application/yaml', `${CODE[5]! + CODE[8]!}# ${sentence(r)}\n`)],
  [
    'schedule',
    (r) =>
      postJson('/api/jobs', {
        cron: r.pick(CRON),
        command: 'reports:daily',
        args: ['--from=-1d', '--format', 'csv'],
        timezone: 'Europe/Berlin',
      }),
  ],
  [
    'csv',
    (r) =>
      post(
        '/api/import',
        'text/csv',
        `id;name;note\n${r.digits(3)};"${r.pick(NAMES).replaceAll('"', '""')}";"${sentence(r).replaceAll('"', '""')}"\n7;x;=SUM(A1:A2)\n`,
      ),
  ],
  [
    'xml',
    (r) =>
      post(
        '/soap/orders',
        'text/xml; charset=utf-8',
        `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><Order id="${r.digits(5)}"><Customer>${r.pick(NAMES).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Customer><Note><![CDATA[${sentence(r)}]]></Note></Order></soap:Body></soap:Envelope>`,
      ),
  ],
  [
    'login',
    (r) =>
      postJson('/api/login', {
        username: `${r.word()}@example.com`,
        password: r.pick([
          "p@ss'w0rd;1",
          'a"b\\c<d>e',
          '$ecret|Pipe&Amp',
          "x'--y",
          '100%-#sure!',
          'Tr0ub4dor&3',
          '(){}[];:',
        ]),
      }),
  ],
  [
    'oauth',
    (r) =>
      post(
        '/oauth/token',
        'application/x-www-form-urlencoded',
        `grant_type=authorization_code&code=${r.hex(32)}&redirect_uri=${q('https://app.example.com/callback?x=1')}&code_verifier=${r.hex(43)}`,
      ),
  ],
  [
    'callback',
    (r) =>
      get(
        `/auth/callback?code=${r.hex(24)}&state=${q(`/dashboard?tab=a&b=c`)}&scope=${q('openid profile email')}&redirect=${q('https://app.example.com/home#top')}`,
      ),
  ],
  [
    'patch',
    (r) => ({
      ...postJson(`/api/items/${r.digits(3)}`, [
        { op: 'replace', path: '/a~1b/0', value: sentence(r) },
        { op: 'remove', path: '/-' },
      ]),
      method: 'PATCH',
    }),
  ],
  [
    'mail',
    (r) =>
      postJson('/api/mail', {
        to: `${r.pick(NAMES)} <${r.word()}@example.com>`,
        subject: sentence(r),
        text: `Hi,\n\n${paragraph(r)}\n\nBest,\nAnn\n-- \nFrom: Ann Lee\nSubject: Re: x\n> quoted`,
      }),
  ],
  [
    'money',
    (r) =>
      postJson('/api/invoices', {
        amount: '1.299,00 €',
        iban: 'DE89 3704 0044 0532 0130 00',
        rows: [{ text: '2 × "Widget" (50% off)', price: -12.5 }],
        formula: '=IF(A1>0;A1*1,19;"-")',
        ref: `INV-${r.digits(4)}/${r.digits(2)}`,
      }),
  ],
  [
    'chat',
    (r) =>
      postJson('/api/messages', {
        text: r.pick([
          'lol :) <3',
          '¯\\_(ツ)_/¯',
          'brb; back @ 5',
          '@ann can u check /etc/nginx/nginx.conf on web-1?',
          'yes && no',
          '`whoami` returned root?!',
          "that's what 'she' said",
          '>:( no!',
          '/giphy cat',
          '$5 || free?',
          'ok -- thx',
          '<@U123> see <https://example.com|docs>',
        ]),
        thread: r.digits(9),
      }),
  ],
  [
    'files',
    (r) =>
      get(
        `/api/files?path=${q(r.pick(['/home/ann/report.pdf', 'docs/2026/plan v1.2 (final).docx', 'C:\\Users\\ann\\a.txt', './src/index.ts', '/var/www/html/index.html', 'photos/../photos/a.jpg', 's3://bucket/key=1/part-0.parquet']))}`,
      ),
  ],
  [
    'analytics cookies',
    (r) =>
      get('/api/cart', {
        ...browser(r),
        cookie: `_ga=GA1.2.${r.digits(9)}.${r.digits(10)}; _fbp=fb.1.${r.digits(13)}.${r.digits(9)}; OptanonConsent=isGpcEnabled=0&datestamp=Thu+Nov+26+2026+09%3A00%3A00+GMT%2B0100&version=202401.1.0&groups=C0001%3A1%2CC0002%3A0; session=${r.hex(32)}; prefs=%7B%22theme%22%3A%22dark%22%2C%22cols%22%3A%5B1%2C2%5D%7D`,
      }),
  ],
  [
    'map',
    (r) =>
      get(
        `/api/places?bbox=-122.52,37.70,-122.35,37.83&near=${q('48.8566,2.3522')}&types=${q('cafe|restaurant|bar')}&radius=500&opts=${q('{"open":true,"price":[1,2]}')}`,
        browser(r),
      ),
  ],
  [
    'ndjson',
    (r) =>
      post(
        '/api/_bulk',
        'application/x-ndjson',
        `{"index":{"_id":"${r.digits(3)}"}}\n${JSON.stringify({ text: sentence(r) })}\n`,
      ),
  ],
];

function browser(r: Random): Record<string, string> {
  return {
    'user-agent': r.pick(AGENTS),
    accept: 'application/json, text/plain, */*',
    'accept-language': 'en-US,en;q=0.9,ko;q=0.8',
    referer: `https://shop.example.com/search?q=${q(r.pick(SEARCHES))}`,
    'sec-ch-ua': '"Chromium";v="126", "Not-A.Brand";v="8"',
    'if-none-match': `W/"${r.hex(16)}"`,
    'x-request-id': uuid(r),
    ...(r.chance(0.5) ? { authorization: `Bearer ${token(r)}` } : {}),
  };
}

function upload(r: Random): CorpusRequest {
  const name = r.pick([
    "Bob's photo (1).jpg",
    'report_2026-01.pdf',
    '사진 1.png',
    'a & b; final.docx',
    'resume "v2".pdf'.replaceAll('"', ''),
  ]);
  const boundary = `----WebKitFormBoundary${r.hex(16)}`;
  return post(
    '/api/uploads',
    `multipart/form-data; boundary=${boundary}`,
    `--${boundary}\r\nContent-Disposition: form-data; name="description"\r\n\r\n${sentence(r)}\r\n--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n${Buffer.from(r.hex(400), 'hex').toString('latin1')}\r\n--${boundary}--\r\n`,
  );
}
