// What learning reads of one transaction besides its record: shapes, sizes, and hashes of identifiers.
// Invariants: no value leaves the worker but numbers, lengths and hashes keyed with the installation's secret; every list is
// capped, and `isTruncated` says so. Built in the worker while the decoded bodies are still in its hands.

export const AUTHENTICATION_SCHEMES = [
  'bearer',
  'jwt',
  'basic',
  'digest',
  'api-key',
  'cookie',
  'certificate',
  'other',
] as const;
export type AuthenticationScheme = (typeof AUTHENTICATION_SCHEMES)[number];

export interface Observation {
  /** Every scheme the request showed; empty when it came without credentials. */
  readonly authentication: readonly AuthenticationScheme[];
  /** True when a credential travelled in the URL. */
  readonly isCredentialInUrl: boolean;
  /** At most 200 characters. */
  readonly userAgent: string;
  /** ISO 3166-1 alpha-2 of the client address, when a country database is configured. */
  readonly country: string | undefined;
  /** Autonomous system of the client address, when a database is configured. */
  readonly network: number | undefined;
  readonly isEncrypted: boolean;
  /** `websocket`, or undefined. */
  readonly upgrade: string | undefined;
  /** `query listOrders` for GraphQL, else undefined. */
  readonly graphqlOperation: string | undefined;
  /** Claims that identify: subject, tenant, role, scope, as name and hash of the value; `token` is the JWT's own signature. */
  readonly claims: readonly ObservedClaim[];
  readonly query: readonly ObservedField[];
  /** Request headers that name whose data is asked for, such as `x-org-id`; the name as pointer. */
  readonly headers?: readonly ObservedField[];
  /** Path segments with their positions as pointers, `/2`; hashed as fields of bodies are, so that an id is known again. */
  readonly path?: readonly ObservedField[];
  readonly request: ObservedBody | undefined;
  readonly response: ObservedBody | undefined;
  /** The login a request tries, when its fields have the shape of one: hash of the account named. */
  readonly account: string | undefined;
  /** Response header lines that posture reads (cache-control, access-control-*, set-cookie flags, hsts …), values capped. */
  readonly responseHeaders: readonly (readonly [string, string])[];
}

export interface ObservedClaim {
  readonly name: string;
  readonly hash: string;
  /** The plain value for role and scope, which are words and not identities; undefined for all others. */
  readonly word: string | undefined;
}

export interface ObservedBody {
  /** Media type without parameters, lower case; empty when none was declared. */
  readonly mediaType: string;
  readonly fields: readonly ObservedField[];
  /** Elements of the largest array of objects; 1 for a single object; 0 without a body. */
  readonly records: number;
  /** Number of sensitive values by data type. */
  readonly dataTypes: readonly (readonly [string, number])[];
  readonly isTruncated: boolean;
}

export type ObservedType = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'object' | 'array';

export interface ObservedField {
  // JSON Pointer with array positions as `*`: `/items/*/id`.
  readonly pointer: string;
  readonly type: ObservedType;
  /** `uuid`, `date-time`, `date`, `email`, `uri`, `ipv4`, `numeric`, `object-id`, `hash` … of a string. */
  readonly format: string | undefined;
  /** Characters of a string, elements of an array. */
  readonly length: number | undefined;
  /** The value of a number. */
  readonly number: number | undefined;
  /** Hash of a scalar that may be an identifier or an enumeration value (at most 64 characters), 16 hex digits. */
  readonly hash: string | undefined;
  /** The plain value of short words (letters, `-`, `_`, at most 32) outside sensitive data: what an enumeration is made of. */
  readonly word: string | undefined;
}
