// What the text of a value says about itself: a UUID, a date, an e-mail address … One table for path segments and body fields.
// Invariants: linear in the text, and only the first FORMAT_CHARS_MAX characters are looked at; longer texts have no format.

export const TEXT_FORMATS = [
  'uuid',
  'ulid',
  'object-id',
  'hash',
  'numeric',
  'date',
  'date-time',
  'email',
  'uri',
  'ipv4',
  'prefixed-id',
] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

const FORMAT_CHARS_MAX = 256;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]+$/i;
/** Crockford's base 32, 26 characters of which the first has three bits. */
const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|z|[+-]\d{2}:?\d{2})?$/;
const EMAIL = /^[^@\s/]{1,64}@[^@\s/]{1,190}\.[a-z]{2,24}$/i;
const URI = /^[a-z][a-z0-9+.-]{1,15}:\/\/[^\s]+$/i;
const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const PREFIX_CHARS_MAX = 12;
const PREFIXED_CHARS_MIN = 3;
const PREFIXED_CHARS_MAX = 64;

export function formatOf(text: string): TextFormat | undefined {
  const { length } = text;
  if (length === 0 || length > FORMAT_CHARS_MAX) return undefined;
  const first = text.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39) {
    if (length <= 20 && areDigits(text)) return 'numeric';
    if (length === 10 && DATE.test(text)) return 'date';
    if (length >= 16 && length <= 35 && DATE_TIME.test(text)) return 'date-time';
    if (length >= 7 && length <= 15 && IPV4.test(text)) return 'ipv4';
  }
  // What is left has no space in it, and prose always has.
  if (length < 5 || text.includes(' ')) return undefined;
  if (length === 36 && UUID.test(text)) return 'uuid';
  if (length === 26 && ULID.test(text) && /\d/.test(text)) return 'ulid';
  if (length >= 16 && length <= 128 && HEX.test(text) && /\d/.test(text)) return length === 24 ? 'object-id' : 'hash';
  if (isPrefixed(text)) return 'prefixed-id';
  if (text.includes('@') && EMAIL.test(text)) return 'email';
  if (text.includes('://') && URI.test(text)) return 'uri';
  return undefined;
}

// Both without a pattern: of an answer they are asked for every identifier, and calling a pattern costs more than these.

function areDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return true;
}

/** `cus_9s6XKzkNRiz8i3`, `order-2041`: a short word of ASCII letters, a joiner, and letters and digits with a digit among them. */
function isPrefixed(text: string): boolean {
  const { length } = text;
  let i = 0;
  while (i < length && isLetter(text.charCodeAt(i))) i += 1;
  if (i === 0 || i > PREFIX_CHARS_MAX || i === length) return false;
  const joiner = text.charCodeAt(i);
  if (joiner !== 0x2d && joiner !== 0x5f) return false;
  i += 1;
  if (length - i < PREFIXED_CHARS_MIN || length - i > PREFIXED_CHARS_MAX) return false;
  let hasDigit = false;
  for (; i < length; i++) {
    const c = text.charCodeAt(i);
    if (isDigit(c)) hasDigit = true;
    else if (!isLetter(c)) return false;
  }
  return hasDigit;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isLetter(c: number): boolean {
  return (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
}
