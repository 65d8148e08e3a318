// Request target → canonical path, segments and query pairs (RFC 9112 §3.2, RFC 3986 §5.2.4).
// Forms on which servers disagree are refused; what is forwarded is the form that was judged.
import { Fault } from '../core/fault.ts';
import type { Limits } from '../core/limits.ts';
import { percentDecodeLenient, percentDecodeStrict } from './percent.ts';

export interface DecodedTarget {
  /** Decoded and without dot segments; starts with a slash. */
  readonly path: string;
  readonly segments: readonly string[];
  /** Origin-form for the upstream: dot segments resolved, escapes and query as received. */
  readonly forward: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Query as received, without the question mark. */
  readonly search: string;
}

/** `authority` is the checked Host of the request. @throws Fault 400 or 414 */
export function decodeTarget(target: string, method: string, authority: string, limits: Limits): DecodedTarget {
  if (target === '*') {
    if (method !== 'OPTIONS') refuse('TARGET_INVALID');
    return { path: '*', segments: [], forward: '*', query: [], search: '' };
  }
  const origin = target.charCodeAt(0) === 0x2f ? target : originOfAbsolute(target, authority);
  if (/[#\u0000-\u0020\u007f-\u{10ffff}]/u.test(origin)) refuse('TARGET_INVALID');
  const question = origin.indexOf('?');
  const rawPath = question === -1 ? origin : origin.slice(0, question);
  const search = question === -1 ? '' : origin.slice(question + 1);
  const { path, segments, forward } = canonicalPath(rawPath);
  return {
    path,
    segments,
    forward: question === -1 ? forward : `${forward}?${search}`,
    query: search === '' ? [] : decodePairs(search, limits.queryParametersMax),
    search,
  };
}

/** Pairs of a query or a urlencoded form, in order; `&` separates. @throws Fault 400 when there are too many */
export function decodePairs(text: string, pairsMax: number): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  let start = 0;
  while (start <= text.length) {
    let end = text.indexOf('&', start);
    if (end === -1) end = text.length;
    if (end > start) {
      if (pairs.length >= pairsMax) refuse('PARAMETERS_TOO_MANY');
      const equals = text.indexOf('=', start);
      const nameEnd = equals === -1 || equals > end ? end : equals;
      const name = percentDecodeLenient(text.slice(start, nameEnd), true);
      const value = nameEnd === end ? '' : percentDecodeLenient(text.slice(nameEnd + 1, end), true);
      pairs.push([name, value]);
    }
    start = end + 1;
  }
  return pairs;
}

function originOfAbsolute(target: string, authority: string): string {
  const match = /^https?:\/\/([^/?#]*)/i.exec(target);
  if (match === null) refuse('TARGET_INVALID');
  if (match[1]!.toLowerCase().replace(/\.(?=:|$)/, '') !== authority) refuse('TARGET_HOST_MISMATCH');
  const rest = target.slice(match[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Nothing in it is escaped, a dot, or read in two ways. */
const PLAIN_PATH = /^(?:\/[\w-]+)+$/;

function canonicalPath(rawPath: string): { path: string; segments: string[]; forward: string } {
  if (rawPath.startsWith('//')) refuse('TARGET_INVALID');
  if (rawPath === '/') return { path: '/', segments: [], forward: '/' };
  if (PLAIN_PATH.test(rawPath)) return { path: rawPath, segments: rawPath.slice(1).split('/'), forward: rawPath };
  const segments: string[] = [];
  const forward: string[] = [];
  const raw = rawPath.split('/');
  for (let i = 1; i < raw.length; i++) {
    const segment = raw[i]!;
    const decoded = percentDecodeStrict(segment);
    if (decoded === undefined || /[\u0000-\u001f\u007f\\]/.test(decoded)) refuse('PATH_INVALID');
    // `..;` is a parent directory to servlet containers and a file name to others.
    if (/^\.\.?;/.test(decoded)) refuse('PATH_AMBIGUOUS');
    // An escaped slash stays part of its segment (`/@scope%2fname`), but must not hide dot segments.
    if (decoded.includes('/') && /(?:^|\/)\.\.?(?:[/;]|$)/.test(decoded)) refuse('PATH_AMBIGUOUS');
    if (decoded.includes('%') && hidesDots(decoded)) refuse('PATH_AMBIGUOUS');
    if (decoded === '.' || decoded === '..') {
      if (decoded === '..') {
        if (segments.length === 0) refuse('PATH_ABOVE_ROOT');
        // `/a//..` is `/a/` to RFC 3986 and `/` to file systems, which take two slashes for one.
        if (segments.pop() === '') refuse('PATH_AMBIGUOUS');
        forward.pop();
      }
      // `/a/.` and `/a/..` name a directory: a trailing slash stays.
      if (i === raw.length - 1) {
        segments.push('');
        forward.push('');
      }
      continue;
    }
    segments.push(decoded);
    forward.push(segment);
  }
  // `/.//host` resolves to `//host`, which a URL parser behind us takes for an authority.
  if (forward.length > 1 && forward[0] === '') refuse('TARGET_INVALID');
  return { path: `/${segments.join('/')}`, segments, forward: `/${forward.join('/')}` };
}

/** How often a path is decoded by whoever stands behind us: proxy, server, framework. */
const DECODINGS_BEHIND_US = 3;

/** Dot segments under a second escape: names to whoever decodes once, the way out to whoever decodes twice (`%252e%252e`). */
function hidesDots(decoded: string): boolean {
  let text = decoded;
  for (let i = 0; i < DECODINGS_BEHIND_US; i++) {
    const next = percentDecodeStrict(text);
    if (next === undefined || next === text) return false;
    if (/(?:^|[/\\])\.\.?(?:[/\\;]|$)/.test(next)) return true;
    text = next;
  }
  return false;
}

function refuse(code: string): never {
  throw new Fault(code, 'client', 400);
}
