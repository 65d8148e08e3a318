// What is made of a transaction when it is complete: its record with what learning reads of it, the ids it was given, and its messages
// for evidence.
import type { Observation } from '../core/observation.ts';
import { principalOf } from './against-baseline.ts';
import { maskedPath } from './data.ts';
import type { EngineSettings } from './engine-settings.ts';
import { type Finished, recordOf } from './record.ts';
import type { Snapshot } from './snapshot.ts';

export function finish(settings: EngineSettings, snapshot: Snapshot, one: Finished): void {
  const observation = observationOf(settings, one);
  noteIssued(snapshot, one, observation);
  const record = recordOf(one, maskedPath(snapshot.policy, one.segments), observation);
  keepMessages(settings, one);
  settings.onRecord(record);
}

function observationOf({ observer, countryOf }: EngineSettings, one: Finished): Observation | undefined {
  if (one.view === undefined) return undefined;
  return observer?.()?.observe({
    view: one.view,
    segments: one.segments,
    isEncrypted: one.isEncrypted,
    country: countryOf(one.clientAddress),
    requestData: one.seen.request?.(),
    response: one.response,
    responseBody: one.responseBody,
    responseData: one.seen.response?.(),
  });
}

function noteIssued({ issued }: Snapshot, one: Finished, observation: Observation | undefined): void {
  const fields = observation?.response?.fields;
  if (fields === undefined || fields.length === 0 || one.verdict.action === 'block') return;
  const status = one.response?.status ?? 0;
  if (status < 200 || status >= 400) return;
  const principal = principalOf(one.actors);
  if (principal !== undefined) issued.note(principal, fields);
}

function keepMessages({ messages }: EngineSettings, { id, head, view, response, responseBody }: Finished): void {
  if (messages === undefined || view === undefined) return;
  messages.keep(
    id,
    head.target,
    { rawHeaders: head.rawHeaders, body: view.body },
    response === undefined ? undefined : { rawHeaders: response.rawHeaders, body: responseBody },
  );
}
