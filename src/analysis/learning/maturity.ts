// When a baseline may be enforced, and why not yet. Every condition that fails is a sentence with its true figures.
import type { Maturity } from '../../core/learned-endpoint.ts';
import type { EndpointStats } from './endpoint-stats.ts';
import { HOURS_MIN, PRINCIPALS_MIN } from './field-stats.ts';

const SAMPLES_MIN = 500;
const DAYS_MIN = 3;
/** Share of fields that are normal already. */
const STABLE_SHARE_MIN = 0.95;

export function maturityOf(stats: EndpointStats): Maturity {
  const missing: string[] = [];
  const samples = Math.round(stats.successes);
  const principals = stats.principals.distinct();
  const hours = stats.hoursSeen.distinct();
  const days = stats.daysSeen.distinct();
  if (samples < SAMPLES_MIN) missing.push(`${samples} of ${SAMPLES_MIN} successful transactions`);
  if (principals < PRINCIPALS_MIN) missing.push(`${principals} of ${PRINCIPALS_MIN} callers`);
  if (hours < HOURS_MIN) missing.push(`seen in ${hours} of ${HOURS_MIN} hours`);
  if (days < DAYS_MIN) missing.push(`seen on ${days} of ${DAYS_MIN} days`);
  for (const [name, schema] of [
    ['request', stats.request],
    ['response', stats.responses.get('2xx')],
  ] as const) {
    if (schema === undefined || schema.fields.size === 0) continue;
    let normal = 0;
    for (const { principals: who, hours: when } of schema.fields.values()) {
      if (who.values.length >= PRINCIPALS_MIN && when.values.length >= HOURS_MIN) normal += 1;
    }
    const { size } = schema.fields;
    if (normal < STABLE_SHARE_MIN * size) {
      missing.push(
        `${size - normal} of ${size} ${name} fields are new or come from fewer than ${PRINCIPALS_MIN} callers`,
      );
    }
  }
  return { isReady: missing.length === 0, missing };
}
