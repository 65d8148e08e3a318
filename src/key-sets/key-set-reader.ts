// Text of a JWK Set → its keys for signatures. What cannot be used is left out: RFC 7517 §5 says to ignore such keys.
import { createPublicKey } from 'node:crypto';
import type { PublishedKey } from '../core/key-set.ts';

const KEYS_MAX = 100;

/** Undefined when the text is no JWK Set. Symmetric keys have no place in a published set and are left out. */
export function readKeySet(text: string): readonly PublishedKey[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const keys = typeof value === 'object' && value !== null ? (value as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(keys)) return undefined;
  return keys.slice(0, KEYS_MAX).filter(isUsable);
}

function isUsable(key: unknown): key is PublishedKey {
  if (typeof key !== 'object' || key === null) return false;
  const jwk = key as PublishedKey;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  if (jwk.kty === 'oct') return false;
  try {
    createPublicKey({ key: jwk, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
