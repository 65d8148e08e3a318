import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TokenReader } from '../../src/inspection/token.ts';

const NOW = Date.UTC(2027, 0, 1);
const SECONDS = NOW / 1000;
const anyone = { issuer: undefined, audience: [], clockSkewSeconds: 60 };
const secret = createSecretKey(Buffer.from('a secret of thirty-two bytes !!!'));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');

describe('TokenReader', () => {
  it('reads claims without keys, and never calls them verified', () => {
    const reader = new TokenReader([], anyone);
    const token = reader.read(hs256({ sub: 'ann' }), NOW);
    expect(token).toMatchObject({ claims: { sub: 'ann' }, isVerified: false });
  });

  it.each([
    ['HS256', secret, (text: string) => createHmac('sha256', secret).update(text).digest()],
    ['RS256', rsa.publicKey, (text: string) => sign('sha256', Buffer.from(text), rsa.privateKey)],
    [
      'ES256',
      ec.publicKey,
      (text: string) => sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
    ],
    ['EdDSA', ed.publicKey, (text: string) => sign(null, Buffer.from(text), ed.privateKey)],
  ] as const)('verifies %s with its key and with no other', (alg, key, signer) => {
    const text = jwt({ alg }, { sub: 'ann' }, signer);
    expect(readerWith(key).read(text, NOW)?.isVerified).toBe(true);
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(readerWith(other).read(text, NOW)?.isVerified).toBe(false);
    const tampered = `${text.slice(0, text.lastIndexOf('.'))}.${'A'.repeat(86)}`;
    expect(readerWith(key).read(tampered, NOW)?.isVerified).toBe(false);
  });

  it('does not take a public key as an HMAC secret (algorithm confusion)', () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const forged = jwt({ alg: 'HS256' }, { sub: 'admin' }, (text) => createHmac('sha256', pem).update(text).digest());
    expect(readerWith(rsa.publicKey).read(forged, NOW)?.isVerified).toBe(false);
  });

  it.each(['none', 'None', 'NONE', ''])('does not verify algorithm %j', (alg) => {
    expect(
      readerWith(secret).read(
        jwt({ alg }, { sub: 'admin' }, () => Buffer.alloc(0)),
        NOW,
      )?.isVerified,
    ).toBe(false);
  });

  it('honours expiry and not-before with the clock it is given, also for remembered tokens', () => {
    const reader = readerWith(secret);
    const text = hs256({ sub: 'ann', exp: SECONDS + 100, nbf: SECONDS - 100 });
    expect(reader.read(text, NOW)?.isVerified).toBe(true);
    expect(reader.read(text, NOW + 159_000)?.isVerified).toBe(true);
    expect(reader.read(text, NOW + 161_000)?.isVerified).toBe(false);
    expect(reader.read(text, NOW - 161_000)?.isVerified).toBe(false);
  });

  it('asks for the configured issuer and audience', () => {
    const reader = new TokenReader([{ kid: undefined, alg: undefined, key: secret }], {
      issuer: 'https://id.example.com',
      audience: ['shop'],
      clockSkewSeconds: 0,
    });
    expect(reader.read(hs256({ iss: 'https://id.example.com', aud: ['shop', 'x'] }), NOW)?.isVerified).toBe(true);
    expect(reader.read(hs256({ iss: 'https://id.example.com', aud: 'other' }), NOW)?.isVerified).toBe(false);
    expect(reader.read(hs256({ iss: 'https://evil.example', aud: 'shop' }), NOW)?.isVerified).toBe(false);
  });

  it('forgets what it remembered when keys are replaced', () => {
    const reader = readerWith(secret);
    const text = hs256({ sub: 'ann' });
    expect(reader.read(text, NOW)?.isVerified).toBe(true);
    reader.replaceKeys([]);
    expect(reader.read(text, NOW)?.isVerified).toBe(false);
  });

  it.each(['', 'abc', 'a.b', 'a.b.c.d', '..', 'bm90.anNvbg.x', `${'A'.repeat(9_000)}.e30.x`])(
    'is silent about %j',
    (text) => {
      expect(new TokenReader([], anyone).read(text, NOW)).toBeUndefined();
    },
  );
});

function readerWith(key: KeyObject): TokenReader {
  return new TokenReader([{ kid: undefined, alg: undefined, key }], anyone);
}

function hs256(claims: object): string {
  return jwt({ alg: 'HS256', typ: 'JWT' }, claims, (text) => createHmac('sha256', secret).update(text).digest());
}

function jwt(header: object, claims: object, signer: (text: string) => Buffer): string {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${signer(text).toString('base64url')}`;
}
