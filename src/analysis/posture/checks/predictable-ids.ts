// Who has one id knows the next: counters in the path of answers with sensitive data.

import { hashOf } from '../../../core/hash.ts';
import type { PredictableIdsCheck } from '../../../core/posture.ts';
import { among, type Judge, type TypesOf } from './judge.ts';

export function predictableIds(check: PredictableIdsCheck, typesOf: TypesOf): Judge {
  const types = typesOf(check.dataTypes);
  return ({ record, occurrence, isSuccess, dataTypes }, place) => {
    if (!isSuccess || !occurrence.endpoint.includes('{')) return undefined;
    const carried = among(dataTypes, types);
    if (carried === undefined) return undefined;
    const id = counterOf(record.path, occurrence.endpoint);
    if (id === undefined || id.length > check.digitsMax) return 'quiet';
    place.noteId(hashOf(id));
    if (place.ids.size < check.idsMin) return undefined;
    return { figures: { dataType: carried.names, ids: place.ids.size } };
  };
}

/** The last parameter of the path, when it is a plain number. */
function counterOf(path: string, endpoint: string): string | undefined {
  const wanted = endpoint.slice(endpoint.indexOf('/')).split('/');
  const given = path.split('/');
  for (let i = wanted.length - 1; i > 0; i--) {
    if (!wanted[i]!.startsWith('{')) continue;
    const value = given[i];
    return value !== undefined && /^\d{1,20}$/.test(value) ? value : undefined;
  }
  return undefined;
}
