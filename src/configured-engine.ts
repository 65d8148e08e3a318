// What every engine of an installation is made of, whether its transactions come from sockets or from records: how actors are
// identified, and which endpoints are stated.
import { createPublicKey, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Configuration } from './configuration/load.ts';
import { isUrl } from './configuration/relative-paths.ts';
import type { KeySets, PublishedKey } from './core/key-set.ts';
import { openCountries } from './geoip/countries.ts';
import { defaultActorSources } from './inspection/default-identity.ts';
import { type ActorSource, Identifier } from './inspection/identify.ts';
import type { Observer } from './inspection/observe.ts';
import type { JudgeSettings } from './inspection/recorded-judge.ts';
import { type TokenKey, TokenReader } from './inspection/token.ts';
import { readKeySet } from './key-sets/key-set-reader.ts';

export interface ForRecords {
  readonly observer: () => Observer | undefined;
  readonly keySets?: KeySets;
  /** Further proxies whose word about the client's address counts. */
  readonly trustedProxies?: readonly string[];
  readonly onDetectorError: (detector: string) => void;
}

/** For transactions that come from no socket of ours. */
export async function judgeSettings(configuration: Configuration, given: ForRecords): Promise<JudgeSettings> {
  const { routes, limits, identity, geoip } = configuration;
  const sources = actorSources(configuration, given.keySets ?? {}, () => {});
  return {
    routes,
    limits,
    trustedProxies: [...identity.trustedProxies, ...(given.trustedProxies ?? [])],
    identifier: new Identifier(sources.sources),
    verifiesTokens: sources.hasKeys,
    countryOf: await openCountries(geoip.country),
    observer: given.observer,
    onDetectorError: given.onDetectorError,
  };
}

export interface ActorSources {
  readonly sources: readonly ActorSource[];
  readonly hasKeys: boolean;
  readonly replaceKeySets: (keySets: KeySets) => void;
}

export function actorSources(configuration: Configuration, keySets: KeySets, onUnknownKey: () => void): ActorSources {
  const written = configuration.identity.actors;
  if (written === undefined) return { sources: defaultActorSources(), hasKeys: false, replaceKeySets: () => {} };
  let hasKeys = false;
  const published: { readonly url: string; readonly own: readonly TokenKey[]; readonly reader: TokenReader }[] = [];
  const sources = written.flatMap((source): ActorSource[] => {
    if ('ip' in source) return [];
    if ('apiKey' in source)
      return [{ kind: 'api-key', headers: lower(source.apiKey.header), query: source.apiKey.query }];
    if ('cookie' in source) return [{ kind: 'session', cookies: source.cookie.name }];
    if ('header' in source) return [{ kind: 'header', name: source.header.name.toLowerCase() }];
    const { jwt } = source;
    const url = jwt.jwks !== undefined && isUrl(jwt.jwks) ? jwt.jwks : undefined;
    const own = tokenKeys(jwt);
    hasKeys ||= own.length > 0 || url !== undefined;
    const rules = { issuer: jwt.issuer, audience: jwt.audience, clockSkewSeconds: jwt.clockSkew / 1_000 };
    const reader =
      url === undefined
        ? new TokenReader(own, rules)
        : new TokenReader([...own, ...publishedKeys(keySets[url])], rules, onUnknownKey);
    if (url !== undefined) published.push({ url, own, reader });
    return [{ kind: 'jwt', headers: lower(jwt.header), cookies: jwt.cookie, subjectClaims: jwt.subjectClaim, reader }];
  });
  return {
    sources,
    hasKeys,
    replaceKeySets: (sets) => {
      for (const { url, own, reader } of published) reader.replaceKeys([...own, ...publishedKeys(sets[url])]);
    },
  };
}

type WrittenJwt = Extract<NonNullable<Configuration['identity']['actors']>[number], { jwt: unknown }>['jwt'];

function tokenKeys(jwt: WrittenJwt): TokenKey[] {
  const textOf = (secret: string | { readonly file: string }): string =>
    typeof secret === 'string' ? secret : readFileSync(secret.file, 'utf8').trim();
  const keys: TokenKey[] = [];
  if (jwt.secret !== undefined)
    keys.push({ kid: undefined, alg: undefined, key: createSecretKey(Buffer.from(textOf(jwt.secret))) });
  if (jwt.publicKey !== undefined)
    keys.push({ kid: undefined, alg: undefined, key: createPublicKey(textOf(jwt.publicKey)) });
  if (jwt.jwks !== undefined && !isUrl(jwt.jwks)) {
    const set = readKeySet(readFileSync(jwt.jwks, 'utf8'));
    if (set === undefined) throw new Error(`${jwt.jwks} is no JWK Set`);
    keys.push(...publishedKeys(set));
  }
  return keys;
}

function publishedKeys(set: readonly PublishedKey[] | undefined): TokenKey[] {
  return (set ?? []).map((jwk) => ({
    kid: jwk.kid,
    alg: jwk.alg,
    key: createPublicKey({ key: jwk, format: 'jwk' }),
  }));
}

function lower(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}
