// Header lines for the client: hop-by-hop lines and copies of our own taken out, and what no longer holds after masking.
// RFC 9110 §7.6.1: names listed in Connection are for the upstream's hop only.
import { connectionNames, isSallyportName, NamesSeen } from './header-names.ts';

const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** What a changed body makes untrue. */
const ABOUT_THE_BODY = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
  'etag',
  'accept-ranges',
  'content-range',
]);

type Treatment = 'keep' | 'drop' | 'length' | 'body';

/** By the spelling received: servers write the same few names again and again. */
const treatments = new NamesSeen<Treatment>((name) => {
  if (DROPPED.has(name) || isSallyportName(name)) return 'drop';
  if (name === 'content-length') return 'length';
  return ABOUT_THE_BODY.has(name) ? 'body' : 'keep';
});

/** Length of a body's announcement: known for a whole body, `as-received` for one that streams, `none` where none may be. */
export type BodyLength = number | 'as-received' | 'none';

export function downstreamHeaders(
  rawHeaders: readonly string[],
  added: readonly string[],
  length: BodyLength,
  isReplaced: boolean,
): string[] {
  const lines: string[] = [];
  const hopByHop = connectionNames(rawHeaders);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i]!;
    const treatment = treatments.of(raw);
    if (treatment === 'drop' || hopByHop?.has(raw.toLowerCase())) continue;
    if (isReplaced && treatment !== 'keep') continue;
    if (length !== 'as-received' && treatment === 'length') continue;
    lines.push(raw, rawHeaders[i + 1]!);
  }
  if (typeof length === 'number') lines.push('Content-Length', String(length));
  for (const line of added) lines.push(line);
  return lines;
}
