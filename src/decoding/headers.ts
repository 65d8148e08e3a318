// Header lines as fields. Lines that only negotiate or frame carry nothing of the application and are left out.
import { ANGLE, BACKSLASH, BACKTICK, BRACE, classesOf, DOLLAR, PIPE, QUOTE } from '../core/characters.ts';
import { childPointer, type FieldSink } from '../core/field.ts';
import type { RawHeaders } from '../core/transaction.ts';

const NOT_INSPECTED = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'accept-ranges',
  'access-control-request-headers',
  'access-control-request-method',
  'alt-used',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'date',
  'dnt',
  'early-data',
  'expect',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'max-forwards',
  'pragma',
  'priority',
  'proxy-connection',
  'range',
  'save-data',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'upgrade-insecure-requests',
  'via',
]);

/** Stand in no negotiation line of an honest client: with them, such a line is inspected like any other. */
const OUT_OF_PLACE = ANGLE | BACKSLASH | BACKTICK | BRACE | DOLLAR | PIPE | QUOTE;

export function emitHeaderFields(rawHeaders: RawHeaders, sink: FieldSink): void {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const text = rawHeaders[i + 1]!;
    const classes = classesOf(text);
    if ((classes & sink.wanted) === 0) {
      sink.skip();
      continue;
    }
    const name = rawHeaders[i]!.toLowerCase();
    // Client hints and fetch metadata (`sec-…`) are written by the browser itself.
    const isNegotiation = NOT_INSPECTED.has(name) || name.startsWith('sec-');
    if (name === 'cookie' || (isNegotiation && (classes & OUT_OF_PLACE) === 0)) {
      sink.skip();
      continue;
    }
    sink.add({ location: 'header', pointer: childPointer('', name), name, of: 'value', text, classes, decodings: [] });
  }
}
