// Who is behind a request: every identity it shows, each as an actor of its own.
// Invariant: secrets leave this file only as a SHA-256 prefix; the address is always among the actors.
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { type Actor, OPAQUE_TOKEN, type Token } from '../core/actor.ts';
import { headerValue, type RawHeaders } from '../core/transaction.ts';
import type { TokenReader } from './token.ts';

/** Where one kind of actor is found. `names` are alternatives, header names in lower case. */
export type ActorSource =
  | {
      readonly kind: 'jwt';
      readonly headers: readonly string[];
      readonly cookies: readonly string[];
      readonly subjectClaims: readonly string[];
      readonly reader: TokenReader;
    }
  | { readonly kind: 'api-key'; readonly headers: readonly string[]; readonly query: readonly string[] }
  | { readonly kind: 'session'; readonly cookies: readonly string[] }
  | { readonly kind: 'header'; readonly name: string };

export interface Identity {
  readonly actors: readonly Actor[];
  readonly token: Token | undefined;
}

const ACTOR_ID_CHARACTERS_MAX = 128;
const IDS_REMEMBERED_MAX = 10_000;
/** Shorter ones are words such as `null` and `undefined`. */
const OPAQUE_TOKEN_CHARACTERS_MIN = 16;

export class Identifier {
  readonly #sources: readonly ActorSource[];
  readonly #readsCookies: boolean;
  /** Hashing costs a microsecond; the same keys come back with every request. */
  readonly #digests = new LRUCache<string, string>({ max: IDS_REMEMBERED_MAX });

  constructor(sources: readonly ActorSource[]) {
    this.#sources = sources;
    this.#readsCookies = sources.some((s) => s.kind === 'session' || (s.kind === 'jwt' && s.cookies.length > 0));
  }

  /** `cookies` and `query` are decoded pairs; `now` in milliseconds since the epoch. */
  identify(
    clientAddress: string,
    rawHeaders: RawHeaders,
    cookies: readonly (readonly [string, string])[],
    query: readonly (readonly [string, string])[],
    now: number,
  ): Identity {
    const actors: Actor[] = [{ kind: 'ip', id: addressActorId(clientAddress), isVerified: true }];
    let token: Token | undefined;
    for (const source of this.#sources) {
      switch (source.kind) {
        case 'jwt': {
          token ??= this.#token(source, rawHeaders, cookies, now);
          const subject = token && subjectOf(token, source.subjectClaims);
          if (subject !== undefined) actors.push({ kind: 'subject', id: subject, isVerified: token!.isVerified });
          else if (token === undefined) {
            const opaque = opaqueToken(firstHeader(rawHeaders, source.headers));
            if (opaque !== undefined)
              actors.push({ kind: 'api-key', id: this.#hashed(OPAQUE_TOKEN, opaque), isVerified: false });
          }
          break;
        }
        case 'api-key': {
          const key = firstHeader(rawHeaders, source.headers) ?? firstPair(query, source.query);
          if (key !== undefined && key !== '')
            actors.push({ kind: 'api-key', id: this.#hashed('key:', key), isVerified: false });
          break;
        }
        case 'session': {
          const session = this.#readsCookies ? firstPair(cookies, source.cookies) : undefined;
          if (session !== undefined && session !== '') {
            actors.push({ kind: 'session', id: this.#hashed('session:', session), isVerified: false });
          }
          break;
        }
        case 'header': {
          const value = headerValue(rawHeaders, source.name);
          if (value !== undefined && value !== '') {
            actors.push({ kind: 'header', id: plainId(`${source.name}=${value}`), isVerified: false });
          }
          break;
        }
        default:
          return source satisfies never;
      }
    }
    return { actors, token };
  }

  #token(
    source: ActorSource & { kind: 'jwt' },
    rawHeaders: RawHeaders,
    cookies: readonly (readonly [string, string])[],
    now: number,
  ): Token | undefined {
    const header = firstHeader(rawHeaders, source.headers);
    if (header !== undefined) {
      const text = /^bearer /i.test(header) ? header.slice(7).trim() : header;
      const token = source.reader.read(text, now);
      if (token !== undefined) return token;
    }
    const cookie = source.cookies.length > 0 ? firstPair(cookies, source.cookies) : undefined;
    return cookie === undefined ? undefined : source.reader.read(cookie, now);
  }

  #hashed(prefix: string, secret: string): string {
    // Without the prefix: one text may be a key in one request and a token or a cookie in the next, and is another identity then.
    const known = this.#digests.get(secret);
    if (known !== undefined) return prefix + known;
    const digest = createHash('sha256').update(secret).digest('hex').slice(0, 16);
    if (secret.length <= 1_024) this.#digests.set(secret, digest);
    return prefix + digest;
  }
}

/** RFC 6750 tokens are often random words that mean something to their server alone: an identity all the same. */
function opaqueToken(header: string | undefined): string | undefined {
  const match = header === undefined ? null : /^bearer +(\S+)$/i.exec(header.trim());
  const token = match?.[1];
  return token !== undefined && token.length >= OPAQUE_TOKEN_CHARACTERS_MIN ? token : undefined;
}

/** IPv4 as it is; of IPv6 the /64 network, since one host may use any address of it. */
export function addressActorId(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const headGroups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - headGroups.length - tailGroups.length);
  const groups = [...headGroups, ...Array<string>(missing).fill('0'), ...tailGroups].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function subjectOf(token: Token, claims: readonly string[]): string | undefined {
  for (const claim of claims) {
    const value = token.claims[claim];
    if (typeof value === 'string' && value !== '') return plainId(value);
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

function plainId(text: string): string {
  const cut = text.length > ACTOR_ID_CHARACTERS_MAX ? text.slice(0, ACTOR_ID_CHARACTERS_MAX) : text;
  return cut.replace(/[\p{C}]/gu, '·');
}

function firstHeader(rawHeaders: RawHeaders, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headerValue(rawHeaders, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function firstPair(pairs: readonly (readonly [string, string])[], names: readonly string[]): string | undefined {
  for (const [name, value] of pairs) if (names.includes(name)) return value;
  return undefined;
}
