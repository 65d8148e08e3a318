// Policy documents after validation: plain JSON values, so that a bundle can cross process borders as it is.
// The zod schemas in policy/ produce exactly these types; compiling them into closures happens in each worker.

import type { ActorKind } from './actor.ts';
import type { Baseline } from './baseline.ts';
import type { Location } from './field.ts';
import type { Action, Severity } from './finding.ts';
import type { Family, IncidentModule } from './incident.ts';
import type { PostureCheck, PostureEvidence } from './posture.ts';
import type { ResponsePlan } from './response-plan.ts';
import type { ScenarioPattern } from './scenario.ts';
import type { Direction } from './transaction.ts';

/** Where a document stands in its file, for messages and for explaining a verdict. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface DocumentBase {
  readonly id: string;
  readonly description: string;
  /** `enabled: false` keeps a shipped document's id but switches it off. */
  readonly enabled: boolean;
  readonly source: SourcePosition;
}

export interface DataTypeDocument extends DocumentBase {
  readonly kind: 'data-type';
  readonly title: string;
  /** `pii pci phi secret credential forbidden sensitive financial location device …` */
  readonly tags: readonly string[];
  readonly severity: Severity;
  /** Alternatives. Shipped patterns are vetted for V8; an operator's are matched by a linear-time engine. */
  readonly patterns: readonly string[];
  /** True for documents shipped with the product. */
  readonly isShipped: boolean;
  /** Name of a check in data-types/validators, such as `luhn`, `iban`, `us-ssn`. */
  readonly validator: string | undefined;
  readonly context: {
    /** Words of field names, separators and case ignored, that raise confidence or are required. */
    readonly keys: readonly string[];
    /** Words that raise confidence when they stand shortly before the value in running text. */
    readonly near: readonly string[];
    /** `required`: without a context key or word the value does not count. */
    readonly mode: 'optional' | 'required';
    /** Field names under which the value never counts (an `orderId` is no card). */
    readonly notKeys: readonly string[];
  };
  readonly mask: MaskRule;
  readonly matches: readonly DataTypeSample[];
  readonly ignores: readonly DataTypeSample[];
}

/** A sample text, or a JSON value whose keys give the context. */
export type DataTypeSample = string | { readonly [key: string]: unknown };

export interface MaskRule {
  /** Letters and digits kept at either end; separators always stay, so the format survives. */
  readonly keepFirst: number;
  readonly keepLast: number;
  readonly with: string;
}

export interface EndpointMatch {
  /** `[METHOD[,METHOD] ][host]/path` patterns; `{name}` and `*` stand for one segment, `**` for any number. */
  readonly endpoint: readonly string[];
  readonly actor: ActorMatch | undefined;
}

export interface ActorMatch {
  readonly kind: ActorKind | undefined;
  readonly id: readonly string[];
  /** Every named claim has one of the given values; a dot in a name walks into an object. */
  readonly claim: Readonly<Record<string, readonly string[]>>;
  /** CIDR ranges of the client address. */
  readonly ip: readonly string[];
}

export interface DataPolicyDocument extends DocumentBase {
  readonly kind: 'data-policy';
  readonly match: EndpointMatch & {
    readonly direction: Direction | 'both';
    /** Data type ids and `tag:NAME` entries. */
    readonly dataTypes: readonly string[];
    readonly minCount: number;
    readonly location: readonly Location[];
    readonly pointer: readonly string[];
  };
  readonly except: readonly EndpointMatch[];
  readonly action: Action;
  readonly severity: Severity;
  readonly owasp: readonly string[];
  /** Detection id that its findings carry. */
  readonly detection: string;
}

export interface DetectorDocument extends DocumentBase {
  readonly kind: 'detector';
  readonly title: string;
  readonly category: Family;
  readonly module: 'runtime' | 'posture';
  readonly severity: Severity;
  readonly owasp: readonly string[];
  readonly cwe: readonly string[];
  /** The strongest action a finding of this detector may cause. */
  readonly action: Action;
  readonly texts: { readonly whatHappened: string; readonly whyItIsAProblem: string; readonly whatToDo: string };
  readonly match: EndpointMatch;
  /** Checked by the detector's own settings schema. */
  readonly settings: unknown;
}

export interface ExceptionDocument extends DocumentBase {
  readonly kind: 'exception';
  /** Detection id that is excepted, such as `injection-sql`, or `*`. */
  readonly detector: string;
  readonly match: EndpointMatch & {
    readonly pointer: readonly string[];
    readonly location: readonly Location[];
    readonly dataTypes: readonly string[];
  };
  readonly reason: string;
  /** ISO date or date-time after which the exception no longer holds; undefined holds until removed. */
  readonly expires: string | undefined;
}

export interface ListDocument extends DocumentBase {
  readonly kind: 'list';
  readonly action: 'allow' | 'deny';
  readonly match: EndpointMatch;
  readonly entries: {
    readonly ips: readonly string[];
    readonly actors: readonly { readonly kind: ActorKind; readonly id: string }[];
    /** ISO 3166-1 alpha-2 codes; needs a country database. */
    readonly countries: readonly string[];
  };
}

export interface ScenarioDocument extends DocumentBase {
  readonly kind: 'scenario';
  /** `{figure}` in it is filled in: `Vulnerability Scanning - {dominant}`. */
  readonly title: string;
  readonly category: Family;
  readonly module: IncidentModule;
  readonly severity: Severity;
  readonly owasp: readonly string[];
  readonly cwe: readonly string[];
  /** `whatHappened` is filled with the figures of the incident. */
  readonly texts: { readonly whatHappened: string; readonly whyItIsAProblem: string; readonly whatToDo: string };
  readonly match: EndpointMatch;
  /** 0 to 1: how often it is right, until people's marks say better. */
  readonly precision: number;
  /** Detections whose incident takes in signals of this one, when the same actor raises both. */
  readonly partOf: readonly string[];
  readonly pattern: ScenarioPattern;
}

export interface PostureDocument extends DocumentBase {
  readonly kind: 'posture';
  readonly title: string;
  readonly category: Family;
  readonly severity: Severity;
  readonly owasp: readonly string[];
  readonly cwe: readonly string[];
  /** `whatHappened` is filled with the figures of the incident. */
  readonly texts: { readonly whatHappened: string; readonly whyItIsAProblem: string; readonly whatToDo: string };
  readonly match: { readonly endpoint: readonly string[] };
  /** Endpoints that are as they are on purpose. */
  readonly except: readonly { readonly endpoint: readonly string[] }[];
  /** 0 to 1: how often it is right, until people's marks say better. */
  readonly precision: number;
  readonly evidence: PostureEvidence;
  readonly check: PostureCheck;
}

export interface ResponsePlanDocument extends DocumentBase, ResponsePlan {
  readonly kind: 'response-plan';
}

export interface SuiteDocument extends DocumentBase {
  readonly kind: 'suite';
  /** An API document that the cases are held to, written in place. */
  readonly openapi: unknown;
  readonly cases: readonly SuiteCase[];
}

export interface SuiteCase {
  readonly name: string;
  readonly source: SourcePosition;
  readonly client: { readonly ip: string };
  readonly mode: 'enforce' | 'monitor';
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** What was learned of the endpoint; undefined where nothing was. */
  readonly baseline: Baseline | undefined;
  readonly response:
    | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
    | undefined;
  readonly expect: {
    readonly action: Action | undefined;
    /** Detection ids that must be among the findings; an empty list means there are none. */
    readonly findings: readonly string[] | undefined;
    readonly notFindings: readonly string[];
    readonly status: number | undefined;
    /** What must be in the body after masking: an object is compared key by key, a string must be equal. */
    readonly request: { readonly body: unknown } | undefined;
    readonly response: { readonly body: unknown } | undefined;
  };
}

export type PolicyDocument =
  | DataTypeDocument
  | DataPolicyDocument
  | DetectorDocument
  | ExceptionDocument
  | ListDocument
  | ScenarioDocument
  | PostureDocument
  | ResponsePlanDocument
  | SuiteDocument;

/** Every live document, in load order, with the version that names this exact set. */
export interface PolicyBundle {
  /** The first 12 hexadecimal digits of the SHA-256 over all documents. */
  readonly version: string;
  readonly documents: readonly PolicyDocument[];
}

/** One fault in one document: place, reason, and what to write instead. */
export interface DocumentFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
