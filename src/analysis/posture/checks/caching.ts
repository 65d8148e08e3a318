// Sensitive answers that caches on the way may keep. RFC 9111 §3: what came for a request with Authorization is not stored by
// shared caches unless the answer says `public`, `s-maxage` or `must-revalidate`.
import type { CachingCheck } from '../../../core/posture.ts';
import { answered, type Seen } from '../seen.ts';
import { among, type Judge, type TypesOf } from './judge.ts';

const SHARED = new Set(['bearer', 'basic', 'digest', 'other']);

export function caching(check: CachingCheck, typesOf: TypesOf): Judge {
  const types = typesOf(check.dataTypes);
  const strict = typesOf(check.strictDataTypes);
  return (seen) => {
    const { record, isSuccess, dataTypes } = seen;
    if (!isSuccess || (record.method !== 'GET' && record.method !== 'HEAD')) return undefined;
    const carried = among(dataTypes, types);
    if (carried === undefined) return undefined;
    const control = answered(seen, 'cache-control')?.toLowerCase();
    const says = permission(control, seen, among(dataTypes, strict) !== undefined);
    return says === undefined ? 'quiet' : { figures: { dataType: carried.names, says } };
  };
}

/** What lets a cache keep it, or undefined. */
function permission(control: string | undefined, seen: Seen, isStrict: boolean): string | undefined {
  if (control === undefined) {
    if (/\bno-cache\b/i.test(answered(seen, 'pragma') ?? '')) return undefined;
    return isStrict ? 'nothing about caching' : undefined;
  }
  if (/\bno-store\b|\bprivate\b/.test(control)) return undefined;
  const isKept = /\bs-maxage\s*=\s*"?[1-9]/.test(control) || /\bpublic\b/.test(control);
  if (isKept) return `\`${control.slice(0, 80)}\``;
  const isGuarded = seen.observation.authentication.some((scheme) => SHARED.has(scheme));
  if (isGuarded || !/\bmax-age\s*=\s*"?[1-9]/.test(control)) return undefined;
  return `\`${control.slice(0, 80)}\``;
}
