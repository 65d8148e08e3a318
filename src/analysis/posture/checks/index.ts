// Every kind of check, and whether it is about one endpoint or a whole host.
import type { PostureCheck } from '../../../core/posture.ts';
import { anonymousAccess } from './anonymous-access.ts';
import { caching } from './caching.ts';
import { clearText } from './clear-text.ts';
import { cookies } from './cookies.ts';
import { cors } from './cors.ts';
import { credentials } from './credentials.ts';
import { dataTypes } from './data-types.ts';
import { findings } from './findings.ts';
import type { Judge, TypesOf } from './judge.ts';
import { methods } from './methods.ts';
import { paths } from './paths.ts';
import { predictableIds } from './predictable-ids.ts';
import { rateLimit } from './rate-limit.ts';
import { securityHeaders } from './security-headers.ts';

export interface CompiledCheck {
  /** A setting of the server, not of one function: one finding for the whole host. */
  readonly isOfHost: boolean;
  readonly judge: Judge;
}

/** Undefined for what is not seen in single transactions. */
export function compileCheck(check: PostureCheck, typesOf: TypesOf): CompiledCheck | undefined {
  switch (check.kind) {
    case 'anonymous-access':
      return { isOfHost: false, judge: anonymousAccess(check, typesOf) };
    case 'credentials':
      return { isOfHost: false, judge: credentials(check) };
    case 'data-types':
      return { isOfHost: false, judge: dataTypes(check, typesOf) };
    case 'predictable-ids':
      return { isOfHost: false, judge: predictableIds(check, typesOf) };
    case 'rate-limit':
      return { isOfHost: false, judge: rateLimit(check) };
    case 'cors':
      return { isOfHost: true, judge: cors(check) };
    case 'security-headers':
      return { isOfHost: true, judge: securityHeaders(check) };
    case 'cookies':
      return { isOfHost: true, judge: cookies(check) };
    case 'paths':
      return { isOfHost: false, judge: paths(check) };
    case 'findings':
      return { isOfHost: false, judge: findings(check) };
    case 'methods':
      return { isOfHost: true, judge: methods(check) };
    case 'clear-text':
      return { isOfHost: true, judge: clearText(check) };
    case 'caching':
      return { isOfHost: false, judge: caching(check, typesOf) };
    case 'drift':
    case 'tags':
      return undefined;
    default:
      return check satisfies never;
  }
}
