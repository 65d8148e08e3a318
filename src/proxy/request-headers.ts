// Header lines for the upstream: rebuilt from what was judged, never copied as they came.
// RFC 9110 §7.6.1 (hop-by-hop), RFC 7239 (Forwarded).
import type { Inspection, RequestHeadOutcome } from '../core/inspector.ts';
import { DECODABLE_ENCODINGS } from '../decoding/content-encoding.ts';

type Forwarding = RequestHeadOutcome & { readonly kind: 'forward' };

const RANGES_MAX = 5;

/** Hop-by-hop lines, lines we write ourselves, and lines that let a client speak in a proxy's name. */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'content-length',
  'host',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
]);

export interface UpstreamHead {
  readonly inspection: Inspection;
  readonly outcome: Forwarding;
  readonly peerAddress: string;
  readonly isEncrypted: boolean;
  /** Received lines of the forwarding headers, believed only from a trusted peer. */
  readonly isBodyReplaced: boolean;
  /** For a body that is passed on while it arrives and whose length was announced. */
  readonly contentLength: number | undefined;
}

export function upstreamHeaders(head: UpstreamHead): string[] {
  const { outcome, inspection } = head;
  const lines: string[] = outcome.route.preserveHost ? ['host', outcome.host] : [];
  const hopByHop = connectionNames(outcome.rawHeaders);
  const isInspected = outcome.route.mode !== 'off';
  let forwardedFor = '';
  let forwardedProto = '';
  let forwardedHost = '';
  for (let i = 0; i + 1 < outcome.rawHeaders.length; i += 2) {
    const name = outcome.rawHeaders[i]!.toLowerCase();
    const value = outcome.rawHeaders[i + 1]!;
    if (DROPPED.has(name)) {
      if (name === 'x-forwarded-for') forwardedFor = forwardedFor === '' ? value : `${forwardedFor}, ${value}`;
      else if (name === 'x-forwarded-proto') forwardedProto = value;
      else if (name === 'x-forwarded-host') forwardedHost = value;
      continue;
    }
    // Underscores turn into dashes in many servers: `Content_Length` would become what we just took out.
    if (name.startsWith('x-sallyport-') || name.includes('_') || hopByHop?.has(name) || name.charCodeAt(0) === 0x3a)
      continue;
    if (isInspected && name === 'accept-encoding') {
      lines.push(name, decodableOnly(value));
      continue;
    }
    if (name === 'range' && value.split(',').length > RANGES_MAX) continue;
    if (
      head.isBodyReplaced &&
      (name === 'content-encoding' || name === 'content-md5' || name === 'digest' || name === 'content-digest')
    )
      continue;
    lines.push(name, value);
  }
  if (head.contentLength !== undefined) lines.push('content-length', String(head.contentLength));
  const believes = inspection.isPeerTrusted;
  const proto = believes && /^https?$/.test(forwardedProto) ? forwardedProto : head.isEncrypted ? 'https' : 'http';
  const host = believes && forwardedHost !== '' ? forwardedHost : outcome.host;
  const via = believes && forwardedFor !== '' ? `${forwardedFor}, ${head.peerAddress}` : head.peerAddress;
  lines.push('x-forwarded-for', via, 'x-forwarded-proto', proto, 'x-forwarded-host', host);
  lines.push('x-real-ip', inspection.clientAddress);
  lines.push(
    'forwarded',
    `for=${forwardedNode(inspection.clientAddress)};proto=${proto}${host === '' ? '' : `;host="${host.replace(/["\\]/g, '')}"`}`,
  );
  lines.push('via', '1.1 sallyport');
  for (const line of inspection.upstreamHeaders()) lines.push(line);
  return lines;
}

/** Names that a Connection line makes hop-by-hop. */
export function connectionNames(rawHeaders: readonly string[]): Set<string> | undefined {
  let names: Set<string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length !== 10 || rawHeaders[i]!.toLowerCase() !== 'connection') continue;
    const value = rawHeaders[i + 1]!;
    if (value === 'keep-alive' || value === 'close') continue;
    names ??= new Set();
    for (const part of value.split(',')) names.add(part.trim().toLowerCase());
  }
  return names;
}

/** Only encodings that inspection can undo are offered to the upstream. */
function decodableOnly(value: string): string {
  const kept = value.split(',').filter((part) => {
    const name = part.split(';')[0]!.trim().toLowerCase();
    return name === 'identity' || (DECODABLE_ENCODINGS as readonly string[]).includes(name);
  });
  return kept.length === 0 ? 'identity' : kept.map((part) => part.trim()).join(', ');
}

function forwardedNode(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}
