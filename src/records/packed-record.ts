// Records on the way from worker to analyst. Most of one are the observed fields of its bodies, and most of their text as JSON would be
// the names of their members: they are one flat list instead, with a number in front of each field that says what follows.
// Invariant: the JSON of unpacked(JSON of packed(record)) is the JSON of the record.
import type { Observation, ObservedBody, ObservedField, ObservedType } from '../core/observation.ts';
import type { TransactionRecord } from '../core/record.ts';

type PackedFields = readonly (string | number)[];
type PackedBody = Omit<ObservedBody, 'fields'> & { readonly fields: PackedFields };
type PackedObservation = Omit<Observation, 'request' | 'response'> & {
  readonly request: PackedBody | undefined;
  readonly response: PackedBody | undefined;
};
export type PackedRecord = Omit<TransactionRecord, 'observation'> & {
  readonly observation?: PackedObservation | undefined;
};

const TYPES: readonly ObservedType[] = ['string', 'integer', 'number', 'boolean', 'null', 'object', 'array'];
const NUMBER_OF_TYPE = new Map(TYPES.map((type, i) => [type, i] as const));
/** What follows pointer and kind; the type is in the bits above. */
const FORMAT = 1;
const LENGTH = 2;
const NUMBER = 4;
const HASH = 8;
const WORD = 16;
const TYPE_BITS = 5;

export function packed(record: TransactionRecord): PackedRecord {
  const { observation } = record;
  if (observation === undefined) return record as PackedRecord;
  const { request, response } = observation;
  if (request === undefined && response === undefined) return record as PackedRecord;
  return {
    ...record,
    observation: { ...observation, request: packedBody(request), response: packedBody(response) },
  };
}

/**
 * What JSON leaves out is put in again: records of one shape, whatever they hold, cost who reads them a fraction of what twenty
 * shapes cost.
 */
export function unpacked(record: PackedRecord): TransactionRecord {
  const { observation } = record;
  const whole = {
    id: record.id,
    receivedAt: record.receivedAt,
    durationMs: record.durationMs,
    upstreamMs: record.upstreamMs,
    clientAddress: record.clientAddress,
    method: record.method,
    host: record.host,
    path: record.path,
    endpoint: oneOf(record.endpoint),
    route: record.route,
    mode: record.mode,
    status: record.status,
    requestBodyBytes: record.requestBodyBytes,
    responseBodyBytes: record.responseBodyBytes,
    actors: record.actors,
    action: record.action,
    enforced: record.enforced,
    rule: record.rule,
    confidence: record.confidence,
    findings: record.findings.length === 0 ? NO_FINDINGS : record.findings,
    coverage: record.coverage,
    uninspected: record.uninspected,
    fault: record.fault,
    policyVersion: record.policyVersion,
    observation: observation === undefined ? undefined : unpackedObservation(observation),
  } satisfies { readonly [N in keyof TransactionRecord]-?: unknown };
  return whole as TransactionRecord;
}

function unpackedObservation(observation: PackedObservation): Observation {
  const whole = {
    authentication: observation.authentication,
    isCredentialInUrl: observation.isCredentialInUrl,
    userAgent: oneOf(observation.userAgent),
    country: observation.country,
    network: observation.network,
    isEncrypted: observation.isEncrypted,
    upgrade: observation.upgrade,
    graphqlOperation: observation.graphqlOperation,
    claims: observation.claims,
    query: observation.query,
    headers: observation.headers,
    path: observation.path,
    request: unpackedBody(observation.request),
    response: unpackedBody(observation.response),
    account: observation.account,
    responseHeaders: observation.responseHeaders,
  } satisfies { readonly [N in keyof Observation]-?: unknown };
  return whole as Observation;
}

const NO_FINDINGS: TransactionRecord['findings'] = [];

/** Texts that come again and again, of which thousands of records then hold one. Forgotten when there are so many. */
const TEXTS_MAX = 10_000;
const texts = new Map<string, string>();

function oneOf(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= TEXTS_MAX) texts.clear();
  texts.set(text, text);
  return text;
}

function packedBody(body: ObservedBody | undefined): PackedBody | undefined {
  if (body === undefined) return undefined;
  const fields: (string | number)[] = [];
  for (const field of body.fields) {
    const { pointer, type, format, length, number, hash, word } = field;
    let kind = NUMBER_OF_TYPE.get(type)! << TYPE_BITS;
    if (format !== undefined) kind |= FORMAT;
    if (length !== undefined) kind |= LENGTH;
    if (number !== undefined) kind |= NUMBER;
    if (hash !== undefined) kind |= HASH;
    if (word !== undefined) kind |= WORD;
    fields.push(kind, pointer);
    if (format !== undefined) fields.push(format);
    if (length !== undefined) fields.push(length);
    if (number !== undefined) fields.push(number);
    if (hash !== undefined) fields.push(hash);
    if (word !== undefined) fields.push(word);
  }
  return { ...body, fields };
}

function unpackedBody(body: PackedBody | undefined): ObservedBody | undefined {
  if (body === undefined) return undefined;
  const list = body.fields;
  const fields: ObservedField[] = [];
  for (let at = 0; at < list.length; ) {
    const kind = list[at++] as number;
    fields.push({
      pointer: list[at++] as string,
      type: TYPES[kind >> TYPE_BITS]!,
      format: (kind & FORMAT) === 0 ? undefined : (list[at++] as string),
      length: (kind & LENGTH) === 0 ? undefined : (list[at++] as number),
      number: (kind & NUMBER) === 0 ? undefined : (list[at++] as number),
      hash: (kind & HASH) === 0 ? undefined : (list[at++] as string),
      word: (kind & WORD) === 0 ? undefined : (list[at++] as string),
    });
  }
  const { mediaType, records, dataTypes, isTruncated } = body;
  return { mediaType, fields, records, dataTypes, isTruncated };
}
