// Splunk HTTP Event Collector (Splunk docs, "HTTP Event Collector" and "About HTTP Event Collector Indexer Acknowledgment"):
// events one after another in one body. With acknowledgement, a batch is delivered when the indexer says so; until then it is asked
// again, and after the timeout everything is sent once more.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Sink, SinkMessage, SinkOutcome } from '../core/sink.ts';
import { detectionFinding } from './formats/ocsf.ts';
import { HttpClient, jsonOf, outcomeOf, retryLater } from './http/client.ts';
import { secretText } from './secret.ts';

const BATCH_MESSAGES_MAX = 50;
const ASK_AGAIN_MS = 1_000;
/** Token disabled, invalid, index not allowed, data channel missing, acknowledgement off: a person has to change something. */
const MISCONFIGURED = new Set([1, 2, 3, 4, 7, 10, 11, 14]);

export type Pause = (ms: number) => Promise<void>;

export function splunkSink(settings: SinkSettingsOf<'splunk'>, now: () => number, pause: Pause): Sink {
  const client = new HttpClient(settings, now);
  const base = settings.url.replace(/\/+$/, '');
  const channel = randomUUID();
  const headers = {
    authorization: `Splunk ${secretText(settings.token)}`,
    'content-type': 'application/json',
    ...(settings.acknowledgement ? { 'x-splunk-request-channel': channel } : {}),
  };
  let isClosed = false;
  const eventOf = (message: SinkMessage): string =>
    JSON.stringify({
      time: message.at / 1_000,
      host: hostname(),
      source: settings.source,
      sourcetype: settings.sourcetype,
      ...(settings.index === undefined ? {} : { index: settings.index }),
      event: settings.format === 'ocsf' ? detectionFinding(message) : message,
    });
  const acknowledged = async (ackId: number): Promise<SinkOutcome> => {
    for (let waited = 0; waited < settings.acknowledgementTimeout && !isClosed; waited += ASK_AGAIN_MS) {
      const url = `${base}/services/collector/ack?channel=${channel}`;
      const answer = await client.call({ method: 'POST', url, headers, body: JSON.stringify({ acks: [ackId] }) });
      const outcome = outcomeOf(answer);
      if (outcome.kind !== 'delivered') return retryLater(outcome.code);
      const acks = jsonOf(answer)?.acks as Readonly<Record<string, unknown>> | undefined;
      if (acks?.[String(ackId)] === true) return { kind: 'delivered' };
      await pause(ASK_AGAIN_MS);
    }
    return retryLater('NOT_ACKNOWLEDGED');
  };
  const deliver = async (messages: readonly SinkMessage[]): Promise<SinkOutcome> => {
    const url = `${base}/services/collector/event`;
    const answer = await client.call({ method: 'POST', url, headers, body: messages.map(eventOf).join('') });
    const outcome = outcomeOf(answer);
    const told = jsonOf(answer);
    if (outcome.kind === 'refused' && MISCONFIGURED.has(Number(told?.code))) return retryLater(`SPLUNK_${told?.code}`);
    if (outcome.kind !== 'delivered' || !settings.acknowledgement) return outcome;
    return typeof told?.ackId === 'number' ? acknowledged(told.ackId) : retryLater('NO_ACKNOWLEDGEMENT_ID');
  };
  return {
    batchMessagesMax: BATCH_MESSAGES_MAX,
    deliver,
    check: (test) => deliver([test]),
    close: () => {
      isClosed = true;
      return client.close();
    },
  };
}
