// Pages of any site may read answers with the visitor's credentials: the allowed origin is `null`, or it is whatever was asked.
import type { CorsCheck } from '../../../core/posture.ts';
import { answered } from '../seen.ts';
import type { Judge } from './judge.ts';

export function cors(check: CorsCheck): Judge {
  return (seen, place) => {
    const origin = answered(seen, 'access-control-allow-origin');
    if (origin === undefined) return undefined;
    if (answered(seen, 'access-control-allow-credentials')?.trim().toLowerCase() !== 'true') return 'quiet';
    if (origin === 'null') return { figures: { allowed: 'the origin `null`, which any page can have' } };
    // Browsers refuse a star together with credentials: harmless, and only a sign of what was meant.
    if (origin === '*') return 'quiet';
    place.noteSite(siteOf(origin));
    if (place.sites.size < check.sitesMin) return 'quiet';
    return { figures: { allowed: `${place.sites.size} different sites, each as it asked` } };
  };
}

/** The last two labels: subdomains of one owner are one site. */
function siteOf(origin: string): string {
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/:]+)/i.exec(origin)?.[1]?.toLowerCase() ?? origin.slice(0, 100);
  return /^[\d.]+$/.test(host) ? host : host.split('.').slice(-2).join('.');
}
