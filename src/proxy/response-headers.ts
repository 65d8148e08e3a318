// Header lines for the client: hop-by-hop lines and copies of our own taken out, and what no longer holds after masking.
import { connectionNames } from './request-headers.ts';

const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
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

export interface DownstreamLines {
  readonly rawHeaders: readonly string[];
  /** From the inspection: id, tags. */
  readonly added: readonly string[];
  /** Known length of the whole body; undefined while it is streamed. */
  readonly bodyBytes: number | undefined;
  readonly isReplaced: boolean;
}

export function downstreamHeaders({ rawHeaders, added, bodyBytes, isReplaced }: DownstreamLines): string[] {
  const lines: string[] = [];
  const hopByHop = connectionNames(rawHeaders);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i]!;
    const name = raw.toLowerCase();
    if (DROPPED.has(name) || name.startsWith('x-sallyport-') || hopByHop?.has(name)) continue;
    if (isReplaced && ABOUT_THE_BODY.has(name)) continue;
    if (bodyBytes !== undefined && name === 'content-length') continue;
    lines.push(raw, rawHeaders[i + 1]!);
  }
  if (bodyBytes !== undefined) lines.push('Content-Length', String(bodyBytes));
  for (const line of added) lines.push(line);
  return lines;
}
