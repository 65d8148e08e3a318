// Percent-decoding (RFC 3986 §2.1) over latin1 text of a request line, into UTF-8 text.

/** Strict: undefined when an escape is broken or the bytes are not valid UTF-8 (overlong forms and surrogates included). */
export function percentDecodeStrict(text: string): string | undefined {
  if (text.indexOf('%') === -1) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Lenient: what cannot be decoded stays as it is, as browsers and most servers treat a lone `%` in a query.
 * With `plusIsSpace`, `+` is a space (application/x-www-form-urlencoded).
 */
export function percentDecodeLenient(text: string, plusIsSpace: boolean): string {
  const spaced = plusIsSpace && text.indexOf('+') !== -1 ? text.replaceAll('+', ' ') : text;
  if (spaced.indexOf('%') === -1) return spaced;
  const strict = percentDecodeStrict(spaced);
  if (strict !== undefined) return strict;
  return spaced.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    const utf8 = bytes.toString('utf8');
    // Bytes that are no UTF-8 are read as latin1, so that nothing of them is lost to the detectors.
    return utf8.includes('�') ? bytes.toString('latin1') : utf8;
  });
}
