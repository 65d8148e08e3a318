// What becomes of a response's body, by its head: held until it was looked at, copied on its way, or passed on unseen.
import type { Mode } from '../core/record.ts';
import { headerValue, type ResponseHead } from '../core/transaction.ts';
import { type ContentType, parseContentType } from '../decoding/content-type.ts';

export interface ResponsePlan {
  readonly body: 'stream' | 'tap' | 'hold';
  /** Undefined where nothing is looked at. */
  readonly type: ContentType | undefined;
  /** Why what passes is not looked at, where that has to be said. */
  readonly uninspected: string | undefined;
}

const UNSAID: ResponsePlan = { body: 'stream', type: undefined, uninspected: undefined };

export function planForResponse(mode: Mode, method: string, { status, rawHeaders }: ResponseHead): ResponsePlan {
  // Messages of a WebSocket are not looked at.
  if (status === 101) return { ...UNSAID, uninspected: 'upgraded' };
  const isBodiless = method === 'HEAD' || status === 204 || status === 304 || status < 200;
  if (mode === 'off' || isBodiless) return UNSAID;
  const type = typeOf(headerValue(rawHeaders, 'content-type'));
  if (type.mediaType === 'text/event-stream') return { ...UNSAID, uninspected: 'response-stream' };
  if (type.format === 'binary' || type.format === 'multipart') return { ...UNSAID, uninspected: 'response-binary' };
  return { body: mode === 'enforce' ? 'hold' : 'tap', type, uninspected: undefined };
}

function typeOf(value: string | undefined): ContentType {
  try {
    return parseContentType(value);
  } catch {
    // A type that nobody can read: its bytes are looked at as text.
    return parseContentType('text/plain');
  }
}
