// The client's address: the TCP peer, or what trusted proxies in front of us say.
// RFC 7239 and the X-Forwarded-For convention: every hop appends its peer, so the list is read from the right, and the first
// address that is not a trusted proxy is the client. What stands left of it is the client's own claim and is ignored.
import { isIP } from 'node:net';
import { headerValue, type RawHeaders } from '../core/transaction.ts';
import { AddressRanges } from '../policy/address-ranges.ts';

export interface ClientAddress {
  readonly address: string;
  readonly isPeerTrusted: boolean;
}

const HOPS_READ_MAX = 32;

/** Compiles the resolver. `trustedProxies` are CIDR ranges or single addresses. */
export function clientAddressResolver(
  trustedProxies: readonly string[],
): (rawHeaders: RawHeaders, peerAddress: string) => ClientAddress {
  if (trustedProxies.length === 0) return (_, peerAddress) => ({ address: peerAddress, isPeerTrusted: false });
  const trusted = new AddressRanges(trustedProxies.map((range) => [range, true] as const));
  return (rawHeaders, peerAddress) => {
    if (trusted.find(peerAddress) === undefined) return { address: peerAddress, isPeerTrusted: false };
    const hops = forwardedAddresses(rawHeaders);
    let address = peerAddress;
    for (let i = hops.length - 1; i >= 0; i--) {
      const hop = hops[i]!;
      // An address we cannot read ends the chain of trust: nothing left of it can be believed.
      if (isIP(hop) === 0) break;
      address = hop;
      if (trusted.find(hop) === undefined) break;
    }
    return { address, isPeerTrusted: true };
  };
}

/** X-Forwarded-For when present, else Forwarded; left to right, at most the last {@link HOPS_READ_MAX}. */
function forwardedAddresses(rawHeaders: RawHeaders): readonly string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === 'x-forwarded-for') lines.push(rawHeaders[i + 1]!);
  }
  if (lines.length > 0) return lines.join(',').split(',').slice(-HOPS_READ_MAX).map(bareAddress);
  const forwarded = headerValue(rawHeaders, 'forwarded');
  if (forwarded === undefined) return [];
  return forwarded
    .split(',')
    .slice(-HOPS_READ_MAX)
    .map((element) => {
      const pair = element.split(';').find((part) => /^\s*for\s*=/i.test(part));
      return pair === undefined ? '' : bareAddress(pair.slice(pair.indexOf('=') + 1));
    });
}

/** `"[2001:db8::1]:4711"`, `192.0.2.1:80` and ` 192.0.2.1 ` without quotes, brackets, port and white space. */
function bareAddress(text: string): string {
  let address = text.trim();
  if (address.startsWith('"') && address.endsWith('"')) address = address.slice(1, -1);
  if (address.startsWith('[')) {
    const close = address.indexOf(']');
    return close === -1 ? '' : address.slice(1, close);
  }
  const colon = address.indexOf(':');
  if (colon !== -1 && colon === address.lastIndexOf(':')) address = address.slice(0, colon);
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** What a trusted proxy in front says of its own connection; one that says nothing is not accused. */
export function wasEncryptedBefore(rawHeaders: RawHeaders): boolean {
  return headerValue(rawHeaders, 'x-forwarded-proto')?.trim().toLowerCase() !== 'http';
}
