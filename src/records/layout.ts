// What the lists of packed records hold: numbers of kinds and types, and the bits that say which parts follow.
import { ACTOR_KINDS } from '../core/actor.ts';
import type { ObservedType } from '../core/observation.ts';

export const TYPES: readonly ObservedType[] = ['string', 'integer', 'number', 'boolean', 'null', 'object', 'array'];
export const NUMBER_OF_TYPE: ReadonlyMap<string, number> = new Map(TYPES.map((type, i) => [type, i]));
export const NUMBER_OF_ACTOR_KIND: ReadonlyMap<string, number> = new Map(ACTOR_KINDS.map((kind, i) => [kind, i]));

export const OF_RECORD = { upstreamMs: 1, findings: 2, uninspected: 4, fault: 8, observation: 16 } as const;

export const OF_ACTOR = { isVerified: 1, kindFromBit: 1 } as const;

export const OF_OBSERVATION = {
  isCredentialInUrl: 1,
  isEncrypted: 2,
  country: 4,
  network: 8,
  upgrade: 16,
  graphqlOperation: 32,
  claims: 64,
  query: 128,
  headers: 256,
  path: 512,
  request: 1_024,
  response: 2_048,
  account: 4_096,
  responseHeaders: 8_192,
} as const;

export const OF_BODY = { isTruncated: 1, dataTypes: 2 } as const;

export const OF_FIELD = { format: 1, length: 2, number: 4, hash: 8, word: 16, typeFromBit: 5 } as const;
