import type { Occurrence } from '../scenarios/occurrence.ts';

/** What a first transaction showed, one for all its identities: most never come again. */
export interface Sighting {
  readonly at: number;
  readonly place: string | undefined;
  readonly userAgent: string;
  readonly endpoint: string;
  readonly dataTypes: Occurrence['dataTypes'];
  readonly keys: readonly string[];
}

export function sightingOf(occurrence: Occurrence): Sighting {
  const { at, actors, record, country, network, userAgent, endpoint, dataTypes, isAccepted } = occurrence;
  return {
    at,
    place: record === undefined ? undefined : `${record.clientAddress}\n${country ?? ''}\n${network}`,
    userAgent,
    endpoint,
    dataTypes: isAccepted ? dataTypes : [],
    keys: actors.map(({ key }) => key),
  };
}
