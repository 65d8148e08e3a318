// Sixty attacks, each through thirty ways of hiding one: containers, encodings, padding, compression, charsets, confusion about
// the type, ambiguous multipart, duplicate names. Padding beyond the limits and chunks need sockets and are no part of it.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { markupAttack } from './attacks/markup.ts';
import { templateAttack } from './attacks/others.ts';
import { traversal } from './attacks/paths.ts';
import { shellAttack } from './attacks/shell.ts';
import { sqlAttack } from './attacks/sql.ts';
import { judge } from './measure.ts';
import { Random } from './random.ts';
import { CONTAINERS, type CorpusCase, type CorpusRequest, ENCODINGS, get, post, postJson } from './transaction.ts';

const CAUGHT_SHARE_MIN = 0.99;
const MIB = 1_048_576;

const r = new Random(20_261);
const ATTACKS = [sqlAttack, markupAttack, shellAttack, traversal, templateAttack].flatMap((make) =>
  Array.from({ length: 12 }, () => make(r)),
);

const json = (v: string): string => JSON.stringify({ id: 7, value: v });
const escaped = (v: string): string =>
  `{"value":"${[...v].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"}`;
const encoded = (v: string, encoding: string, bytes: Buffer): CorpusRequest => ({
  ...post('/api/items', 'application/json', json(v), { 'content-encoding': encoding }),
  body: bytes,
});
const padded = (v: string, length: number): CorpusRequest =>
  postJson('/api/items', { filler: 'a'.repeat(length), value: v });
const form = (v: string): string => `a=1&value=${encodeURIComponent(v)}`;
const part = (v: string, end: string, disposition = 'name="value"'): string =>
  `--bound\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${v}\r\n${end}`;
const MULTIPART = 'multipart/form-data; boundary=bound';

const WAYS: Readonly<Record<string, (v: string) => CorpusRequest | undefined>> = {
  ...CONTAINERS,
  'percent twice': (v) => CONTAINERS.query!(ENCODINGS['percent once more']!(v)),
  'every character in percent': (v) =>
    get(`/api/items?value=${[...Buffer.from(v)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('')}`),
  base64: (v) => CONTAINERS.json!(ENCODINGS.base64!(v)),
  'html references': (v) => CONTAINERS.form!(ENCODINGS['html references']!(v)),
  'JSON escapes': (v) => post('/api/items', 'application/json', escaped(v)),
  gzip: (v) => encoded(v, 'gzip', gzipSync(json(v))),
  deflate: (v) => encoded(v, 'deflate', deflateSync(json(v))),
  brotli: (v) => encoded(v, 'br', brotliCompressSync(json(v))),
  'gzip twice': (v) => encoded(v, 'gzip, gzip', gzipSync(gzipSync(json(v)))),
  'unknown encoding': (v) => encoded(v, 'compress', Buffer.from(json(v))),
  'JSON as text': (v) => post('/api/items', 'text/plain', json(v)),
  'JSON as a form': (v) => post('/api/items', 'application/x-www-form-urlencoded', json(v)),
  'JSON as bytes': (v) => post('/api/items', 'application/octet-stream', json(v)),
  'a form as JSON': (v) => post('/api/items', 'application/json', form(v)),
  '8 KiB in front': (v) => padded(v, 8_192),
  '128 KiB in front': (v) => padded(v, 131_072),
  '1 MiB in front': (v) => padded(v, MIB),
  'the same name twice in JSON': (v) =>
    post('/api/items', 'application/json', `{"value":"ok","value":${JSON.stringify(v)}}`),
  'the same parameter twice': (v) => get(`/api/items?value=ok&value=${encodeURIComponent(v)}`),
  'multipart without its end': (v) => post('/api/uploads', MULTIPART, part(v, '')),
  'multipart with text around': (v) => post('/api/uploads', MULTIPART, `${v}\r\n${part('ok', '--bound--')}`),
  'two boundaries': (v) => post('/api/uploads', `${MULTIPART}; boundary=other`, part(v, '--bound--')),
  'utf-16': (v) => ({
    ...post('/api/items', 'application/json; charset=utf-16', ''),
    body: Buffer.from(`\ufeff${json(v)}`, 'utf16le'),
  }),
  'utf-7 by name': (v) => post('/api/items', 'application/json; charset=utf-7', json(v)),
};

it('sixty attacks are caught however they are hidden', { timeout: 120_000 }, () => {
  const cases: CorpusCase[] = ATTACKS.flatMap((attack) =>
    Object.entries(WAYS).flatMap(([way, make]) => {
      const request = make(attack);
      return request === undefined ? [] : [{ kind: way, name: attack, request }];
    }),
  );
  expect(Object.keys(WAYS).length).toBeGreaterThanOrEqual(30);
  expect(cases.length).toBeGreaterThanOrEqual(1_500);
  const missed = judge(cases).filter((one) => !one.isBlocked);
  process.stdout.write(
    `evasion: ${cases.length - missed.length} of ${cases.length} caught\n${missed.map(({ one }) => `  ${one.kind}: ${JSON.stringify(one.name).slice(0, 120)}`).join('\n')}\n`,
  );
  expect(1 - missed.length / cases.length).toBeGreaterThanOrEqual(CAUGHT_SHARE_MIN);
});
