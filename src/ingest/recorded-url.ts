// URLs as recorders write them → as they would go over a wire: spaces, fragments' signs and letters outside ASCII are escaped, as
// every client does before it sends. A browser's address bar shows `/search?q=café au lait`; no server ever received that.

export function sendableUrl(url: string): string {
  return /^[\x21\x22\x24-\x7e]*$/.test(url) ? url : escaped(url);
}

function escaped(url: string): string {
  const isAbsolute = /^https?:\/\//i.test(url);
  // A fragment of an absolute URL never leaves the browser; in a bare target it can only be a sign of the query.
  const hash = isAbsolute ? url.indexOf('#') : -1;
  const sent = hash === -1 ? url : url.slice(0, hash);
  return sent.replace(/[^\x21\x22\x24-\x7e]/gu, (sign) => {
    return [...Buffer.from(sign, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  });
}
