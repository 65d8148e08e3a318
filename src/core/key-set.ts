// Keys that signatures of tokens are checked with, as their issuer publishes them: a JWK Set (RFC 7517 §5).
import type { JsonWebKey } from 'node:crypto';

export type PublishedKey = JsonWebKey & { readonly kid?: string; readonly alg?: string; readonly use?: string };

/** URL of a JWK Set → its signature keys. */
export type KeySets = Readonly<Record<string, readonly PublishedKey[]>>;
