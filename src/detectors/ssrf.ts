// Server-side request forgery: a URL in a parameter that would make the backend call an inside address. The URL is parsed and
// its host classified, in whatever notation it is written (RFC 3986 §7.4: decimal, octal, hexadecimal, short, IPv6-mapped).
import { COLON, SLASH } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { noSettings } from './settings.ts';

export const ssrf: FieldDetector = {
  kind: 'field',
  id: 'ssrf',
  classes: COLON | SLASH,
  settings: noSettings,
  load: () => inspect,
};

const SCHEME = /^\s*(?:url:)?([a-z][a-z0-9+.-]{1,15}):/i;
const DANGEROUS =
  /^(?:gopher|dict|file|ldaps?|tftp|jar|netdoc|sftp|php|phar|expect|ogg|rar|zip|compress\.zlib|glob|rmi|jndi|smb)$/i;
const FILE_OF_SYSTEM =
  /^\s*(?:url:)?file:\/*(?:localhost)?\/*(?:etc|proc|sys|root|var|dev|boot|[a-z]:?[/\\|]+(?:windows|winnt|boot|inetpub|users)\b)/i;
const METADATA =
  /^(?:metadata(?:\.google)?(?:\.internal)?|192\.0\.0\.192|instance-data(?:\.ec2\.internal)?|metadata\.azure\.internal|kubernetes\.default(?:\.svc.*)?)$/i;
/** Where testers of a backend's calls listen for them. */
const LISTENERS =
  /(?:^|\.)(?:burpcollaborator\.net|oastify\.com|oast\.(?:pro|live|site|online|fun|me)|interact\.sh|dnslog\.cn|ceye\.io)$/;
/** Ports of services that speak no HTTP and answer inside alone. */
const SERVICE_PORT =
  /:(?:2[1235]|53|110|11[01]|135|139|143|389|445|1433|1521|2375|2376|3306|3389|5432|5984|6379|11211|27017)$/;
/** What nobody's own machine is asked for but to look at its inside. */
const INSIDE_PATH =
  /^\/(?:admin|manager|server-status|server-info|latest\/|actuator|console|phpmyadmin|jmx|containers\/|_cat\/|_cluster|v1\/agent|etc\/|secret)/i;
const LINK_FIELDS = /^(?:origin|referer|x-forwarded-.*|forwarded|host|x-real-ip|via)$/i;
/** Names of what a backend goes and gets. */
const FETCH_FIELDS =
  /^(?:(?:image|img|avatar|photo|picture|file|feed|source|src|target|remote|fetch|proxy|preview|import|download|document|stock|pdf|media|icon|thumbnail|web_?hook|hook|api)_?-?(?:url|uri|link|src)|url|uri|link|src|source|fetch|feed|proxy|target|remote|endpoint|stockApi|web_?hook)$/i;
const RETURN_FIELDS =
  /redirect|return|callback|success|cancel|next|continue|origin|base_?url|issuer|audience|client_uri|docs|homepage|website/i;

const SERVERS = /\/(?:servers|hosts|examples?|environments)\//i;
const REPORTED = /\/(?:(?:http_?)?request|page|document|(?:stack_?)?trace|frames|breadcrumbs|csp-report)\//i;

function inspect(field: Field): Recognition | undefined {
  const { text, name, location } = field;
  if (field.of !== 'value' || (location === 'header' && LINK_FIELDS.test(name)) || text.length > 4_096)
    return undefined;
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined && !text.startsWith('//')) return undefined;
  if (scheme !== undefined && DANGEROUS.test(scheme)) {
    const hasTarget = /^\s*(?:url:)?[a-z0-9+.]+:(?:\/\/|[\w.]+\/|(?:http|file):)/i.test(text);
    if (!hasTarget || /\s/.test(text.trim())) return undefined;
    // Shares, directories and local pages are addresses that clients send on purpose.
    const isOrdinary =
      /^(?:sftp|ldaps?|smb|rmi|tftp)$/i.test(scheme) || (/^file$/i.test(scheme) && !FILE_OF_SYSTEM.test(text));
    const isInside = /^\s*(?:url:)?[a-z]+:\/\/(?:localhost|127\.|0\.0\.0\.0|\[::1?\])/i.test(text);
    return found(
      isOrdinary && !isInside && location === 'body' ? 0.6 : 0.92,
      `uses the scheme ${scheme.toLowerCase()}`,
      text,
    );
  }
  if (scheme !== undefined && !/^(?:https?|ftp|wss?)$/i.test(scheme)) return undefined;
  const authority = /^\s*(?:url:)?(?:(?:https?|ftp|wss?):[/\\]*|[/\\]{2,})([^/\\?#\s]*)/i.exec(text)?.[1];
  if (authority === undefined || authority === '') return undefined;
  const at = authority.lastIndexOf('@');
  const host = bareHost(authority.slice(at + 1));
  // `http://a@127.0.0.1:80@b.example/`: parsers disagree about which part is the host (WHATWG takes the last).
  const isSplit = authority.indexOf('@') !== at;
  // Digits in circles, ideographic full stops: nobody types them but to get past a filter.
  const isOdd = !isSplit && /[^\0-\u007f]/.test(authority);
  const inside = isSplit && classOf(bareHost(authority.split('@', 8)[1]!)) !== undefined ? 'disguised' : classOf(host);
  const kind = isOdd && inside !== undefined && inside !== 'listener' ? 'disguised' : inside;
  if (kind === undefined) return undefined;
  if (kind === 'metadata') return found(0.97, 'points at a cloud metadata service', text);
  if (kind === 'listener') return found(0.85, 'points at a host that listens for calls of a backend', text);
  if (kind === 'disguised') return found(0.92, 'points at an inside address in a disguised notation', text);
  if (RETURN_FIELDS.test(name)) return undefined;
  // A sentence about an address is not an address.
  const isSentence = text.trim().split(/\s+/, 4).length > 2;
  // What stands in a document in a string is not fetched.
  if (field.decodings.includes('json')) return undefined;
  const isService =
    kind === 'loopback' &&
    (SERVICE_PORT.test(authority) ||
      host.includes(':') ||
      /^127\.(?!0\.0\.1$)/.test(host) ||
      /^\s*http:\/\/(?:127\.0\.0\.1|localhost)\/\s*$/i.test(text) ||
      INSIDE_PATH.test(text.trim().slice(text.trim().indexOf(authority) + authority.length)));
  // Neither is what an API's description names as its servers, nor what a report says was asked for or shown, unless it is what no
  // page has for an address.
  if (SERVERS.test(field.pointer) || (REPORTED.test(field.pointer) && !isService)) return undefined;
  const isFetched = location === 'query' || isService || (kind === 'loopback' && FETCH_FIELDS.test(name));
  return found(isSentence ? 0.25 : at !== -1 || isFetched ? 0.82 : 0.6, `points at a ${kind} address`, text);
}

/** Without port, brackets and root dot; an IPv4 address carried in IPv6 in one notation (RFC 4291 §2.5.5, RFC 6052 §2.1). */
function bareHost(text: string): string {
  return text
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .normalize('NFKC')
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .toLowerCase()
    .replace(/^(?:(?:0{1,4}:){5}|64:ff9b::)(?:ffff:)?(?=.*[.:]|[0-9a-f])/, '::ffff:');
}

function classOf(host: string): 'metadata' | 'disguised' | 'loopback' | 'private' | 'listener' | undefined {
  if (METADATA.test(host) || host === '169.254.169.254' || host === '100.100.100.200' || host === 'fd00:ec2::254')
    return 'metadata';
  if (
    /^(?:localhost(?:\.localdomain|6)?|ip6-(?:localhost|loopback))$/.test(host) ||
    /\.localhost$/.test(host) ||
    /^(?:localtest\.me|lvh\.me)$/.test(host)
  )
    return 'loopback';
  if (
    /(?:^|[.-])(?:127[.-]0[.-]0[.-]1|169[.-]254[.-]169[.-]254|10[.-]\d+[.-]\d+[.-]\d+)\.(?:nip|sslip|xip)\.io$/.test(
      host,
    )
  )
    return 'disguised';
  if (host.includes(':')) {
    if (/^(?:0*:)*:?0*1$|^::$/.test(host)) return 'loopback';
    if (/^::(?:ffff:)?(?:0*:)?(?:7f|127\.|a9fe|169\.254|0?a[0-9a-f]{2}:|10\.|c0a8|192\.168)/.test(host))
      return 'disguised';
    return /^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:/.test(host) ? 'private' : undefined;
  }
  if (LISTENERS.test(host)) return 'listener';
  const parts = host.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(?:0x[0-9a-f]{1,8}|\d{1,12})$/.test(part))) return undefined;
  const numbers = parts.map((part) =>
    part.startsWith('0x') ? Number.parseInt(part, 16) : /^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part),
  );
  const last = numbers.pop()!;
  const value = numbers.reduce((sum, part, i) => sum + part * 2 ** (24 - 8 * i), 0) + last;
  const isPlain = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part));
  const a = Math.floor(value / 2 ** 24);
  const b = Math.floor(value / 2 ** 16) % 256;
  if (a === 169 && b === 254) return isPlain ? 'metadata' : 'disguised';
  const isInside =
    a === 127 ||
    a === 10 ||
    a === 0 ||
    (a === 192 && b === 168) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 100 && b >= 64 && b <= 127);
  if (!isInside) return undefined;
  // `0.0.0.0` is where a server listens, never where a client goes.
  if (!isPlain || value === 0) return 'disguised';
  return a === 127 || a === 0 ? 'loopback' : 'private';
}

function found(confidence: number, what: string, text: string): Recognition {
  return { confidence, what, matched: text.slice(0, 120), ...(confidence < 0.8 ? { severity: 'low' as const } : {}) };
}
