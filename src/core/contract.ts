// What an API document asks of the transactions of a route. A prepared contract is plain JSON, so that it is made in one process
// and used in others.
import type { Location } from './field.ts';

export const CONTRACT_ANSWERS = ['off', 'tag', 'block'] as const;
export type ContractAnswer = (typeof CONTRACT_ANSWERS)[number];

/** What is done about each kind of deviation. */
export interface OperationAnswers {
  /** Parameters, content types and bodies that do not fit. */
  readonly request: ContractAnswer;
  readonly response: ContractAnswer;
  /** Query parameters that the document does not name. */
  readonly unknownParameters: ContractAnswer;
  /** Fields of a body that its schema neither names nor expressly allows. */
  readonly unknownFields: ContractAnswer;
}

export interface ContractAnswers extends OperationAnswers {
  readonly unknownPaths: ContractAnswer;
  /** A method that the document does not have for a path it has. */
  readonly unknownMethods: ContractAnswer;
  /** Messages that do not fit what was learned of an endpoint which no document has, once it was promoted. */
  readonly learned: ContractAnswer;
  /** `allow`: OPTIONS needs no entry in the document, as browsers ask before they send. */
  readonly options: 'allow' | 'document';
  /** `POST /orders/{id}` → what differs there. */
  readonly operations: Readonly<Record<string, Partial<OperationAnswers>>>;
}

export const DEFAULT_CONTRACT_ANSWERS: ContractAnswers = {
  request: 'block',
  response: 'tag',
  unknownPaths: 'tag',
  unknownMethods: 'block',
  unknownParameters: 'tag',
  unknownFields: 'tag',
  learned: 'block',
  options: 'allow',
  operations: {},
};

/** `previous` documents are only compared with (zombies); `learned` contracts come from traffic. */
export type ContractOrigin = 'document' | 'previous' | 'learned';

export interface PreparedContract {
  readonly route: string;
  readonly kind: 'openapi' | 'graphql' | 'uninspected';
  readonly origin: ContractOrigin;
  /** File or URL. */
  readonly source: string;
  readonly title: string;
  /** `info.version` */
  readonly version: string;
  /** Of the text of every file it was made from. */
  readonly digest: string;
  readonly operations: readonly PreparedOperation[];
  /** Schemas that operations share, as JSON texts: parsed and compiled when an operation needs them. */
  readonly schemas: readonly string[];
  /** GraphQL only: the schema definition language. */
  readonly sdl?: string;
  /** `uninspected` only: what it is. */
  readonly format?: string;
  /** What of the document is not checked, and why. */
  readonly notes: readonly ContractNote[];
}

export interface ContractNote {
  /** JSON Pointer into the document. */
  readonly pointer: string;
  readonly message: string;
}

export interface PreparedOperation {
  readonly method: string;
  /** With the base path of the document's server: `/v1/users/{id}`, `/report.{format}`. */
  readonly template: string;
  readonly operationId: string | undefined;
  readonly isDeprecated: boolean;
  /** Names of query parameters, for what is documented and what is not. */
  readonly queryParameters: readonly string[];
  /** {@link WrittenOperation} as JSON. */
  readonly text: string;
}

/** Schemas in it are JSON Schema 2020-12; `{"$ref": "s7"}` is the schema at index 7 of its contract. */
export interface WrittenOperation {
  readonly parameters: readonly WrittenParameter[];
  /** Query parameters that carry credentials. */
  readonly credentials: readonly string[];
  readonly body: { readonly isRequired: boolean; readonly content: readonly WrittenContent[] } | undefined;
  readonly responses: readonly { readonly status: string; readonly content: readonly WrittenContent[] }[];
}

export interface WrittenParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly isRequired: boolean;
  readonly style: string;
  readonly explode: boolean;
  readonly isEmptyAllowed: boolean;
  /** True when its text is JSON (`content` in place of `schema`). */
  readonly isJson: boolean;
  readonly schema: WrittenSchema;
}

export interface WrittenContent {
  /** Lower case, without parameters; `*` stands for any. */
  readonly mediaType: string;
  readonly schema: WrittenSchema | undefined;
  /** Of the fields of a form, where the document says how they are written. */
  readonly encodings?: Readonly<Record<string, WrittenEncoding>>;
}

export interface WrittenEncoding {
  /** Media types that are allowed, ranges among them; empty when nothing is said. */
  readonly contentTypes: readonly string[];
  /** Undefined when nothing is said. */
  readonly style?: string;
  readonly explode?: boolean;
}

export type WrittenSchema = boolean | { readonly [keyword: string]: unknown };

/** A place where a message is not what its document says. Never has a value of the message in it. */
export interface Violation {
  readonly location: Location;
  readonly pointer: string;
  /** `type`, `required`, `unknown-field` … */
  readonly kind: string;
  /** Says what the document expects there. */
  readonly what: string;
  readonly answer: 'tag' | 'block';
  /** The parameter or field, of kinds that are about a name. */
  readonly name?: string;
}

/** A field that a caller has no business to send: the server sets it. */
export interface ServerField {
  readonly pointer: string;
  readonly name: string;
  readonly why: 'read-only' | 'only-in-responses';
}
