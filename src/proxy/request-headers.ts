// Header lines for the upstream: rebuilt from what was judged, never copied as they came.
// RFC 9110 §7.6.1 (hop-by-hop, Via), RFC 7239 (Forwarded). Trailers are not passed on, so neither is TE.
import type { RequestHeadOutcome } from '../core/inspector.ts';
import { DECODABLE_ENCODINGS } from '../decoding/content-encoding.ts';
import { connectionNames, isSallyportName, NamesSeen } from './header-names.ts';

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
  'x-real-ip',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'request-range',
  // CGI servers make the variable HTTP_PROXY of it, and their clients a proxy (CVE-2016-5385).
  'proxy',
]);

const FORWARDING = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
]);

/** What content delivery networks and load balancers say of the client. From anybody else it is a claim, and servers believe it. */
const SAID_BY_PROXIES = new Set([
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'fastly-client-ip',
  'x-azure-clientip',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'x-host',
  'x-forwarded-by',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-forwarded',
  'front-end-https',
]);

/** What becomes of a line, by its name alone. */
type Treatment = 'keep' | 'drop' | 'forwarding' | 'said-by-proxies' | 'body' | 'accept-encoding' | 'range' | 'if-range';

/** By the spelling received: clients write the same few names again and again. */
const treatments = new NamesSeen<Treatment>((name) => {
  // Underscores turn into dashes in many servers: `Content_Length` would become what we just took out.
  if (DROPPED.has(name) || isSallyportName(name) || name.includes('_')) return 'drop';
  if (FORWARDING.has(name)) return 'forwarding';
  if (SAID_BY_PROXIES.has(name)) return 'said-by-proxies';
  if (ABOUT_THE_BODY.has(name)) return 'body';
  return name === 'accept-encoding' || name === 'range' || name === 'if-range' ? name : 'keep';
});

/** What is about the bytes as they came, when others are sent. */
const ABOUT_THE_BODY = new Set(['content-encoding', 'content-md5', 'digest', 'content-digest', 'repr-digest']);

export interface ForwardedHead {
  readonly outcome: RequestHeadOutcome & { readonly kind: 'forward' };
  readonly clientAddress: string;
  /** The peer is a trusted proxy: what it says of those before it is believed and continued. */
  readonly isPeerTrusted: boolean;
  readonly peerAddress: string;
  readonly isEncrypted: boolean;
  readonly httpVersion: string;
  readonly isBodyReplaced: boolean;
  /** For a body that is passed on while it arrives and whose length was announced. */
  readonly contentLength: number | undefined;
  /** From the inspection: id, tags, confidence. */
  readonly added: readonly string[];
}

export function upstreamHeaders(head: ForwardedHead): string[] {
  const { outcome } = head;
  const { rawHeaders, route } = outcome;
  const lines: string[] = route.preserveHost && outcome.host !== '' ? ['host', outcome.host] : [];
  const hopByHop = connectionNames(rawHeaders);
  let forwarding: Map<string, string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!;
    const treatment = treatments.of(raw);
    if (treatment === 'drop') continue;
    if (treatment === 'forwarding') {
      if (!head.isPeerTrusted) continue;
      const name = raw.toLowerCase();
      forwarding ??= new Map();
      const before = forwarding.get(name);
      forwarding.set(name, before === undefined ? value : `${before}, ${value}`);
      continue;
    }
    if (hopByHop?.has(raw.toLowerCase())) continue;
    switch (treatment) {
      case 'keep':
        lines.push(raw, value);
        break;
      case 'said-by-proxies':
        if (head.isPeerTrusted) lines.push(raw, value);
        break;
      case 'body':
        if (!head.isBodyReplaced) lines.push(raw, value);
        break;
      case 'accept-encoding':
        lines.push(raw, route.mode === 'off' ? value : decodableOnly(value));
        break;
      // A part of a body proves nothing about the rest of it: where answers are judged, they come whole.
      case 'range':
        if (route.mode !== 'enforce' && rangesOf(value) <= RANGES_MAX) lines.push(raw, value);
        break;
      case 'if-range':
        if (route.mode !== 'enforce') lines.push(raw, value);
        break;
      default:
        treatment satisfies never;
    }
  }
  if (head.contentLength !== undefined) lines.push('content-length', String(head.contentLength));
  pushForwarding(lines, head, forwarding);
  lines.push('via', head.httpVersion === '1.1' ? '1.1 sallyport' : `${head.httpVersion} sallyport`);
  for (const line of head.added) lines.push(line);
  return lines;
}

function pushForwarding(lines: string[], head: ForwardedHead, received: ReadonlyMap<string, string> | undefined): void {
  const { peerAddress, outcome, clientAddress } = head;
  const via = received?.get('x-forwarded-for');
  const proto = protocolOf(received?.get('x-forwarded-proto')) ?? (head.isEncrypted ? 'https' : 'http');
  const host = received?.get('x-forwarded-host') ?? outcome.host;
  lines.push('x-forwarded-for', via === undefined ? peerAddress : `${via}, ${peerAddress}`);
  lines.push('x-forwarded-proto', proto);
  if (host !== '') lines.push('x-forwarded-host', host);
  lines.push('x-forwarded-port', portOf(received?.get('x-forwarded-port'), host, proto));
  const prefix = received?.get('x-forwarded-prefix');
  if (prefix !== undefined) lines.push('x-forwarded-prefix', prefix);
  lines.push('x-real-ip', clientAddress);
  const own = `for=${nodeOf(peerAddress)};proto=${proto}${host === '' ? '' : `;host="${host.replace(/["\\]/g, '')}"`}`;
  const before =
    received?.get('forwarded') ?? (clientAddress === peerAddress ? undefined : `for=${nodeOf(clientAddress)}`);
  lines.push('forwarded', before === undefined ? own : `${before}, ${own}`);
}

function protocolOf(received: string | undefined): 'http' | 'https' | undefined {
  return received === 'http' || received === 'https' ? received : undefined;
}

let lastHost = '';
let lastPort: string | undefined;

/** The port that a Host names. Most requests name the host that the one before named. */
function namedPort(host: string): string | undefined {
  if (host === lastHost) return lastPort;
  lastHost = host;
  lastPort = /:(\d{1,5})$/.exec(host)?.[1];
  return lastPort;
}

function portOf(received: string | undefined, host: string, proto: string): string {
  if (received !== undefined && /^\d{1,5}$/.test(received)) return received;
  return namedPort(host) ?? (proto === 'https' ? '443' : '80');
}

/** RFC 7239 §6: an IPv6 address is written in brackets and quoted. */
function nodeOf(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}

function rangesOf(value: string): number {
  return value.split(',', RANGES_MAX + 1).length;
}

let lastOffer = '';
let lastKept = 'identity';

/** Only encodings that inspection can undo are offered to the upstream. Clients say the same again and again. */
function decodableOnly(value: string): string {
  if (value === lastOffer) return lastKept;
  const kept = value.split(',').filter((part) => {
    const name = part.split(';', 1)[0]!.trim().toLowerCase();
    return name === 'identity' || (DECODABLE_ENCODINGS as readonly string[]).includes(name);
  });
  lastOffer = value;
  lastKept = kept.length === 0 ? 'identity' : kept.map((part) => part.trim()).join(', ');
  return lastKept;
}
