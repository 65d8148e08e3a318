// Keeps sinks from being turned against the inside (SSRF, OWASP API7): addresses that are not public are refused unless the operator
// named them. The address that was checked is the one that is connected to, so a name cannot change its mind in between.
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AddressRanges } from '../../policy/address-ranges.ts';

/** IANA special-purpose registries (RFC 6890 and its updates), multicast included. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/8',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

export const ADDRESS_NOT_ALLOWED = 'ADDRESS_NOT_ALLOWED';

export class AddressGuard {
  readonly #notPublic = new AddressRanges(NOT_PUBLIC.map((range) => [range, true] as const));
  readonly #allowed: AddressRanges<true>;

  constructor(allowAddresses: readonly string[]) {
    this.#allowed = new AddressRanges(allowAddresses.map((range) => [range, true] as const));
  }

  mayCall(address: string): boolean {
    return this.#allowed.find(address) === true || this.#notPublic.find(address) === undefined;
  }

  /** For a host written as an address, which is never looked up. Names pass here and are judged by `lookup`. */
  mayCallHost(hostname: string): boolean {
    const bare = hostname.replace(/^\[|\]$/g, '');
    return isIP(bare) === 0 || this.mayCall(bare);
  }

  /** Every address of the name must be allowed: one that is not is a mistake or an attack. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? refusal('ENOTFOUND'), '', 0);
        return;
      }
      if (!addresses.every(({ address }) => this.mayCall(address))) callback(refusal(ADDRESS_NOT_ALLOWED), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
