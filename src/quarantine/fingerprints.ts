// What makes two requests the same one. No text of a request leaves this file, only hashes.
import { createHash } from 'node:crypto';
import { headerValue, type RequestHead } from '../core/transaction.ts';

/** Lines that differ each time the same request is sent. */
const CHANGING = new Set([
  'date',
  'forwarded',
  'traceparent',
  'tracestate',
  'via',
  'x-amzn-trace-id',
  'x-correlation-id',
  'x-forwarded-for',
  'x-real-ip',
  'x-request-id',
]);

/** The narrow one has every header line, for what a header does; the wide one has none, for a body or a target sent by many. */
export type Fingerprints = readonly [narrow: string, wide: string];

export function fingerprintsOf(head: RequestHead): Fingerprints {
  const { method, target, rawHeaders } = head;
  const wide = [method, headerValue(rawHeaders, 'host') ?? '', target];
  const narrow = [...wide];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (!CHANGING.has(rawHeaders[i]!.toLowerCase())) narrow.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  return [hash(['narrow', ...narrow]), hash(['wide', ...wide])];
}

export function withBody([narrow, wide]: Fingerprints, body: Buffer): Fingerprints {
  return [hash([narrow, body]), hash([wide, body])];
}

function hash(parts: readonly (string | Buffer)[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:`).update(part);
  return sum.digest('hex').slice(0, 16);
}
