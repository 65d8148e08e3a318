// Data that should not leave at all leaves at this endpoint.
import type { DataTypesCheck } from '../../../core/posture.ts';
import { among, type Judge, type TypesOf } from './judge.ts';

export function dataTypes(check: DataTypesCheck, typesOf: TypesOf): Judge {
  const types = typesOf(check.dataTypes);
  return (seen, place) => {
    if (!seen.isSuccess || seen.observation.response === undefined) return undefined;
    // A login gives out what the next request shows.
    if (place.tags.has('login')) return undefined;
    const carried = among(seen.dataTypes, types);
    return carried === undefined ? 'quiet' : { figures: { dataType: carried.names, values: carried.values } };
  };
}
