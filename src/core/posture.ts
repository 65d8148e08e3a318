// What a posture document says: what to look for in the traffic of an endpoint (or of a host), with every number an operator
// may change. Each kind of check has one file in analysis/posture/checks; the zod schemas in policy/ produce these types.

/** Answers to callers that showed no credentials. */
export interface AnonymousAccessCheck {
  readonly kind: 'anonymous-access';
  /** Of the successful answers of the endpoint: the share that came with credentials, from and up to. */
  readonly authenticatedShareMin: number;
  readonly authenticatedShareMax: number;
  /** Any value of these in an answer makes it one that should have asked who is there. */
  readonly dataTypes: readonly string[];
  /** So many values of these in one answer do as well. */
  readonly bulkDataTypes: readonly string[];
  readonly bulkMin: number;
  /** Methods that change something. */
  readonly changingMethods: readonly string[];
  /** Functions for few, known by their paths. */
  readonly isAdminIncluded: boolean;
}

export interface CredentialsCheck {
  readonly kind: 'credentials';
  /** `basic-in-clear`: passwords over an unencrypted connection. `in-url`: a credential in the query. */
  readonly of: 'basic-in-clear' | 'in-url';
  /** Names of query parameters, case and separators ignored. */
  readonly parameters: readonly string[];
  readonly charactersMin: number;
}

/** Data types that an answer carries. */
export interface DataTypesCheck {
  readonly kind: 'data-types';
  readonly dataTypes: readonly string[];
}

export interface PredictableIdsCheck {
  readonly kind: 'predictable-ids';
  readonly dataTypes: readonly string[];
  /** Different ids that were answered. */
  readonly idsMin: number;
  /** Longer numbers are no counters. */
  readonly digitsMax: number;
}

export interface RateLimitCheck {
  readonly kind: 'rate-limit';
  /** Tags of endpoints that cost or guard something. */
  readonly tags: readonly string[];
  /** Requests of one caller within a minute that were all served. */
  readonly requestsPerMinuteMin: number;
  /** The same of failed logins. */
  readonly failuresPerMinuteMin: number;
}

export interface CorsCheck {
  readonly kind: 'cors';
  /** Different sites that were allowed, with credentials, from which on everybody is. */
  readonly sitesMin: number;
}

export const SECURITY_HEADERS = [
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
] as const;
export type SecurityHeader = (typeof SECURITY_HEADERS)[number];

export interface SecurityHeadersCheck {
  readonly kind: 'security-headers';
  readonly headers: readonly SecurityHeader[];
}

export interface CookiesCheck {
  readonly kind: 'cookies';
  /** Part of a cookie's name, case and separators ignored; others are none of our business. */
  readonly names: readonly string[];
  /** Part of the name of cookies that scripts read by design. */
  readonly exceptNames: readonly string[];
}

export interface PathsCheck {
  readonly kind: 'paths';
  readonly paths: readonly {
    /** Lower case; a path that ends so, or holds it before a slash. */
    readonly path: string;
    /** Media types that the real one answers with; empty takes any but a page. */
    readonly mediaTypes: readonly string[];
  }[];
}

/** What a detector finds in answers, as a state of the endpoint. */
export interface FindingsCheck {
  readonly kind: 'findings';
  readonly detections: readonly string[];
}

export interface MethodsCheck {
  readonly kind: 'methods';
  readonly methods: readonly string[];
}

export interface ClearTextCheck {
  readonly kind: 'clear-text';
  /** True judges connections from private networks as well. */
  readonly isPrivateIncluded: boolean;
}

export interface CachingCheck {
  readonly kind: 'caching';
  /** Loud when the answer says that anybody may keep it. */
  readonly dataTypes: readonly string[];
  /** Loud even when the answer says nothing about caching. */
  readonly strictDataTypes: readonly string[];
}

export const DRIFTS = ['shadow', 'zombie', 'unmanaged', 'stale', 'undocumented-parameter'] as const;
export type DriftKind = (typeof DRIFTS)[number];

/** What comparing traffic with documents and route lists shows. */
export interface DriftCheck {
  readonly kind: 'drift';
  readonly of: DriftKind;
}

/** Gives endpoints tags of the operator's own, and raises nothing. */
export interface TagsCheck {
  readonly kind: 'tags';
  readonly tags: readonly string[];
}

export type PostureCheck =
  | AnonymousAccessCheck
  | CredentialsCheck
  | DataTypesCheck
  | PredictableIdsCheck
  | RateLimitCheck
  | CorsCheck
  | SecurityHeadersCheck
  | CookiesCheck
  | PathsCheck
  | FindingsCheck
  | MethodsCheck
  | ClearTextCheck
  | CachingCheck
  | DriftCheck
  | TagsCheck;

/** How often something is seen before it is called a finding, and not seen before it is called mended. */
export interface PostureEvidence {
  readonly occurrencesMin: number;
  /** Of the transactions that could show it. */
  readonly shareMin: number;
  /** So many in a row that could have shown it and did not. */
  readonly resolvedAfter: number;
}
