// What is told of an endpoint: a picture of its statistics at one moment.
import type { LearnedEndpoint } from '../../core/learned-endpoint.ts';
import { type EndpointStats, ranked } from './endpoint-stats.ts';
import { rangeOf } from './field-stats.ts';
import { maturityOf } from './maturity.ts';
import type { FoundEndpoint } from './model.ts';

/** An endpoint that only ever redirected is one when so many callers saw it. */
const REDIRECTED_CALLERS_MIN = 3;

/** A place where somebody was served, not only turned away or sent elsewhere. */
export function isEndpoint({ samples, successes, statuses, principals }: EndpointStats): boolean {
  if (samples === 0 || successes === 0) return false;
  for (const status of statuses.keys()) if (status.startsWith('2') || status === '101') return true;
  return principals.distinct() >= REDIRECTED_CALLERS_MIN;
}

export function learnedOf({ id, method, host, operation, found }: FoundEndpoint): LearnedEndpoint {
  const { end: stats, template, source, why } = found;
  const hours = Array.from({ length: 24 }, (_, hour) => Math.round(stats.hours.get(hour) ?? 0));
  const success = stats.responses.get('2xx');
  return {
    id,
    method,
    host,
    template,
    source,
    why,
    operation,
    firstSeen: stats.firstSeen,
    lastSeen: stats.lastSeen,
    samples: Math.round(stats.samples),
    principals: stats.principals.distinct(),
    statuses: ranked(stats.statuses),
    authentication: ranked(stats.authentication),
    countries: ranked(stats.countries),
    hours,
    isWebSocket: stats.isWebSocket,
    query: stats.query.fields.size === 0 ? undefined : stats.query.learned(),
    request: stats.request.samples === 0 ? undefined : stats.request.learned(),
    responses: [...stats.responses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, one.learned()]),
    requestBytes: rangeOf(stats.requestBytes),
    responseBytes: rangeOf(stats.responseBytes),
    records: rangeOf(stats.records),
    latencyMs: rangeOf(stats.latencyMs),
    dataTypes: [...stats.dataTypes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, rangeOf(one)]),
    requestsPerCaller: rangeOf(stats.requestsPerCaller),
    failuresPerCaller: rangeOf(stats.failuresPerCaller),
    ownership: stats.owners.learned(),
    ownerFields: success?.ownerFields() ?? [],
    maturity: maturityOf(stats),
    isFrozen: stats.isFrozen,
  };
}
