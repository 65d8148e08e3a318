import { describe, expect, it } from 'vitest';
import { jwtTampering } from '../../src/detectors/jwt-tampering.ts';
import { requestView } from '../support/view.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (header: unknown, signature = 'c2lnbmF0dXJlLW9mLXRoZS1pc3N1ZXI'): string =>
  `${encode(header)}.${encode({ sub: 'ann', exp: 4_102_444_800 })}.${signature}`;

function confidence(authorization: string, settings: unknown = {}): number {
  const found = jwtTampering.load(jwtTampering.settings.parse(settings))(
    requestView('/me', { headers: { authorization } }),
  );
  return Math.max(0, ...found.map((one) => one.confidence));
}

const TAMPERED: readonly (readonly [string, string])[] = [
  ['none', token({ alg: 'none', typ: 'JWT' }, '')],
  ['None', token({ alg: 'None' }, '')],
  ['NONE with a signature left', token({ alg: 'NONE' })],
  ['nOnE', token({ typ: 'JWT', alg: 'nOnE' }, '')],
  ['none with white space', token({ alg: ' none ' }, '')],
  ['a signature taken away', token({ alg: 'HS256', typ: 'JWT' }, '')],
  ['an algorithm that is no text', token({ alg: ['HS256'] })],
  ['a key id that climbs', token({ alg: 'HS256', kid: '../../../../dev/null' })],
  ['a key id that climbs by backslashes', token({ alg: 'HS256', kid: '..\\..\\x' })],
  ['a key id that is a device', token({ alg: 'HS256', kid: '/dev/null' })],
  ['a key id that is a process file', token({ alg: 'HS256', kid: '/proc/sys/kernel/randomize_va_space' })],
  ['a key id that is a union', token({ alg: 'HS256', kid: "x' UNION SELECT 'key" })],
  ['a key id that is a comment', token({ alg: 'HS256', kid: "x'--" })],
  ['a key id that is a command', token({ alg: 'HS256', kid: 'key.pem|id' })],
  ['a key id that is a substitution', token({ alg: 'HS256', kid: '$(id)' })],
  ['a key id that is an object', token({ alg: 'HS256', kid: { a: 1 } })],
  ['a key of its own', token({ alg: 'RS256', jwk: { kty: 'RSA', n: 'x', e: 'AQAB' } })],
  ['an address of its keys', token({ alg: 'RS256', jku: 'https://a.example/jwks.json' })],
  ['an address of its certificates', token({ alg: 'RS256', x5u: 'https://a.example/x.pem' })],
  ['a key address that is inside', token({ alg: 'RS256', kid: '1', jku: 'http://127.0.0.1/' })],
];

const ORDINARY: readonly (readonly [string, string])[] = [
  ['RS256', token({ alg: 'RS256', typ: 'JWT', kid: '2026-01' })],
  ['HS256', token({ alg: 'HS256', typ: 'JWT' })],
  ['ES256', token({ alg: 'ES256', kid: 'a1b2' })],
  ['EdDSA', token({ alg: 'EdDSA' })],
  ['PS512', token({ alg: 'PS512', kid: '550e8400-e29b-41d4-a716-446655440000' })],
  ['an access token', token({ typ: 'at+jwt', alg: 'RS256', kid: 'default' })],
  ['a thumbprint as key id', token({ alg: 'RS256', kid: 'NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg' })],
  ['a key id of AWS', token({ kid: '1234example=', alg: 'RS256' })],
  ['a key id with slashes', token({ alg: 'RS256', kid: 'https://keys.example.com/2026/1' })],
  ['a key id of a vault', token({ alg: 'RS256', kid: 'projects/p/keyRings/r/cryptoKeys/k' })],
  ['a numeric key id', token({ alg: 'RS256', kid: 7 })],
  ['a certificate thumbprint', token({ alg: 'RS256', x5t: 'abc', kid: 'abc' })],
  ['a certificate chain', token({ alg: 'RS256', x5c: ['MIIC'] })],
  ['an encrypted header', token({ alg: 'dir', enc: 'A256GCM' })],
  ['a key agreement', token({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })],
  ['an opaque token', '9f86d081884c7d659a2feaa0c55ad015'],
  ['a dotted opaque token', 'eyJ.abc.def'],
  ['text that is no JSON', 'eyabcdefgh.abc.def'],
  ['a Paseto', 'v4.public.eyJzdWIiOiJhbm4ifQ'],
  ['Basic', 'Basic YW5uOnBhc3N3b3Jk'],
  ['Digest', 'Digest username="ann", realm="x", nonce="eyJ", uri="/a.b.c"'],
  ['a signature of AWS', 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/s3/aws4_request'],
  ['an API key', 'sk_test_abc.def.ghi'],
  ['a Macaroon', 'MDAxY2xvY2F0aW9uIGh0dHA6Ly9teWJhbmsv'],
  ['a version', 'eya.2.1'],
  ['nothing', ''],
];

describe('jwt-tampering', () => {
  it.each(TAMPERED)('blocks %s', (_, text) => expect(confidence(`Bearer ${text}`)).toBeGreaterThanOrEqual(0.8));
  it.each(ORDINARY)('is quiet about %s', (_, text) => expect(confidence(`Bearer ${text}`)).toBe(0));
  it('tables ran', () => expect([TAMPERED.length >= 20, ORDINARY.length >= 25]).toEqual([true, true]));

  it('reads cookies and query parameters as well', () => {
    const none = token({ alg: 'none' }, '');
    const load = jwtTampering.load({ algorithms: [] });
    expect(load(requestView('/', { headers: { cookie: `a=b; session=${none}; c=d` } }))[0]?.pointer).toBe('/cookie');
    expect(load(requestView(`/?access_token=${none}`))[0]?.pointer).toBe('/access_token');
  });

  it('knows an algorithm that is not the issuer’s when it was told which are', () => {
    const text = `Bearer ${token({ alg: 'HS256' })}`;
    expect(confidence(text, { algorithms: ['RS256'] })).toBeGreaterThanOrEqual(0.8);
    expect(confidence(text, { algorithms: ['RS256', 'HS256'] })).toBe(0);
  });

  it('refuses settings it does not know', () => {
    expect(() => jwtTampering.settings.parse({ algorithm: 'RS256' })).toThrow();
  });
});
