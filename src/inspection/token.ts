// Reads JSON Web Tokens (RFC 7519) and, when keys are configured, checks their signature (RFC 7515, 7518, 8037).
// Synchronous on purpose: a verdict never waits. Verified tokens are remembered, so a signature costs once per token.
// Invariant: without a key that fits, or with an algorithm the key is not for, a token is never verified.
import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Token } from '../core/actor.ts';

export interface TokenKey {
  readonly kid: string | undefined;
  /** When the key names one, only this algorithm is accepted with it. */
  readonly alg: string | undefined;
  readonly key: KeyObject;
}

export interface TokenRules {
  readonly issuer: string | undefined;
  readonly audience: readonly string[];
  readonly clockSkewSeconds: number;
}

const TOKEN_CHARACTERS_MAX = 8_192;
const TOKENS_REMEMBERED_MAX = 10_000;

interface SignedToken {
  readonly token: Token;
  /** Seconds since the epoch; Infinity when the token has no such claim. */
  readonly expires: number;
  readonly notBefore: number;
}

export class TokenReader {
  #keys: readonly TokenKey[];
  readonly #rules: TokenRules;
  readonly #onUnknownKey: () => void;
  readonly #read = new LRUCache<string, SignedToken>({ max: TOKENS_REMEMBERED_MAX });

  /** `onUnknownKey` hears of tokens that name a key which is not there; its issuer may have a new one. */
  constructor(keys: readonly TokenKey[], rules: TokenRules, onUnknownKey: () => void = () => {}) {
    this.#keys = keys;
    this.#rules = rules;
    this.#onUnknownKey = onUnknownKey;
  }

  /** Replaces the keys, as when a JWKS was fetched again. Everything remembered is forgotten. */
  replaceKeys(keys: readonly TokenKey[]): void {
    this.#keys = keys;
    this.#read.clear();
  }

  /** The token in compact form, or undefined when the text is not a JWT. `now` in milliseconds since the epoch. */
  read(text: string, now: number): Token | undefined {
    if (text.length > TOKEN_CHARACTERS_MAX) return undefined;
    let signed = this.#read.get(text);
    if (signed === undefined) {
      signed = this.#readSigned(text);
      if (signed === undefined) return undefined;
      this.#read.set(text, signed);
    }
    if (!signed.token.isVerified) return signed.token;
    const seconds = now / 1000;
    const isCurrent =
      seconds <= signed.expires + this.#rules.clockSkewSeconds &&
      seconds >= signed.notBefore - this.#rules.clockSkewSeconds;
    return isCurrent ? signed.token : { ...signed.token, isVerified: false };
  }

  #readSigned(text: string): SignedToken | undefined {
    const firstDot = text.indexOf('.');
    const secondDot = text.indexOf('.', firstDot + 1);
    if (firstDot <= 0 || secondDot <= firstDot + 1 || text.indexOf('.', secondDot + 1) !== -1) return undefined;
    const header = jsonObject(text.slice(0, firstDot));
    const claims = jsonObject(text.slice(firstDot + 1, secondDot));
    if (header === undefined || claims === undefined) return undefined;
    const isSigned = this.#keys.some((key) => isSignedBy(key, header, text, secondDot));
    if (!isSigned && typeof header.kid === 'string' && !this.#keys.some(({ kid }) => kid === header.kid))
      this.#onUnknownKey();
    const isVerified = isSigned && this.#isForUs(claims);
    return {
      token: { header, claims, isVerified },
      expires: typeof claims.exp === 'number' ? claims.exp : Number.POSITIVE_INFINITY,
      notBefore: typeof claims.nbf === 'number' ? claims.nbf : Number.NEGATIVE_INFINITY,
    };
  }

  #isForUs(claims: Readonly<Record<string, unknown>>): boolean {
    const { issuer, audience } = this.#rules;
    if (issuer !== undefined && claims.iss !== issuer) return false;
    if (audience.length === 0) return true;
    const claimed = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
    return claimed.some((aud) => typeof aud === 'string' && audience.includes(aud));
  }
}

function jsonObject(base64url: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isSignedBy({ kid, alg, key }: TokenKey, header: Token['header'], text: string, signatureDot: number): boolean {
  const algorithm = header.alg;
  if (typeof algorithm !== 'string' || (alg !== undefined && alg !== algorithm)) return false;
  if (kid !== undefined && header.kid !== undefined && header.kid !== kid) return false;
  // RFC 7515 §4.1.11: extensions we do not understand make the token invalid.
  if (header.crit !== undefined) return false;
  const signature = Buffer.from(text.slice(signatureDot + 1), 'base64url');
  const signed = Buffer.from(text.slice(0, signatureDot), 'latin1');
  const hash = `sha${algorithm.slice(2)}`;
  if (!/^(?:[HRPE]S(?:256|384|512)|EdDSA)$/.test(algorithm)) return false;
  try {
    switch (algorithm.slice(0, 2)) {
      case 'HS': {
        if (key.type !== 'secret') return false;
        const expected = createHmac(hash, key).update(signed).digest();
        return expected.length === signature.length && timingSafeEqual(expected, signature);
      }
      case 'RS':
        return key.asymmetricKeyType === 'rsa' && verify(hash, signed, key, signature);
      case 'PS':
        return (
          (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss') &&
          verify(
            hash,
            signed,
            { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
            signature,
          )
        );
      case 'ES':
        return key.asymmetricKeyType === 'ec' && verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
      default:
        return (
          (key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448') &&
          verify(null, signed, key, signature)
        );
    }
  } catch {
    // A signature of the wrong shape for the key: not signed by it.
    return false;
  }
}
