// LDAP injection (RFC 4515): a value that closes the filter item it stands in and adds items of its own.
import { PAREN, STAR } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

const BREAKOUT =
  /^[^()]{0,128}\*?\)+\s*(?:\(\s*[|&!]?\s*\(?\s*[A-Za-z][\w;.-]{0,40}\s*[~<>]?=|[|&!]?\(\s*[|&!]|%00|\0|\(&\)|\(\|)/;
const WHOLE_FILTER = /^\s*\(?\s*[|&!]\s*\(\s*[A-Za-z][\w;.-]{0,40}\s*[~<>]?=/;

export const injectionLdap: FieldDetector = {
  kind: 'field',
  id: 'injection-ldap',
  classes: PAREN | STAR,
  settings: noSettings,
  load: () => (field) => {
    const { text } = field;
    if (field.of !== 'value' || text.length > 4_096) return undefined;
    if (BREAKOUT.test(text))
      return { confidence: 0.9, what: 'closes an LDAP filter item and adds another', matched: text.slice(0, 120) };
    return WHOLE_FILTER.test(text)
      ? { confidence: 0.5, severity: 'low', what: 'is an LDAP filter', matched: text.slice(0, 120) }
      : undefined;
  },
};
