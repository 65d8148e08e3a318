// From everything learned of an endpoint to the few figures that the hot path compares with.
import type { Baseline, OwnerField } from '../../core/baseline.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';

/** With fewer transactions nothing is compared; see the detectors' own floors. */
const SAMPLES_MIN = 100;

export interface KnownOfEndpoints {
  readonly isPromoted: (endpoint: string) => boolean;
  readonly ownerFields: readonly (OwnerField & { readonly endpoint: string })[];
  readonly privatePlaces: readonly { readonly endpoint: string; readonly broad: readonly string[] }[];
}

export function baselinesOf(endpoints: readonly LearnedEndpoint[], known: KnownOfEndpoints): Baseline[] {
  const fields = new Map<string, OwnerField[]>();
  for (const { endpoint, role, pointer, claim } of known.ownerFields) {
    fields.set(endpoint, [...(fields.get(endpoint) ?? []), { role, pointer, claim }]);
  }
  const privatePlaces = new Map(known.privatePlaces.map(({ endpoint, broad }) => [endpoint, broad] as const));
  return endpoints
    .filter(({ operation, samples }) => operation === undefined && samples >= SAMPLES_MIN)
    .map((one) => ({
      endpoint: one.id,
      isPromoted: known.isPromoted(one.id),
      samples: one.samples,
      principals: one.principals,
      responseBytes: one.responseBytes,
      records: one.records,
      dataTypes: one.dataTypes,
      ownerFields: fields.get(one.id) ?? [],
      privateExcept: privatePlaces.get(one.id),
    }));
}
