// Fetches an API document from where the operator said it is. Bounded in size and time, without redirects, and never from link-local
// addresses, where clouds keep credentials of machines (OWASP API7). The address that was checked is the one connected to.
import { lookup as resolve } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, fetch } from 'undici';
import { DOCUMENT_BYTES_MAX } from '../openapi/read-text.ts';
import { AddressRanges } from '../policy/address-ranges.ts';

const TIMEOUT_MS = 15_000;
const NEVER = new AddressRanges(
  [
    '169.254.0.0/16',
    'fe80::/10',
    'fd00:ec2::254/128',
    '100.100.100.200/32',
    '0.0.0.0/8',
    '224.0.0.0/3',
    'ff00::/8',
  ].map((range) => [range, true] as const),
);

export type Fetched =
  | { readonly text: string; readonly tag: string | undefined }
  | 'unchanged'
  | { readonly failure: string };

export type Headers = Readonly<Record<string, string | { readonly file: string }>>;

const lookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) callback(error ?? coded('ENOTFOUND'), '', 0);
    else if (addresses.some(({ address }) => !mayFetchFrom(address))) callback(coded('ADDRESS_NOT_ALLOWED'), '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

const agent = new Agent({ connect: { lookup, timeout: 5_000 }, connections: 4, maxResponseSize: DOCUMENT_BYTES_MAX });

export function mayFetchFrom(address: string): boolean {
  return NEVER.find(address) === undefined;
}

/** `tag`: what the last answer called its version. */
export async function fetchDocument(url: string, headers: Headers, tag: string | undefined): Promise<Fetched> {
  const { hostname } = new URL(url);
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !mayFetchFrom(bare)) return { failure: 'its address may not be asked' };
  try {
    const response = await fetch(url, {
      dispatcher: agent,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json, application/yaml, text/yaml, */*;q=0.5',
        ...(tag === undefined ? {} : { 'if-none-match': tag }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secretText(value)])),
      },
    });
    if (response.status === 304) return 'unchanged';
    if (!response.ok) return { failure: `it answered with status ${response.status}` };
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes > DOCUMENT_BYTES_MAX) return { failure: `it is larger than ${DOCUMENT_BYTES_MAX} bytes` };
      parts.push(part);
    }
    return { text: Buffer.concat(parts).toString('utf8'), tag: response.headers.get('etag') ?? undefined };
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    if (cause?.code === 'ADDRESS_NOT_ALLOWED') return { failure: 'its address may not be asked' };
    return { failure: cause?.code ?? (name === 'TimeoutError' ? 'no answer in time' : 'it cannot be fetched') };
  }
}

function secretText(secret: string | { readonly file: string }): string {
  return typeof secret === 'string' ? secret : readFileSync(secret.file, 'utf8').replace(/\r?\n$/, '');
}

function coded(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
