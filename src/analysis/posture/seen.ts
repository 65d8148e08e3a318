// One transaction as the checks see it. Only what the upstream itself answered counts: what the gateway refused says nothing
// of the backend's posture.
import type { Observation } from '../../core/observation.ts';
import type { TransactionRecord } from '../../core/record.ts';
import { AddressRanges } from '../../policy/address-ranges.ts';
import type { Occurrence } from '../scenarios/occurrence.ts';

export interface Seen {
  readonly occurrence: Occurrence;
  readonly record: TransactionRecord;
  readonly observation: Observation;
  /** 2xx. */
  readonly isSuccess: boolean;
  /** No credential of any kind was shown, or one that names nobody. */
  readonly isAnonymous: boolean;
  /** The client's address is one of the internet. */
  readonly isPublicClient: boolean;
  readonly mediaType: string;
  /** Sensitive values of the answer by data type. */
  readonly dataTypes: readonly (readonly [string, number])[];
}

const NOT_PUBLIC = new AddressRanges(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '::1/128',
    'fc00::/7',
    'fe80::/10',
  ].map((range) => [range, true] as const),
);

/** Undefined when the upstream did not answer, or nothing of it was seen. */
export function seenOf(occurrence: Occurrence): Seen | undefined {
  const { record } = occurrence;
  const observation = record?.observation;
  if (record === undefined || observation === undefined) return undefined;
  if (record.action === 'block' || record.fault !== undefined || record.coverage === 'refused') return undefined;
  if (record.status < 200) return undefined;
  return {
    occurrence,
    record,
    observation,
    isSuccess: record.status < 300,
    isAnonymous:
      occurrence.isCredentialEmpty || (observation.authentication.length === 0 && !observation.isCredentialInUrl),
    isPublicClient: isPublicAddress(record.clientAddress),
    mediaType: observation.response?.mediaType ?? '',
    dataTypes: observation.response?.dataTypes ?? [],
  };
}

export function isPublicAddress(address: string): boolean {
  return address !== '' && NOT_PUBLIC.find(address) === undefined;
}

/** The first value of a response header; `name` in lower case. */
export function answered(seen: Seen, name: string): string | undefined {
  for (const [one, value] of seen.observation.responseHeaders) if (one === name) return value;
  return undefined;
}
