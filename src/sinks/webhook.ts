// Any system that takes HTTP: JSON of the message, or a body from a template. Signed with HMAC-SHA256 over `timestamp.body`, so that
// a receiver knows who sent it, that it is whole, and, by the timestamp, that it is not an old one sent again.
import { createHmac } from 'node:crypto';
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Sink, SinkMessage, SinkOutcome } from '../core/sink.ts';
import { HttpClient, outcomeOf } from './http/client.ts';
import { addressOf, mainActor } from './outward.ts';
import { secretHeaders, secretText, secretUrl } from './secret.ts';
import { compileTemplate } from './template.ts';

export function webhookSink(settings: SinkSettingsOf<'webhook'>, now: () => number): Sink {
  const client = new HttpClient(settings, now);
  const url = secretUrl(settings.url);
  const key = settings.secret === undefined ? undefined : secretText(settings.secret);
  const headers = secretHeaders(settings.headers);
  const isJson = /[/+]json\b/i.test(settings.contentType);
  const template = settings.body === undefined ? undefined : compileTemplate(settings.body, isJson);
  const deliver = async ([message]: readonly SinkMessage[]): Promise<SinkOutcome> => {
    const body = template === undefined ? JSON.stringify(message) : template.fill(valuesOf(message!));
    const timestamp = String(Math.floor(now() / 1_000));
    const signature = key === undefined ? {} : { 'x-sallyport-signature': `v1=${signatureOf(key, timestamp, body)}` };
    const answer = await client.call({
      method: settings.method,
      url,
      headers: {
        ...headers,
        'content-type': settings.contentType,
        'x-sallyport-message': message!.id,
        'x-sallyport-timestamp': timestamp,
        ...signature,
      },
      body,
    });
    return outcomeOf(answer);
  };
  return { batchMessagesMax: 1, deliver, check: (test) => deliver([test]), close: () => client.close() };
}

/** Hex of HMAC-SHA256. Receivers compare in constant time and refuse timestamps more than five minutes off. */
export function signatureOf(key: string, timestamp: string, body: string): string {
  return createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
}

function valuesOf(message: SinkMessage): object {
  const { incident } = message;
  return { ...message, actor: mainActor(incident), address: addressOf(incident) };
}
