// Every bound of one transaction, with its unit in its name. A route may override any of them.

export interface Limits {
  /** Request line and headers as received. */
  readonly headerBytesMax: number;
  readonly headersMax: number;
  readonly targetBytesMax: number;
  readonly queryParametersMax: number;
  readonly cookiesMax: number;
  /** Request bodies are held up to this size for inspection; larger ones get the `bodyOverLimit` answer. */
  readonly requestBodyBytesMax: number;
  /** Response bodies are held up to this size for inspection; larger ones get the `bodyOverLimit` answer. */
  readonly responseBodyBytesMax: number;
  /** Decoded size may be at most this many times the encoded size, plus 64 KiB. */
  readonly decompressionRatioMax: number;
  readonly contentEncodingsMax: number;
  readonly jsonDepthMax: number;
  readonly jsonNodesMax: number;
  readonly jsonKeysPerObjectMax: number;
  readonly jsonKeyBytesMax: number;
  readonly formFieldsMax: number;
  readonly multipartPartsMax: number;
  readonly multipartPartHeaderBytesMax: number;
  readonly xmlDepthMax: number;
  readonly xmlNodesMax: number;
  readonly graphqlTokensMax: number;
  /** How many decodings inside a value are followed: base64 in JSON in a form field is three. */
  readonly nestedDecodingsMax: number;
  /** Decoded variants of one value that are inspected. */
  readonly variantsPerValueMax: number;
  /** Fields with suspicious characters that are inspected per message; more get the `undecodable` answer. */
  readonly fieldsMax: number;
}

export const DEFAULT_LIMITS: Limits = {
  headerBytesMax: 16 * 1024,
  headersMax: 100,
  targetBytesMax: 8 * 1024,
  queryParametersMax: 1_000,
  cookiesMax: 200,
  requestBodyBytesMax: 8 * 1024 * 1024,
  responseBodyBytesMax: 4 * 1024 * 1024,
  decompressionRatioMax: 100,
  contentEncodingsMax: 2,
  jsonDepthMax: 64,
  jsonNodesMax: 100_000,
  jsonKeysPerObjectMax: 10_000,
  jsonKeyBytesMax: 4_096,
  formFieldsMax: 1_000,
  multipartPartsMax: 1_000,
  multipartPartHeaderBytesMax: 16 * 1024,
  xmlDepthMax: 64,
  xmlNodesMax: 100_000,
  graphqlTokensMax: 5_000,
  nestedDecodingsMax: 3,
  variantsPerValueMax: 8,
  fieldsMax: 50_000,
};
