// PagerDuty Events API v2 (developer.pagerduty.com, "Send an alert event"): one alert per incident by `dedup_key`; open incidents
// trigger, those somebody works on are acknowledged, closed ones resolve.
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Severity } from '../core/finding.ts';
import type { IncidentStatus } from '../core/incident.ts';
import type { Sink, SinkMessage, SinkOutcome } from '../core/sink.ts';
import { HttpClient, outcomeOf } from './http/client.ts';
import { cut, headline, isoTime, mainActor } from './outward.ts';
import { secretText } from './secret.ts';

const SUMMARY_CHARACTERS_MAX = 1_024;
const KEY_CHARACTERS_MAX = 255;
const SEVERITY: Readonly<Record<Severity, string>> = {
  info: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};
const ACTION: Readonly<Record<IncidentStatus, 'trigger' | 'acknowledge' | 'resolve'>> = {
  open: 'trigger',
  'in-progress': 'acknowledge',
  resolved: 'resolve',
  'false-positive': 'resolve',
  accepted: 'resolve',
};

export function pagerdutySink(settings: SinkSettingsOf<'pagerduty'>, now: () => number): Sink {
  const client = new HttpClient(settings, now);
  const routingKey = secretText(settings.routingKey);
  const send = async (message: SinkMessage, action: string): Promise<SinkOutcome> =>
    outcomeOf(
      await client.call({
        method: 'POST',
        url: settings.url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(eventOf(message, action, routingKey)),
      }),
    );
  return {
    batchMessagesMax: 1,
    deliver: ([message]) => send(message!, ACTION[message!.incident.status]),
    // The test's alert is resolved at once, so that nobody has to.
    check: async (test) => {
      const outcome = await send(test, 'trigger');
      return outcome.kind === 'delivered' ? send(test, 'resolve') : outcome;
    },
    close: () => client.close(),
  };
}

function eventOf(message: SinkMessage, action: string, routingKey: string): object {
  const { incident } = message;
  const key = { routing_key: routingKey, event_action: action, dedup_key: cut(incident.id, KEY_CHARACTERS_MAX) };
  if (action !== 'trigger') return key;
  return {
    ...key,
    client: 'Sallyport',
    payload: {
      summary: headline(message, SUMMARY_CHARACTERS_MAX),
      source: incident.environment === '' ? 'sallyport' : incident.environment,
      severity: SEVERITY[incident.severity],
      timestamp: isoTime(incident.lastSeen),
      component: incident.endpoint,
      group: incident.environment,
      class: incident.detection,
      custom_details: {
        what_happened: incident.whatHappened,
        why: incident.why,
        what_to_do: incident.whatToDo,
        result: incident.result,
        actor: mainActor(incident),
        count: incident.count,
        confidence_percent: incident.confidencePercent,
        owasp: incident.owasp,
        first_seen: isoTime(incident.firstSeen),
      },
    },
  };
}
