// Cookie pairs (RFC 6265 §5.4), percent-decoded leniently as most frameworks do.
import { Fault } from '../core/fault.ts';
import type { Limits } from '../core/limits.ts';
import type { RawHeaders } from '../core/transaction.ts';
import { percentDecodeLenient } from './percent.ts';

const NONE: readonly (readonly [string, string])[] = [];

/** @throws Fault 431 when there are too many */
export function decodeCookies(
  rawHeaders: RawHeaders,
  limits: Pick<Limits, 'cookiesMax'>,
): readonly (readonly [name: string, value: string])[] {
  let pairs: [string, string][] | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length !== 6 || rawHeaders[i]!.toLowerCase() !== 'cookie') continue;
    pairs ??= [];
    for (const part of rawHeaders[i + 1]!.split(';')) {
      const equals = part.indexOf('=');
      if (pairs.length >= limits.cookiesMax) throw new Fault('COOKIES_TOO_MANY', 'client', 431);
      // A part without `=` is a value without a name to browsers and to many servers.
      const value = part.slice(equals + 1).trim();
      if (equals === -1 && value === '') continue;
      const bare = value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
      pairs.push([part.slice(0, Math.max(0, equals)).trim(), percentDecodeLenient(bare, false)]);
    }
  }
  return pairs ?? NONE;
}
