// CRLF injection: a line end in a value that goes into a header, followed by a header line or a body of the sender's making.
import { CONTROL, NON_ASCII } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { isDocument } from './prose.ts';
import { noSettings } from './settings.ts';

const HEADER_LINE =
  /(?:\r\n?|[\n\u010a\u560a\u560d])[ \t]{0,40}(?:set-cookie|location|content-(?:type|length|disposition|encoding|security-policy)|transfer-encoding|host|x-[a-z-]{2,40}|access-control-allow-[a-z]+|refresh|connection|cookie|www-authenticate|last-modified|link|status)[ \t]*:[ \t]*\S/i;
const SPLIT_RESPONSE = /[\r\n][ \t]{0,40}HTTP\/\d(?:\.\d)? \d{3}/i;

export const injectionCrlf: FieldDetector = {
  kind: 'field',
  id: 'injection-crlf',
  classes: CONTROL | NON_ASCII,
  settings: noSettings,
  load: () => (field) => {
    const { text, location } = field;
    if ((field.classes & CONTROL) === 0 && !/[\u010a\u560a\u560d]/.test(text)) return undefined;
    const isInBody = location === 'body';
    if (SPLIT_RESPONSE.test(text) && !(isInBody && isDocument(text)))
      return {
        confidence: isInBody && !isOneValue(text, text.search(/[\r\n\u560a\u560d]/)) ? 0.5 : 0.95,
        what: 'starts a second response behind a line end',
        matched: text.slice(0, 120),
      };
    const match = HEADER_LINE.exec(text.slice(0, 50_000));
    if (match === null) return undefined;
    // Bodies hold letters, e-mails and logs of HTTP; URLs, headers and cookies do not.
    if (isInBody && !isOneValue(text, match.index)) return undefined;
    return {
      confidence: 0.92,
      what: 'adds a header line behind a line end',
      matched: text.slice(match.index, match.index + 120),
    };
  },
};

/** A line set in goes on with the header in front of it. A short value, then one line end and a header that only answers have: no letter looks like that. */
function isOneValue(text: string, at: number): boolean {
  return text.length < 300 && at <= 64 && !/[\r\n]/.test(text.slice(0, at)) && ANSWER_HEADER.test(text.slice(at));
}

const ANSWER_HEADER =
  /^[\r\n\u010a\u560a\u560d]+[ \t]?(?:(?:set-cookie|transfer-encoding)[ \t]*:|content-length[ \t]*:[ \t]*\d|location[ \t]*:[ \t]*(?:https?:\/)?\/)/i;
