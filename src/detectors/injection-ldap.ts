// LDAP injection (RFC 4515): a value that closes the filter item it stands in and adds items of its own.
import { EQUALS, PAREN, STAR } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

const BREAKOUT =
  /^[^()]{0,128}\*?\)+\s*(?:\(\s*[|&!]?\s*\(?\s*[A-Za-z][\w;.-]{0,40}\s*[~<>]?=|[|&!]?\(\s*[|&!]|%00|\0|\(&\)|\(\|)/;
const WHOLE_FILTER = /^\s*\(?\s*[|&!]\s*\(\s*[A-Za-z][\w;.-]{0,40}\s*[~<>]?=/;

/** `*(|(objectclass=*))`, `x)(…`: a value in front of an operator's parenthesis. */
const OPENED = /^[^()=]{0,64}(?<!\s)\(\s*[|&!]\s*\(\s*!?\(?\s*[A-Za-z][\w;.-]{0,40}\s*[~<>]?=/;
/** A matching rule by its number (RFC 4515 §3, extensible match). */
const RULE = /^[A-Za-z][\w;-]{0,40}:(?:dn:)?(?:\d{1,6}\.){2,12}\d{1,6}:=/;
const FILTER_NAME = /filter|query|search|ldap|^q$|base/i;

export const injectionLdap: FieldDetector = {
  kind: 'field',
  id: 'injection-ldap',
  classes: EQUALS | PAREN | STAR,
  settings: noSettings,
  load: () => (field) => {
    const { text } = field;
    if (field.of === 'file-name' || text.length > 4_096) return undefined;
    if (BREAKOUT.test(text))
      return { confidence: 0.9, what: 'closes an LDAP filter item and adds another', matched: text.slice(0, 120) };
    if (/^[^()\s]/.test(text) && OPENED.test(text))
      return { confidence: 0.88, what: 'opens an LDAP filter behind a value', matched: text.slice(0, 120) };
    if (RULE.test(text))
      return { confidence: 0.88, what: 'names a matching rule of LDAP', matched: text.slice(0, 120) };
    if (field.of === 'key') return undefined;
    if (WHOLE_FILTER.test(text) && (/\(\s*(?:\d+=\d+|userPassword=)/i.test(text) || !FILTER_NAME.test(field.name)))
      return { confidence: 0.82, what: 'is an LDAP filter where a value belongs', matched: text.slice(0, 120) };
    return WHOLE_FILTER.test(text)
      ? { confidence: 0.5, severity: 'low', what: 'is an LDAP filter', matched: text.slice(0, 120) }
      : undefined;
  },
};
