// A field is one decoded value, or one key, and where it sat. Decoders make fields, detectors read them.
// Invariant: `text` is fully decoded for its position (percent, JSON escapes, XML entities …); the raw form stays in the transaction.

/** The part of a message a field was found in. */
export type Location = 'path' | 'query' | 'header' | 'cookie' | 'body';

export interface Field {
  readonly location: Location;
  /**
   * RFC 6901 JSON Pointer inside its location: `/user/email` in a JSON body, `/q` for a query parameter or form field,
   * `/user-agent` for a header, `/2` for the third path segment, empty for a whole text body.
   */
  readonly pointer: string;
  /** The nearest key: parameter, header, cookie, object key, element or attribute; of an array element, its array's key. */
  readonly name: string;
  /** `key` when `text` is the key itself, `file-name` for the file name of a multipart part. */
  readonly of: 'value' | 'key' | 'file-name';
  readonly text: string;
  /** OR of the bits in characters.ts over `text`. */
  readonly classes: number;
  /** Decodings beyond the ones the position implies, outermost first: `percent`, `base64`, `json`, `html`, `unicode` … */
  readonly decodings: readonly string[];
  /** Of what stood in a JSON text that was a string itself: its pointer inside that text. */
  readonly nestedPointer?: string;
}

/** Receives what a decoder finds. */
export interface FieldSink {
  /** Values whose classes share no bit with this may be counted instead of materialised. */
  readonly wanted: number;
  add(field: Field): void;
  /** A value or key that was read and is of no interest: none of its classes is wanted. */
  skip(): void;
}

/** Appends one reference token to a JSON Pointer (RFC 6901 §3: `~` and `/` are escaped). */
export function childPointer(parent: string, token: string | number): string {
  if (typeof token === 'number') return `${parent}/${token}`;
  if (token.indexOf('~') === -1 && token.indexOf('/') === -1) return `${parent}/${token}`;
  return `${parent}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A field's name without what writers differ in: letter case, `_`, `-` and other signs. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
