// What a scenario document says: a pattern over many transactions, with every number an operator may change.
// Each kind of pattern has one file in analysis/scenarios/patterns; the zod schemas in policy/ produce exactly these types.

/** `2xx`, `404`: classes and codes of the status the client saw. */
export type StatusPattern = string;

/** One sliding window and what passes in it. */
export interface VolumeWindow {
  readonly seconds: number;
  /** Below this nothing is ever raised. */
  readonly floor: number;
  /** The population's quantile that is passed, such as 0.999; 0 compares with nobody. */
  readonly quantile: number;
  /** The value is above the quantile times this. */
  readonly timesQuantile: number;
  /** The value is at least the population's mean times this. */
  readonly timesMean: number;
  /** Distinct peers a comparison needs. */
  readonly peersMin: number;
  /** What holds while there are fewer peers: nothing is raised, the floor decides, or the floor when values were not found. */
  readonly whenPeersAreFew: 'wait' | 'floor' | 'misses';
  /** Median absolute deviations above the median, in place of a quantile that few samples cannot show. */
  readonly mads: number;
}

/** How much of something one actor does in a window, against all actors. */
export interface VolumePattern {
  readonly kind: 'volume';
  /** `objects`: distinct identifiers in the path; `parameter-values`: distinct values of one parameter. */
  readonly measure: 'requests' | 'objects' | 'parameter-values' | 'sensitive-values' | 'records';
  readonly per: 'actor' | 'actor-endpoint';
  readonly statuses: readonly StatusPattern[];
  readonly windows: readonly VolumeWindow[];
  /** Parameters that count pages or the like, and say nothing by their values. */
  readonly ignoreParameters: readonly string[];
  /** What a value counts for when the answer was no 2xx. */
  readonly missWeight: number;
  /** How many times its own earlier peak an actor must pass; 0 for no habits. */
  readonly timesOwnHabit: number;
}

export interface FailedLoginsPattern {
  readonly kind: 'failed-logins';
  readonly limits: readonly { readonly seconds: number; readonly failures: number }[];
  /** Of an actor that tries several accounts: the share of failures from which it is no shared address. */
  readonly failedShareMin: number;
}

export interface ManyAccountsPattern {
  readonly kind: 'many-accounts';
  readonly windowSeconds: number;
  readonly accountsMin: number;
  readonly failedShareMin: number;
  /** Over the whole endpoint, for attacks from many addresses. */
  readonly endpoint: {
    readonly accountsMin: number;
    readonly failedShareMin: number;
    readonly timesBaseline: number;
  };
}

export interface ScanPattern {
  readonly kind: 'scan';
  readonly windowSeconds: number;
  /** Distinct endpoints with an error answer, probe paths, and attacks by endpoint. */
  readonly distinctMin: number;
  readonly familiesMin: number;
  /** Distinct ones that are enough when there are several kinds of attack among them. */
  readonly distinctWithFamiliesMin: number;
  readonly statuses: readonly StatusPattern[];
}

export interface OwnershipPattern {
  readonly kind: 'ownership';
  readonly objectsMin: number;
  /** Objects that were read more than once; an object read once says nothing about who may read it. */
  readonly objectsReadAgainMin: number;
  /** Of the objects read again: the share that only their owner read. */
  readonly singleOwnerShareMin: number;
  readonly principalsMin: number;
  /** Objects of others that somebody (or a role) reads while it is learned, from which reading others' is its work. */
  readonly broadObjectsMin: number;
}

export interface ProvenancePattern {
  readonly kind: 'provenance';
  readonly windowSeconds: number;
  readonly objectsMin: number;
  readonly accessesMin: number;
  readonly principalsMin: number;
  readonly issuedShareMin: number;
}

export interface OwnerFieldPattern {
  readonly kind: 'owner-field';
  readonly responsesMin: number;
  readonly principalsMin: number;
}

export interface RoleMatrixPattern {
  readonly kind: 'role-matrix';
  readonly rolePrincipalsMin: number;
  readonly roleSuccessesMin: number;
  readonly endpointSuccessesMin: number;
}

export interface EndpointDriftPattern {
  readonly kind: 'endpoint-drift';
  readonly of: 'errors' | 'latency' | 'size';
  readonly robustZ: number;
  /** Transactions in the hour before it is judged. */
  readonly samplesMin: number;
  /** Earlier hours with enough transactions. */
  readonly hoursMin: number;
  /** The least change worth a person's time: a share for errors, a factor for the others. */
  readonly changeMin: number;
  /** The least value: a share for errors, milliseconds, bytes. */
  readonly floor: number;
}

export interface SequencePattern {
  readonly kind: 'sequence';
  readonly windowSeconds: number;
  readonly transitionsMin: number;
  readonly fromMin: number;
  readonly probabilityMax: number;
  readonly rareMin: number;
  readonly rareShareMin: number;
}

export interface StolenCredentialPattern {
  readonly kind: 'stolen-credential';
  readonly windowSeconds: number;
  readonly signalsMin: number;
  /** People have several devices; a subject needs more signals than one token or key. */
  readonly signalsForSubjectsMin: number;
  /** Transactions of the credential before a client or endpoint of it counts as new. */
  readonly historyMin: number;
}

export interface ValueDriftPattern {
  readonly kind: 'value-drift';
  readonly windowSeconds: number;
  readonly samplesMin: number;
  readonly principalsMin: number;
  /** How far beyond everything seen a number must be. */
  readonly timesLargest: number;
  /** Different words up to which a field is an enumeration. */
  readonly enumerationMax: number;
}

export interface PrivilegedFieldPattern {
  readonly kind: 'privileged-field';
  /** Last segment of the field's pointer, separators and case ignored. */
  readonly names: readonly string[];
  readonly requestsMin: number;
  readonly principalsMin: number;
}

export type ScenarioPattern =
  | VolumePattern
  | FailedLoginsPattern
  | ManyAccountsPattern
  | ScanPattern
  | OwnershipPattern
  | ProvenancePattern
  | OwnerFieldPattern
  | RoleMatrixPattern
  | EndpointDriftPattern
  | SequencePattern
  | StolenCredentialPattern
  | ValueDriftPattern
  | PrivilegedFieldPattern;
