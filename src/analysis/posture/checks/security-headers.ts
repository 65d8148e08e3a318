// Headers that make browsers careful, missing where they would matter: of pages the policy and the frame, of encrypted hosts
// the promise to stay so, of answers with a body the declared type.
import { SECURITY_HEADERS, type SecurityHeader, type SecurityHeadersCheck } from '../../../core/posture.ts';
import { answered, type Seen } from '../seen.ts';
import type { Judge } from './judge.ts';

const ADDRESS = /^(?:[\d.]+|\[?[0-9a-f:]+\]?|localhost)$/i;

export function securityHeaders(check: SecurityHeadersCheck): Judge {
  const wanted = SECURITY_HEADERS.filter((name) => check.headers.includes(name));
  return (seen) => {
    if (!seen.isSuccess || seen.record.status === 204) return undefined;
    let judged = 0;
    const missing: string[] = [];
    for (const name of wanted) {
      const isThere = has(name, seen);
      if (isThere === undefined) continue;
      judged += 1;
      if (!isThere) missing.push(name);
    }
    if (judged === 0) return undefined;
    return missing.length === 0 ? 'quiet' : { figures: { missing: missing.join(', ') } };
  };
}

/** Undefined where it would not matter. */
function has(name: SecurityHeader, seen: Seen): boolean | undefined {
  const isPage = seen.mediaType === 'text/html' || seen.mediaType === 'application/xhtml+xml';
  const value = answered(seen, name);
  switch (name) {
    case 'content-security-policy':
      return isPage ? value !== undefined : undefined;
    case 'x-frame-options':
      if (!isPage) return undefined;
      return value !== undefined || /\bframe-ancestors\b/.test(answered(seen, 'content-security-policy') ?? '');
    case 'strict-transport-security':
      if (!seen.observation.isEncrypted || ADDRESS.test(seen.record.host)) return undefined;
      return value !== undefined && !/max-age="?0\b/.test(value);
    case 'x-content-type-options':
      return seen.mediaType === '' ? undefined : value?.trim().toLowerCase() === 'nosniff';
    default:
      return name satisfies never;
  }
}
