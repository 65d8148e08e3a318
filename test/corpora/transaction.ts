// One transaction of a corpus, and the containers that a value can travel in.
export interface CorpusRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface CorpusResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface CorpusCase {
  /** Detection id of an attack; kind of a benign transaction. */
  readonly kind: string;
  /** What it is, for a list of misses. */
  readonly name: string;
  readonly request: CorpusRequest;
  readonly response?: CorpusResponse;
}

const NONE = Buffer.alloc(0);

export function get(url: string, headers: Readonly<Record<string, string>> = {}): CorpusRequest {
  return { method: 'GET', url, headers, body: NONE };
}

export function post(
  url: string,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): CorpusRequest {
  return { method: 'POST', url, headers: { 'content-type': type, ...headers }, body: Buffer.from(body) };
}

export function postJson(url: string, value: unknown): CorpusRequest {
  return post(url, 'application/json', JSON.stringify(value));
}

export type Container = (value: string) => CorpusRequest | undefined;

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const hasControls = (text: string): boolean => /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text);
const isHeaderText = (text: string): boolean => /^[\t\u0020-\u007e]+$/.test(text) && text.trim() === text;
/** What a quoted parameter of multipart carries without escapes. */
const isQuotable = (text: string): boolean => /^[\u0020-\u007e]+$/.test(text) && !/["\\]/.test(text);
const BOUNDARY = '----corpus7MA4YWxkTrZu0gW';

function multipart(disposition: string, content: string): CorpusRequest {
  return post(
    '/api/uploads',
    `multipart/form-data; boundary=${BOUNDARY}`,
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\nholiday\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`,
  );
}

/** Where a value can be put, by name. A container that cannot carry the value as it is gives nothing. */
export const CONTAINERS: Readonly<Record<string, Container>> = {
  query: (v) => get(`/api/items?page=2&value=${encodeURIComponent(v)}&sort=name`),
  path: (v) =>
    /[/\\\u0000-\u001f\u007f]/.test(v) || v === '' ? undefined : get(`/api/items/${encodeURIComponent(v)}/details`),
  header: (v) => (isHeaderText(v) ? get('/api/items', { 'x-tenant': v }) : undefined),
  cookie: (v) => get('/api/items', { cookie: `theme=dark; pref=${encodeURIComponent(v)}; lang=en` }),
  json: (v) => postJson('/api/items', { id: 42, value: v, active: true }),
  nested: (v) => postJson('/api/orders', { order: { lines: [{ sku: 'A-1' }, { sku: 'B-2', note: { value: v } }] } }),
  'json in a string': (v) => postJson('/api/events', { type: 'custom', payload: JSON.stringify({ a: 1, value: v }) }),
  form: (v) => post('/api/items', 'application/x-www-form-urlencoded', `a=1&value=${encodeURIComponent(v)}&b=2`),
  multipart: (v) => multipart('name="value"', v),
  'xml text': (v) =>
    hasControls(v)
      ? undefined
      : post('/api/items', 'application/xml', `<item><id>4</id><value>${escapeXml(v)}</value></item>`),
  'xml attribute': (v) =>
    hasControls(v) || /[\r\n\t]/.test(v)
      ? undefined
      : post('/api/items', 'application/xml', `<item value="${escapeXml(v)}"><id>4</id></item>`),
  'graphql variable': (v) =>
    postJson('/graphql', {
      query: 'query Find($value: String!) { find(value: $value) { id } }',
      variables: { value: v },
    }),
  'graphql literal': (v) => postJson('/graphql', { query: `query { find(value: ${JSON.stringify(v)}) { id } }` }),
  'text body': (v) => post('/api/echo', 'text/plain', v),
  'json key': (v) => postJson('/api/items', { id: 42, [v]: 'x', active: true }),
  'query name': (v) => get(`/api/items?page=2&${encodeURIComponent(v)}=1`),
  'form name': (v) => post('/api/items', 'application/x-www-form-urlencoded', `a=1&${encodeURIComponent(v)}=2&b=2`),
  'multipart file name': (v) => (isQuotable(v) ? multipart(`name="file"; filename="${v}"`, 'hello') : undefined),
  'multipart field name': (v) => (isQuotable(v) ? multipart(`name="${v}"`, 'hello') : undefined),
  'cookie as it is': (v) =>
    isHeaderText(v) && !/[;,"\\]/.test(v) ? get('/api/items', { cookie: `theme=dark; pref=${v}` }) : undefined,
  'user agent': (v) => (isHeaderText(v) ? get('/api/items', { 'user-agent': v }) : undefined),
  referer: (v) => (isHeaderText(v) ? get('/api/items', { referer: v }) : undefined),
  'forwarded for': (v) => (isHeaderText(v) ? get('/api/items', { 'x-forwarded-for': v }) : undefined),
  'json array': (v) => postJson('/api/batch', [[1, v], { tags: ['a', v] }]),
};

/** How an attacker writes a value so that it is decoded once more behind the gateway. */
export const ENCODINGS: Readonly<Record<string, (value: string) => string>> = {
  plain: (v) => v,
  'percent once more': (v) => encodeURIComponent(v),
  // Eleven bytes make fifteen characters; what is shorter is not told from an id.
  base64: (v) => (v.length < 11 ? v : Buffer.from(v).toString('base64')),
  'unicode escapes': (v) => v.replace(/[^A-Za-z0-9 ]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'html references': (v) => v.replace(/[^A-Za-z0-9 ]/gu, (c) => `&#x${c.codePointAt(0)!.toString(16)};`),
};
