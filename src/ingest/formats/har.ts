// HAR 1.2, entry by entry. Bodies were recorded after their content-encoding was undone.
// Source: http://www.softwareishard.com/blog/har-12-spec/
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { headerValue } from '../../core/transaction.ts';
import { forwardedAddress, isLoose, type Loose, rawHeadersOf, timeOf, UNKNOWN_ADDRESS } from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

/** @throws Error that says what is missing */
export function fromHarEntry(entry: unknown): RecordedTransaction {
  if (!isLoose(entry) || !isLoose(entry.request)) throw new Error('an entry has a `request`');
  const { request, response } = entry;
  if (typeof request.method !== 'string' || typeof request.url !== 'string')
    throw new Error('a request has `method` and `url`');
  const rawHeaders = rawHeadersOf(request.headers);
  const client = entry.clientIPAddress ?? entry._clientIPAddress;
  return {
    at: timeOf(entry.startedDateTime),
    clientAddress: typeof client === 'string' ? client : (forwardedAddress(rawHeaders) ?? UNKNOWN_ADDRESS),
    request: {
      method: request.method.toUpperCase(),
      url: sendableUrl(request.url),
      rawHeaders,
      body: postedBody(request.postData, rawHeaders),
      isDecoded: true,
    },
    response: isLoose(response) ? responseOf(response) : undefined,
  };
}

function postedBody(postData: unknown, rawHeaders: string[]): Buffer {
  if (!isLoose(postData)) return Buffer.alloc(0);
  if (typeof postData.mimeType === 'string' && headerValue(rawHeaders, 'content-type') === undefined) {
    rawHeaders.push('content-type', postData.mimeType);
  }
  const { text, encoding, params } = postData;
  if (typeof text === 'string' && text !== '') return Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8');
  if (!Array.isArray(params) || params.length === 0) return Buffer.alloc(0);
  const pairs = params
    .filter(isLoose)
    .map((one): [string, string] => [String(one.name ?? ''), String(one.value ?? '')]);
  return Buffer.from(new URLSearchParams(pairs).toString());
}

/** Status 0: the browser was given nothing. */
function responseOf(response: Loose): RecordedTransaction['response'] {
  const status = Number(response.status ?? 0);
  if (!Number.isInteger(status) || status < 100 || status > 999) return undefined;
  const rawHeaders = rawHeadersOf(response.headers);
  const content = isLoose(response.content) ? response.content : {};
  if (
    typeof content.mimeType === 'string' &&
    content.mimeType !== '' &&
    headerValue(rawHeaders, 'content-type') === undefined
  )
    rawHeaders.push('content-type', content.mimeType);
  const text = typeof content.text === 'string' ? content.text : '';
  const body = Buffer.from(text, content.encoding === 'base64' ? 'base64' : 'utf8');
  return { status, rawHeaders, body, isDecoded: true };
}
