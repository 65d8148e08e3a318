// The three shapes a detector can have. A detector looks at one transaction, never decides, never waits, keeps no state.
// `load` runs once per policy version and compiles; what it returns only looks.
import type { Actor, Token } from './actor.ts';
import type { Baseline } from './baseline.ts';
import type { ServerField, Violation } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import type { Field, Location } from './field.ts';
import type { Action, Severity } from './finding.ts';
import type { RawHeaders } from './transaction.ts';

/** What a detector noticed, before policy has a say. */
export interface Recognition {
  /** 0 to 1. From {@link BLOCKING_CONFIDENCE} on, one recognition is enough to block in enforce mode. */
  readonly confidence: number;
  /** Overrides the document's severity when this case is graver or lighter than the usual one. */
  readonly severity?: Severity;
  /** One sentence: what was recognised, without any value of the transaction. */
  readonly what: string;
  /** The part of the text that was recognised; stored as a shape only. */
  readonly matched?: string;
  /** The strongest action this one may cause, when it is weaker than the document's. */
  readonly actionMax?: Action;
  /** Instead of the document's, where an operator decided for one endpoint. */
  readonly action?: Action;
  readonly dataType?: string;
  /** How many values it stands for. */
  readonly count?: number;
  /** The learned figure that was passed. */
  readonly threshold?: number;
}

/** A recognition that says itself where it sits, for detectors that look at more than one field. */
export interface PlacedRecognition extends Recognition {
  readonly location: Location;
  readonly pointer: string;
}

/** Confidence from which a single recognition blocks; several weaker ones add up by noisy-OR to the same bar. */
export const BLOCKING_CONFIDENCE = 0.8;

interface DetectorBase<S> {
  readonly id: string;
  /** Validates and completes the document's `settings`; throws an Error with a readable message. */
  readonly settings: { parse(value: unknown): S };
}

/** Looks at one field at a time. Called only when the field has a class bit in `classes`. */
export interface FieldDetector<S = unknown> extends DetectorBase<S> {
  readonly kind: 'field';
  readonly classes: number;
  load(settings: S): (field: Field) => Recognition | undefined;
}

/** Looks at a whole request, after its head and, when there is one, after its body. */
export interface RequestDetector<S = unknown> extends DetectorBase<S> {
  readonly kind: 'request';
  readonly phase: 'request-head' | 'request-body';
  load(settings: S): (request: RequestView) => readonly PlacedRecognition[];
}

/** Looks at a response whose body was held or copied. */
export interface ResponseDetector<S = unknown> extends DetectorBase<S> {
  readonly kind: 'response';
  load(settings: S): (response: ResponseView) => readonly PlacedRecognition[];
}

/** Compares a response with what was learned of its endpoint. Called only where there is a baseline, and the answer is a success. */
export interface BaselineDetector<S = unknown> extends DetectorBase<S> {
  readonly kind: 'baseline';
  load(settings: S): (view: BaselineView) => readonly PlacedRecognition[];
}

// The settings type is erased where detectors of different settings stand in one list.
// biome-ignore lint/suspicious/noExplicitAny: variance of S
export type Detector = FieldDetector<any> | RequestDetector<any> | ResponseDetector<any> | BaselineDetector<any>;

/** What request detectors may look at. */
export interface RequestView {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Canonical decoded path, starting with a slash. */
  readonly path: string;
  /** Decoded query parameters in order, repeated names included. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly rawHeaders: RawHeaders;
  readonly endpoint: Endpoint;
  readonly actors: readonly Actor[];
  readonly token: Token | undefined;
  /** Undefined before the body is there, or when there is none. */
  readonly body: BodyView | undefined;
  /** True on routes in enforce mode. */
  readonly isEnforced: boolean;
  /** What an imported or learned document asks of this request; undefined on routes without one. */
  readonly contract?: RequestContract | undefined;
  /** What was learned of the endpoint; undefined where that is too little. */
  readonly baseline?: Baseline | undefined;
}

/** What one request, and its response, are held to. */
export interface RequestContract {
  /** Template of the operation with its base path; undefined when the document has none for this request. */
  readonly template: string | undefined;
  checkHead(request: RequestView): readonly Violation[];
  checkBody(request: RequestView): readonly Violation[];
  checkResponse(response: ResponseView): readonly Violation[];
  /** Fields of the body that only the server sets. */
  serverFields(request: RequestView): readonly ServerField[];
  /** Parameters of the request that stand in another place than the document has them, or in a second one. */
  misplaced(request: RequestView): readonly MisplacedParameter[];
}

export interface MisplacedParameter {
  readonly name: string;
  readonly location: Location;
  readonly pointer: string;
  /** Where the document has it. */
  readonly documented: Location;
  /** True when it is in its documented place as well, so that two layers may believe two values. */
  readonly isSecond: boolean;
}

export interface ResponseView {
  readonly request: RequestView;
  readonly status: number;
  readonly rawHeaders: RawHeaders;
  readonly body: BodyView | undefined;
}

export interface BaselineView {
  readonly request: RequestView;
  readonly status: number;
  readonly body: BodyView;
  readonly baseline: Baseline;
  /** Values found in the body, by data type. */
  readonly dataTypes: readonly (readonly [type: string, count: number])[];
  /** Tags of a data type: `pii`, `sensitive` … */
  readonly tagsOf: (dataType: string) => readonly string[];
  /** The body as JSON has it; undefined when it is none. Parsed on first use. */
  readonly json: () => unknown;
  /** Whose the object is that the path names, as far as this worker knows. */
  readonly owner: () => 'caller' | 'somebody else' | undefined;
  /** Whether an answer gave the caller the id that the path ends with; undefined where that is not known. */
  readonly isIssued: () => boolean | undefined;
  /** Sensitive values that the caller has had this minute, this answer's with them; undefined without a budget. */
  readonly spent: { readonly values: number; readonly valuesMax: number } | undefined;
}

/** A body after its content-encoding was undone. */
export interface BodyView {
  /** Lower-case `type/subtype` without parameters; empty when absent. */
  readonly mediaType: string;
  readonly format: BodyFormat;
  readonly bytes: Buffer;
  /** The bytes as latin1 text: offsets equal byte offsets. Made on first use. */
  readonly latin1: string;
  /** The value of a JSON body, parsed on first use for all who ask; undefined when it is none. Not to be changed. */
  json(): unknown;
  /** GraphQL operations of this request: documents with their variables, when it is a GraphQL request. */
  readonly graphql: readonly GraphqlRequest[];
}

export type BodyFormat = 'json' | 'ndjson' | 'form' | 'multipart' | 'xml' | 'graphql' | 'text' | 'binary' | 'empty';

export interface GraphqlRequest {
  readonly query: string;
  /** JSON Pointer of the query text inside its location. */
  readonly pointer: string;
  readonly location: Location;
  readonly operationName: string | undefined;
}
