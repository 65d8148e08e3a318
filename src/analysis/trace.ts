// An occurrence as it travels between nodes: without its record, and of the answer only the identifiers it gave out. What a node
// learns field by field it learns from its own traffic; windows, owners and issued ids are everybody's.
import { z } from 'zod';
import { ACTOR_KINDS } from '../core/actor.ts';
import { ACTIONS, type Finding, SEVERITIES } from '../core/finding.ts';
import { hashOf } from '../core/hash.ts';
import { isIdentifierField } from '../core/identifier-field.ts';
import type { ObservedField } from '../core/observation.ts';
import type { Judged } from './posture/posture.ts';
import { identifiersOf, type Occurrence } from './scenarios/occurrence.ts';

const IDENTIFIERS_MAX = 50;
const FINDINGS_MAX = 20;
const JUDGED_MAX = 40;
const TEXT_CHARS_MAX = 1_000;
const text = z.string().max(TEXT_CHARS_MAX);
const number = z.number();

const PARAMETERS_MAX = 40;

const finding = z.object({
  detection: text,
  phase: z.enum(['request-head', 'request-body', 'response-head', 'response-body']),
  location: z.enum(['path', 'query', 'header', 'cookie', 'body', 'connection']),
  pointer: text,
  severity: z.enum(SEVERITIES),
  confidence: number,
  what: text,
  dataType: text.optional(),
  count: number.optional(),
  action: z.enum(ACTIONS),
  policy: z.object({ kind: text, id: text, file: text, line: number }),
  owasp: z.array(text).max(10),
});

/** What comes from another node is checked: a newer or broken one must not break this one. */
export const traceSchema = z.object({
  transactionId: text,
  at: number,
  endpoint: text,
  route: text,
  status: number,
  action: z.enum(ACTIONS),
  isTurnedAway: z.boolean(),
  isAccepted: z.boolean(),
  actors: z
    .array(
      z.object({
        actor: z.object({ kind: z.enum(ACTOR_KINDS), id: text, isVerified: z.boolean() }),
        key: text,
        share: number,
      }),
    )
    .min(1)
    .max(20),
  principal: text.optional(),
  role: text,
  isClean: z.boolean(),
  object: number.optional(),
  isPublicPlace: z.boolean(),
  parameters: z.array(z.object({ name: text, hash: number, number: number.optional() })).max(PARAMETERS_MAX),
  isLogin: z.boolean(),
  account: text.optional(),
  isFailedLogin: z.boolean(),
  sensitiveValues: number,
  dataTypes: z.array(z.tuple([text, number])).max(200),
  records: number,
  userAgent: text,
  country: text.optional(),
  network: text,
  findings: z.array(finding).max(FINDINGS_MAX),
  enforced: z.enum(ACTIONS),
  attacks: z.array(text).max(100),
  /** What checks of posture said of it. */
  posture: z
    .array(
      z.object({
        check: text,
        isOfHost: z.boolean(),
        loud: z
          .object({ figures: z.record(text, z.union([number, text])), severity: z.enum(SEVERITIES).optional() })
          .optional(),
      }),
    )
    .max(JUDGED_MAX)
    .optional(),
  /** Hashes of identifiers in the answer. */
  issued: z.array(text).max(IDENTIFIERS_MAX),
});

export type Trace = z.output<typeof traceSchema>;

export function traceOf(occurrence: Occurrence, judged: readonly Judged[] = []): Trace {
  const {
    record,
    responseFields,
    requestFields,
    requestMediaType,
    isCredentialEmpty,
    claims,
    durationMs,
    upstreamMs,
    principalHash,
    endpointHash,
    networkHash,
    clientHash,
    identifiers,
    ...rest
  } = occurrence;
  const issued: string[] = [];
  for (const field of responseFields) {
    if (!isIdentifierField(field)) continue;
    issued.push(field.hash!);
    if (issued.length >= IDENTIFIERS_MAX) break;
  }
  const { responseBodyBytes, findings, actors, parameters, dataTypes, attacks, ...plain } = rest;
  return {
    ...plain,
    actors: actors.map(({ actor, key, share }) => ({ actor, key, share })),
    parameters: parameters.map((one) => ({ ...one })),
    dataTypes: dataTypes.map(([type, count]) => [type, count]),
    attacks: [...attacks],
    findings: findings.slice(0, FINDINGS_MAX).map(({ pointer, what, ...one }) => ({
      ...one,
      pointer: pointer.slice(0, TEXT_CHARS_MAX),
      what: what.slice(0, TEXT_CHARS_MAX),
      owasp: [...one.owasp],
    })),
    issued,
    ...(judged.length === 0 ? {} : { posture: judged.slice(0, JUDGED_MAX).map(judgedAsJson) }),
  };
}

function judgedAsJson({ check, isOfHost, loud }: Judged): NonNullable<Trace['posture']>[number] {
  return { check, isOfHost, ...(loud === undefined ? {} : { loud: { ...loud, figures: { ...loud.figures } } }) };
}

/** What checks on another node said. */
export function judgedOf({ posture = [] }: Trace): Judged[] {
  return posture.map(({ check, isOfHost, loud }) => ({
    check,
    isOfHost,
    loud:
      loud === undefined
        ? undefined
        : { figures: loud.figures, ...(loud.severity === undefined ? {} : { severity: loud.severity }) },
  }));
}

export function occurrenceOf(trace: Trace): Occurrence {
  const { issued, principal, object, account, country, parameters, posture, actors, ...rest } = trace;
  const responseFields = issued.map(issuedField);
  return {
    ...rest,
    actors: actors.map(({ actor, key, share }) => ({ actor, key, hash: hashOf(key), share })),
    principalHash: principal === undefined ? 0 : hashOf(principal),
    endpointHash: hashOf(trace.endpoint),
    networkHash: hashOf(trace.network),
    clientHash: hashOf(trace.userAgent),
    // What was read from JSON has no keys without a value.
    findings: trace.findings as readonly Finding[],
    principal,
    object,
    account,
    country,
    parameters: parameters.map(({ name, hash, number: value }) => ({ name, hash, number: value })),
    isCredentialEmpty: false,
    claims: [],
    requestFields: [],
    requestMediaType: '',
    responseFields,
    identifiers: identifiersOf(responseFields),
    durationMs: 0,
    upstreamMs: undefined,
    responseBodyBytes: 0,
    record: undefined,
  };
}

function issuedField(hash: string): ObservedField {
  return {
    pointer: '/id',
    type: 'string',
    format: undefined,
    length: undefined,
    number: undefined,
    hash,
    word: undefined,
  };
}
