// Places that cost or guard something, and served one caller more within a minute than anybody needs.
// Where a limit has ever been seen (429, or headers that announce one) nothing is said.
import type { RateLimitCheck } from '../../../core/posture.ts';
import { answered, type Seen } from '../seen.ts';
import type { Judge } from './judge.ts';

const ANNOUNCED = ['ratelimit', 'ratelimit-limit', 'ratelimit-policy', 'x-ratelimit-limit', 'x-rate-limit-limit'];

export function rateLimit(check: RateLimitCheck): Judge {
  return (seen, place) => {
    if (!check.tags.some((tag) => place.tags.has(tag))) return undefined;
    const { record, occurrence } = seen;
    if (record.status === 429 || isAnnounced(seen)) {
      place.isLimited = true;
      return 'quiet';
    }
    if (place.isLimited) return undefined;
    const caller = occurrence.actors[0]?.key ?? record.clientAddress;
    const counts = place.countInMinute(caller, record.receivedAt, occurrence.isFailedLogin);
    if (counts === undefined) return undefined;
    if (counts.failures >= check.failuresPerMinuteMin) {
      return { figures: { served: counts.failures, what: 'failed logins' } };
    }
    if (counts.requests < check.requestsPerMinuteMin) return undefined;
    return { figures: { served: counts.requests, what: 'requests' } };
  };
}

function isAnnounced(seen: Seen): boolean {
  return ANNOUNCED.some((name) => answered(seen, name) !== undefined);
}
