// From everything learned of an endpoint to the few figures that the hot path compares with.
import type { Baseline, OwnerField, PrivilegedSenders } from '../../core/baseline.ts';
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';

/** With fewer transactions nothing is compared; see the detectors' own floors. */
const SAMPLES_MIN = 100;

export interface KnownOfEndpoints {
  readonly isPromoted: (endpoint: string) => boolean;
  readonly ownerFields: readonly (OwnerField & { readonly endpoint: string })[];
  readonly privatePlaces: readonly { readonly endpoint: string; readonly broad: readonly string[] }[];
  readonly issuedPlaces: readonly { readonly endpoint: string; readonly role: string }[];
  readonly privileged: readonly (PrivilegedSenders & { readonly endpoint: string })[];
}

export function baselinesOf(endpoints: readonly LearnedEndpoint[], known: KnownOfEndpoints): Baseline[] {
  const fields = new Map<string, OwnerField[]>();
  for (const { endpoint, role, pointer, claim } of known.ownerFields) {
    fields.set(endpoint, [...(fields.get(endpoint) ?? []), { role, pointer, claim }]);
  }
  const privatePlaces = new Map(known.privatePlaces.map(({ endpoint, broad }) => [endpoint, broad] as const));
  const issuedOnlyFor = new Map<string, string[]>();
  for (const { endpoint, role } of known.issuedPlaces) {
    issuedOnlyFor.set(endpoint, [...(issuedOnlyFor.get(endpoint) ?? []), role]);
  }
  const privileged = new Map(
    known.privileged.map(({ endpoint, names, senders }) => [endpoint, { names, senders }] as const),
  );
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
      issuedOnlyFor: issuedOnlyFor.get(one.id) ?? [],
      privileged: privileged.get(one.id),
    }));
}
