// A caller without any credential is answered where one should have been asked: sensitive data, functions for few, changes.
// Places that answer everybody by nature (logins, health, documentation, files of a page) are never judged.
import type { AnonymousAccessCheck } from '../../../core/posture.ts';
import { PUBLIC_TAGS } from '../nature.ts';
import type { Place } from '../place.ts';
import type { Seen } from '../seen.ts';
import { among, type Judge, type TypesOf } from './judge.ts';

export function anonymousAccess(check: AnonymousAccessCheck, typesOf: TypesOf): Judge {
  const types = typesOf(check.dataTypes);
  const bulkTypes = typesOf(check.bulkDataTypes);
  const changing = new Set(check.changingMethods);
  const reasonOf = ({ record, dataTypes }: Seen, place: Place): string | undefined => {
    const carried = among(dataTypes, types);
    if (carried !== undefined) return `answers carry ${carried.names}`;
    const bulk = among(dataTypes, bulkTypes);
    if (bulk !== undefined && bulk.values >= check.bulkMin) {
      return `one answer carries ${bulk.values} values of ${bulk.names}`;
    }
    if (check.isAdminIncluded && place.tags.has('admin')) return 'it is a function for administrators';
    return changing.has(record.method) ? `${record.method} changes something` : undefined;
  };
  return (seen, place) => {
    const { record, isAnonymous, isSuccess } = seen;
    if (!isAnonymous || record.method === 'OPTIONS') return undefined;
    if (record.status === 401 || record.status === 403) return 'quiet';
    if (!isSuccess) return undefined;
    for (const tag of place.tags) if (PUBLIC_TAGS.has(tag)) return undefined;
    const share = place.authenticatedShare;
    if (share < check.authenticatedShareMin || share > check.authenticatedShareMax) return undefined;
    const reason = reasonOf(seen, place);
    // An answer without anything to protect: neither proof nor all-clear.
    if (reason === undefined) return undefined;
    return { figures: { reason, anonymous: place.anonymous, authenticatedPercent: Math.round(share * 100) } };
  };
}
