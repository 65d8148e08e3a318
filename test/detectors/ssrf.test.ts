import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { ssrf } from '../../src/detectors/ssrf.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['http://127.0.0.1:22/', { name: 'imageUrl', location: 'body' }],
  ['http://localhost:8080/admin', { name: 'url', location: 'body' }],
  ['http://169.254.169.254/latest/meta-data/', { name: 'url' }],
  ['http://metadata.google.internal/computeMetadata/v1/', { name: 'url' }],
  ['http://127.0.0.1:6379/', { name: 'url', location: 'query' }],
  ['http://localhost/admin', { name: 'url', location: 'query' }],
  ['http://2130706433/', { name: 'url' }],
  ['http://0x7f000001/', { name: 'url' }],
  ['http://0177.0.0.1/', { name: 'url' }],
  ['http://127.1/', { name: 'url' }],
  ['http://[::ffff:127.0.0.1]/', { name: 'url' }],
  ['gopher://127.0.0.1:6379/_INFO', { name: 'url' }],
  ['dict://127.0.0.1:11211/stats', { name: 'url' }],
  ['file:///etc/passwd', { name: 'url', location: 'query' }],
  ['http://example.com@169.254.169.254/', { name: 'url' }],
  ['http://169.254.169.254.nip.io/', { name: 'url' }],
  ['http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/', { name: 'url' }],
  ['http://0xa9fea9fe/', { name: 'url' }],
  ['//169.254.169.254/latest', { name: 'url' }],
  ['http://127.0.0.1:6379/', {}],
  ['http://[::1]/', {}],
  ['http://127.127.127.127', {}],
  ['http://①②⑦.⓪.⓪.①/', {}],
  ['http://127。0。0。1/', {}],
  ['http://localhost:2375/containers/json', {}],
  ['ldap://localhost:389/', {}],
  ['http://127.0.0.1/', {}],
  ['http://localhost/admin', {}],
  ['http://192.0.0.192/latest/', {}],
  ['http://metadata/computeMetadata/v1/', {}],
  ['http://a.b.oastify.com/x', {}],
];

const QUIET: Row[] = [
  ['http://localhost:3000 is the dev URL in our README', { name: 'q', location: 'query' }],
  ['https://example.com/webhook', { name: 'url' }],
  ['http://api.example.com:8080/x', { name: 'url' }],
  ['https://8.8.8.8/dns-query', { name: 'url' }],
  ['http://localhost:3000/callback', { name: 'redirect_uri' }],
  ['http://127.0.0.1:8080/', { location: 'header', name: 'referer' }],
  ['mailto:ann@example.com', { name: 'contact' }],
  ['https://cdn.example.com/a.png', { name: 'avatar' }],
  ['12:30:00', { name: 'time' }],
  ['note: see http://localhost in the docs', { name: 'text' }],
  ['urn:isbn:0451450523', { name: 'id' }],
  ['https://example.com/?next=/home', { name: 'url' }],
  ['file: report.pdf', { name: 'text' }],
  ['s3://bucket/key', { name: 'uri' }],
  ['git+ssh://git@example.com/x.git', { name: 'repo' }],
  ['data:image/png;base64,iVBOR', { name: 'img' }],
  ['http://localhost:3000/', { name: 'base_url' }],
  ['a//b//c', { name: 'path' }],
  ['http://localhost:8080/callback', { name: 'redirect_uris', pointer: '/redirect_uris/0' }],
  ['http://metadata.example.com/v1', {}],
  ['http://127.example.com/', {}],
  ['http://例え.example/', {}],
  ['redis://127.0.0.1:6379/0', {}],
  ['postgres://app@localhost:5432/app', {}],
  ['https://oast.example.com/', {}],
];

describe('ssrf', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(ssrf, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(ssrf, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
