// From a sink's settings to the sink: one line a kind.
import type { MessageSinkSettings } from '../configuration/sink-schema.ts';
import type { Sink } from '../core/sink.ts';
import { chatSink } from './chat.ts';
import { fileSink } from './file.ts';
import { jiraSystem } from './jira.ts';
import { pagerdutySink } from './pagerduty.ts';
import { serviceNowSystem } from './servicenow.ts';
import { type Pause, splunkSink } from './splunk.ts';
import { syslogSink } from './syslog.ts';
import { type TicketEnvironment, ticketSink } from './tickets.ts';
import { webhookSink } from './webhook.ts';

export interface SinkEnvironment extends TicketEnvironment {
  readonly pause: Pause;
}

export function makeSink(settings: MessageSinkSettings, environment: SinkEnvironment): Sink {
  const { now, pause } = environment;
  switch (settings.kind) {
    case 'syslog':
      return syslogSink(settings);
    case 'splunk':
      return splunkSink(settings, now, pause);
    case 'webhook':
      return webhookSink(settings, now);
    case 'jira':
      return ticketSink(jiraSystem(settings, now), environment);
    case 'servicenow':
      return ticketSink(serviceNowSystem(settings, now), environment);
    case 'slack':
    case 'teams':
      return chatSink(settings, now);
    case 'pagerduty':
      return pagerdutySink(settings, now);
    case 'file':
      return fileSink(settings);
    default:
      return settings satisfies never;
  }
}
