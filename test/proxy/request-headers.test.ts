// What the upstream is told: rebuilt from what was judged, never what a client says about itself or about us.
import { describe, expect, it } from 'vitest';
import type { Mode } from '../../src/core/record.ts';
import { type ForwardedHead, upstreamHeaders } from '../../src/proxy/request-headers.ts';
import { route } from './inspectors.ts';

interface Given {
  readonly mode?: Mode;
  readonly head?: Partial<ForwardedHead>;
}

function linesOf(rawHeaders: readonly string[], { mode = 'enforce', head = {} }: Given = {}): Map<string, string[]> {
  const written = upstreamHeaders({
    outcome: { kind: 'forward', route: route({ mode }), target: '/', host: 'api.example', rawHeaders, body: 'stream' },
    clientAddress: '203.0.113.9',
    isPeerTrusted: false,
    peerAddress: '203.0.113.9',
    isEncrypted: false,
    httpVersion: '1.1',
    isBodyReplaced: false,
    contentLength: undefined,
    added: ['x-sallyport-id', 'id-1'],
    ...head,
  });
  const lines = new Map<string, string[]>();
  for (let i = 0; i + 1 < written.length; i += 2) {
    const name = written[i]!.toLowerCase();
    lines.set(name, [...(lines.get(name) ?? []), written[i + 1]!]);
  }
  return lines;
}

const FORGED: readonly (readonly [string, string])[] = [
  ['Connection', 'keep-alive'],
  ['Keep-Alive', 'timeout=5'],
  ['Proxy-Connection', 'keep-alive'],
  ['Proxy-Authorization', 'Basic eA=='],
  ['TE', 'trailers'],
  ['Trailer', 'X'],
  ['Transfer-Encoding', 'chunked'],
  ['Upgrade', 'h2c'],
  ['HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA'],
  ['Expect', '100-continue'],
  ['X-Original-URL', '/admin'],
  ['X-Rewrite-URL', '/admin'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-HTTP-Method', 'DELETE'],
  ['X-Method-Override', 'DELETE'],
  ['X-Forwarded-Prefix', '/admin'],
  ['X-Sallyport-Id', 'forged'],
  ['x-sallyport-tags', 'none'],
  ['Content_Length', '0'],
  ['X_Forwarded_For', '127.0.0.1'],
  ['Request-Range', 'bytes=0-1'],
];

describe('lines of a client', () => {
  it.each(FORGED)('%s: %s does not pass', (name, value) => {
    const lines = linesOf(['Host', 'api.example', name, value]);
    expect(lines.get(name.toLowerCase()) ?? []).not.toContain(value);
  });

  it('that are ordinary pass as they are, in their order, duplicates too', () => {
    const raw = [
      'Accept',
      '*/*',
      'Cookie',
      'a=1',
      'X-A',
      '1',
      'X-A',
      '2',
      'Authorization',
      'Bearer x',
      'User-Agent',
      'curl/8',
    ];
    const lines = linesOf(raw);
    expect(lines.get('x-a')).toEqual(['1', '2']);
    expect(lines.get('authorization')).toEqual(['Bearer x']);
    expect(lines.get('cookie')).toEqual(['a=1']);
    expect(lines.get('user-agent')).toEqual(['curl/8']);
  });

  it('that Connection names are for this hop only', () => {
    const lines = linesOf(['Connection', 'close, X-Hop', 'X-Hop', 'secret', 'X-Other', 'kept']);
    expect(lines.has('x-hop')).toBe(false);
    expect(lines.get('x-other')).toEqual(['kept']);
  });

  it('offer only encodings that inspection can undo, unless nothing is inspected', () => {
    const raw = ['Accept-Encoding', 'br;q=1.0, compress, gzip;q=0.8, *;q=0.1'];
    expect(linesOf(raw).get('accept-encoding')).toEqual(['br;q=1.0, gzip;q=0.8']);
    expect(linesOf(raw, { mode: 'off' }).get('accept-encoding')).toEqual(['br;q=1.0, compress, gzip;q=0.8, *;q=0.1']);
    expect(linesOf(['Accept-Encoding', 'compress']).get('accept-encoding')).toEqual(['identity']);
  });

  it('ask for parts only where answers are not judged, and for few', () => {
    const few = ['Range', 'bytes=0-1,3-4', 'If-Range', '"a"'];
    const many = ['Range', `bytes=${Array.from({ length: 6 }, (_, i) => `${i}-${i}`).join(',')}`];
    expect(linesOf(few).has('range')).toBe(false);
    expect(linesOf(few).has('if-range')).toBe(false);
    expect(linesOf(few, { mode: 'monitor' }).get('range')).toEqual(['bytes=0-1,3-4']);
    expect(linesOf(many, { mode: 'monitor' }).has('range')).toBe(false);
    expect(linesOf(many, { mode: 'off' }).has('range')).toBe(false);
  });

  it('about the body go when the body is another one', () => {
    const raw = ['Content-Encoding', 'gzip', 'Content-MD5', 'x', 'Digest', 'x', 'Content-Type', 'application/json'];
    const lines = linesOf(raw, { head: { isBodyReplaced: true } });
    expect([...lines.keys()]).not.toContain('content-encoding');
    expect([...lines.keys()]).not.toContain('digest');
    expect(lines.get('content-type')).toEqual(['application/json']);
    expect(linesOf(raw).get('content-encoding')).toEqual(['gzip']);
  });
});

describe('who asks', () => {
  const claims = [
    'X-Forwarded-For',
    '198.51.100.1',
    'X-Forwarded-For',
    '198.51.100.2',
    'X-Forwarded-Proto',
    'https',
    'X-Forwarded-Host',
    'shop.example',
    'X-Forwarded-Port',
    '8443',
    'X-Forwarded-Prefix',
    '/v1',
    'Forwarded',
    'for=198.51.100.1;proto=https',
    'X-Real-IP',
    '1.1.1.1',
  ];

  it('is the peer, whatever an untrusted peer claims', () => {
    const lines = linesOf(claims);
    expect(Object.fromEntries([...lines].filter(([name]) => /forward|real|via/.test(name)))).toEqual({
      'x-forwarded-for': ['203.0.113.9'],
      'x-forwarded-proto': ['http'],
      'x-forwarded-host': ['api.example'],
      'x-forwarded-port': ['80'],
      'x-real-ip': ['203.0.113.9'],
      forwarded: ['for=203.0.113.9;proto=http;host="api.example"'],
      via: ['1.1 sallyport'],
    });
  });

  it('is what a trusted peer says, continued by the peer', () => {
    const head = { isPeerTrusted: true, peerAddress: '10.0.0.1', clientAddress: '198.51.100.2' };
    const lines = linesOf(claims, { head });
    expect(lines.get('x-forwarded-for')).toEqual(['198.51.100.1, 198.51.100.2, 10.0.0.1']);
    expect(lines.get('x-forwarded-proto')).toEqual(['https']);
    expect(lines.get('x-forwarded-host')).toEqual(['shop.example']);
    expect(lines.get('x-forwarded-port')).toEqual(['8443']);
    expect(lines.get('x-forwarded-prefix')).toEqual(['/v1']);
    expect(lines.get('x-real-ip')).toEqual(['198.51.100.2']);
    expect(lines.get('forwarded')).toEqual([
      'for=198.51.100.1;proto=https, for=10.0.0.1;proto=https;host="shop.example"',
    ]);
  });

  it('stands in Forwarded too when a trusted peer speaks only the older lines', () => {
    const head = { isPeerTrusted: true, peerAddress: '10.0.0.1', clientAddress: '2001:db8::1' };
    const lines = linesOf(['X-Forwarded-For', '2001:db8::1'], { head });
    expect(lines.get('forwarded')).toEqual(['for="[2001:db8::1]", for=10.0.0.1;proto=http;host="api.example"']);
  });

  it('came over TLS when this connection is encrypted', () => {
    const lines = linesOf([], { head: { isEncrypted: true } });
    expect(lines.get('x-forwarded-proto')).toEqual(['https']);
    expect(lines.get('x-forwarded-port')).toEqual(['443']);
  });
});
