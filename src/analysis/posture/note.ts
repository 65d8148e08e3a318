// What one transaction adds to what is remembered of its endpoint, whatever the checks make of it.
import { tagsOfShape } from './nature.ts';
import type { Place } from './place.ts';
import type { Seen } from './seen.ts';

/** Shapes of an endpoint are looked at so often, then now and then. */
const SHAPES_MAX = 50;
const SHAPE_EVERY = 64;

/** `before`: transactions of the endpoint that were noted already. */
export function noteAt(place: Place, seen: Seen, before: number): void {
  if (!seen.isSuccess) return;
  if (seen.isAnonymous) place.anonymous += 1;
  else place.authenticated += 1;
  if (seen.isPublicClient) place.isExposed = true;
  for (const [type] of seen.dataTypes) place.noteDataType(type);
  if (before >= SHAPES_MAX && before % SHAPE_EVERY !== 0) return;
  const { observation, occurrence, record } = seen;
  const shape = tagsOfShape({
    method: record.method,
    requestMediaType: observation.request?.mediaType ?? '',
    responseMediaType: seen.mediaType,
    isLogin: observation.account !== undefined,
    requestPointers: (observation.request?.fields ?? []).map(({ pointer }) => pointer),
    requestDataTypes: (observation.request?.dataTypes ?? []).map(([type]) => type),
    isGraphql: observation.graphqlOperation !== undefined,
  });
  for (const tag of shape) place.tags.add(tag);
  if (occurrence.isLogin && observation.account !== undefined) place.tags.delete('registration');
}
