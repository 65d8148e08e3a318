// Cookies that stand for a login, given out without the flags that keep scripts and clear text away from them.
import type { CookiesCheck } from '../../../core/posture.ts';
import { type Judge, plain } from './judge.ts';

const ENDED = /;\s*(?:max-age\s*=\s*(?:0|-\d+)\b|expires\s*=[^;]*\b19(?:69|70)\b)/i;

export function cookies(check: CookiesCheck): Judge {
  const names = check.names.map(plain);
  const except = check.exceptNames.map(plain);
  return ({ observation }) => {
    let judged = 0;
    const missing: string[] = [];
    const named: string[] = [];
    for (const [header, line] of observation.responseHeaders) {
      if (header !== 'set-cookie' || ENDED.test(line)) continue;
      const name = line.slice(0, Math.max(line.indexOf('='), 0)).trim();
      const key = plain(name);
      if (!names.some((one) => key.includes(one)) || except.some((one) => key.includes(one))) continue;
      judged += 1;
      const flags = line.slice(line.indexOf(';') + 1).toLowerCase();
      const lacks = lackOf(line.includes(';') ? flags : '', observation.isEncrypted);
      if (lacks.length === 0) continue;
      named.push(name.slice(0, 64));
      for (const one of lacks) if (!missing.includes(one)) missing.push(one);
    }
    if (judged === 0) return undefined;
    if (missing.length === 0) return 'quiet';
    return { figures: { cookie: named.slice(0, 5).join(', '), missing: missing.join(', ') } };
  };
}

function lackOf(flags: string, isEncrypted: boolean): string[] {
  const has = (flag: string): boolean => flags.split(';').some((one) => one.trim() === flag);
  const lacks: string[] = [];
  if (!has('httponly')) lacks.push('HttpOnly');
  // Over clear text the flag would lose the cookie; the connection itself is then the finding.
  const crossesSites = /samesite\s*=\s*none/.test(flags);
  if ((isEncrypted || crossesSites) && !has('secure')) lacks.push('Secure');
  return lacks;
}
