// The policy documents as people write them, and the exact values they become: one zod schema per kind.
// Lenient where it helps (`endpoint: x` for `endpoint: [x]`), strict about keys: a misspelt key must not be a silent no-op.
import { z } from 'zod';
import { ACTOR_KINDS } from '../core/actor.ts';
import { FAMILIES } from '../core/incident.ts';
import { MODES } from '../core/record.ts';
import { COUNTRIES } from './countries.ts';
import { endOf } from './exceptions.ts';
import { linearPatternFault } from './linear-pattern.ts';
import { posture } from './posture-schema.ts';
import { responsePlan } from './response-plan-schema.ts';
import { scenario } from './scenario-schema.ts';
import {
  action,
  actor,
  cidr,
  common,
  cwe,
  endpoint,
  endpointMatch,
  listOf,
  location,
  owasp,
  pointer,
  severity,
  text,
} from './schema-parts.ts';

const sample = z.union([z.string(), z.record(z.string(), z.unknown())]);
const pattern = z
  .string()
  .min(1)
  .max(2_000)
  .superRefine((value, context) => {
    const fault = linearPatternFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });
const dataType = z.strictObject({
  kind: z.literal('data-type'),
  ...common,
  title: text.default(''),
  tags: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/))
    .max(20)
    .default([]),
  severity: severity.default('medium'),
  pattern: pattern.optional(),
  patterns: z.array(pattern).max(20).optional(),
  validator: z.string().optional(),
  context: z
    .strictObject({
      keys: listOf(z.string()),
      near: listOf(z.string()),
      mode: z.enum(['optional', 'required']).default('optional'),
      notKeys: listOf(z.string()),
    })
    .default({ keys: [], near: [], mode: 'optional', notKeys: [] }),
  mask: z
    .strictObject({
      keepFirst: z.number().int().min(0).max(64).default(0),
      keepLast: z.number().int().min(0).max(64).default(0),
      with: z.string().length(1).default('*'),
    })
    .default({ keepFirst: 0, keepLast: 0, with: '*' }),
  matches: z.array(sample).max(200).default([]),
  ignores: z.array(sample).max(200).default([]),
});

const dataPolicy = z.strictObject({
  kind: z.literal('data-policy'),
  ...common,
  match: z.strictObject({
    direction: z.enum(['request', 'response', 'both']).default('both'),
    endpoint,
    actor: actor.optional(),
    dataTypes: listOf(z.string()).describe('Data type ids and `tag:NAME` entries.'),
    minCount: z.number().int().min(1).default(1),
    location: listOf(location),
    pointer: listOf(pointer),
  }),
  except: z.array(endpointMatch).max(1_000).default([]),
  action,
  severity: severity.default('medium'),
  owasp,
  detection: z.string().optional(),
});

const detector = z.strictObject({
  kind: z.literal('detector'),
  ...common,
  title: text,
  category: z.enum(FAMILIES).default('api-attack'),
  module: z.enum(['runtime', 'posture']).default('runtime'),
  severity: severity.default('high'),
  owasp,
  cwe,
  action: action.default('block'),
  texts: z
    .strictObject({ whatHappened: text.default(''), whyItIsAProblem: text.default(''), whatToDo: text.default('') })
    .default({ whatHappened: '', whyItIsAProblem: '', whatToDo: '' }),
  match: endpointMatch.default({ endpoint: [] }),
  settings: z.unknown().optional(),
});

const exception = z.strictObject({
  kind: z.literal('exception'),
  ...common,
  detector: z.string().describe('Detection id, such as `injection-sql`, or `*`.'),
  match: z.strictObject({
    endpoint,
    actor: actor.optional(),
    pointer: listOf(pointer),
    location: listOf(location),
    dataTypes: listOf(z.string()),
  }),
  reason: text.min(1, 'say why this is legitimate'),
  expires: z
    .string()
    .regex(
      /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/,
      'write a date as `2027-06-30`',
    )
    .refine((value) => Number.isFinite(endOf(value)), 'there is no such day; write a date as `2027-06-30`')
    .optional(),
});

const list = z.strictObject({
  kind: z.literal('list'),
  ...common,
  action: z.enum(['allow', 'deny']),
  match: endpointMatch.default({ endpoint: [] }),
  // Without a default: a file cut short before its entries must not become a list of nobody.
  entries: z
    .strictObject({
      ips: listOf(cidr, 100_000),
      actors: z
        .array(z.strictObject({ kind: z.enum(ACTOR_KINDS), id: z.string() }))
        .max(100_000)
        .default([]),
      countries: z
        .array(
          z
            .string()
            .refine(
              (code) => COUNTRIES.has(code),
              'not a country of ISO 3166-1; write two capital letters, as in `KR`',
            ),
        )
        .max(250)
        .default([]),
    })
    .describe('At least one of `ips`, `actors` and `countries`.'),
});

const headers = z.record(z.string(), z.union([z.string(), z.number().transform(String)])).default({});
const expectedBody = z.strictObject({ body: z.unknown().optional() });
const suiteCase = z.strictObject({
  name: text.min(1),
  client: z.strictObject({ ip: z.string().default('203.0.113.7') }).default({ ip: '203.0.113.7' }),
  mode: z.enum(MODES.filter((mode) => mode !== 'off') as ['enforce', 'monitor']).default('enforce'),
  request: z.strictObject({
    method: z.string().default('GET'),
    path: z.string().default('/'),
    headers,
    body: z.unknown().optional(),
  }),
  baseline: z
    .strictObject({
      promoted: z.boolean().default(false),
      samples: z.number().int().min(0).default(10_000),
      principals: z.number().int().min(0).default(100),
      responseBytes: z.number().min(0).default(1_000),
      records: z.number().min(0).default(10),
      dataTypes: z.record(z.string(), z.number().min(0)).default({}),
      ownerFields: z
        .array(z.strictObject({ role: z.string().default('authenticated'), pointer, claim: z.string() }))
        .default([]),
      privileged: z
        .strictObject({ names: z.array(z.string().min(1)).min(1), senders: z.array(z.string().min(1)) })
        .optional()
        .describe('Fields that decide over rights or money, and who sends them: a role and a pointer each.'),
    })
    .optional()
    .describe('What was learned of the endpoint: figures are the p99.9 of its answers.'),
  response: z
    .strictObject({ status: z.number().int().min(100).max(599).default(200), headers, body: z.unknown().optional() })
    .optional(),
  expect: z.strictObject({
    action: action.optional(),
    findings: z.array(z.string()).optional(),
    notFindings: z.array(z.string()).default([]),
    status: z.number().int().optional(),
    request: expectedBody.optional(),
    response: expectedBody.optional(),
  }),
});
const suite = z.strictObject({
  kind: z.literal('suite'),
  ...common,
  openapi: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('An OpenAPI document that the cases are held to, written in place.'),
  cases: z.array(suiteCase).min(1).max(1_000),
});

export const DOCUMENT_SCHEMAS = {
  'data-type': dataType,
  'data-policy': dataPolicy,
  detector,
  exception,
  list,
  scenario,
  posture,
  'response-plan': responsePlan,
  suite,
} as const;

export type DocumentKind = keyof typeof DOCUMENT_SCHEMAS;
