// The values of a request head that data policies may be about, each with its location, pointer and name.
import type { Location } from '../core/field.ts';
import type { RawHeaders } from '../core/transaction.ts';
import type { DecodedTarget } from '../decoding/target.ts';
import type { DataPolicies } from '../policy/data-policies.ts';

export function* headValues(
  dataPolicies: DataPolicies,
  rawHeaders: RawHeaders,
  target: DecodedTarget,
  cookies: readonly (readonly [string, string])[],
): Generator<readonly [Location, string, string, string]> {
  for (const [i, segment] of target.segments.entries()) yield ['path', `/${i}`, '', segment];
  for (const [name, value] of target.query) yield ['query', `/${name}`, name, value];
  if (dataPolicies.concernsLocation('cookie'))
    for (const [name, value] of cookies) yield ['cookie', `/${name}`, name, value];
  if (!dataPolicies.concernsLocation('header')) return;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    yield ['header', `/${name}`, name, rawHeaders[i + 1]!];
  }
}
