// Posture documents as people write them: one strict schema per kind of check, complete in its defaults.
import { z } from 'zod';
import { FAMILIES } from '../core/incident.ts';
import { DRIFTS, SECURITY_HEADERS } from '../core/posture.ts';
import { common, cwe, endpoint, owasp, severity, text } from './schema-parts.ts';

const count = z.number().int().min(1).max(1_000_000);
const share = z.number().min(0).max(1);
const words = z.array(z.string().min(1).max(100)).max(500);
const methods = z.array(z.string().regex(/^[A-Z]{1,20}$/, 'a method is written in capitals, as in `TRACE`')).max(20);
const types = words.describe('Data type ids and `tag:NAME` entries.');
const tag = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);

const check = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('anonymous-access'),
    authenticatedShareMin: share.default(0),
    authenticatedShareMax: share.default(1),
    dataTypes: types.default([]),
    bulkDataTypes: types.default([]),
    bulkMin: count.default(10),
    changingMethods: methods.default([]),
    isAdminIncluded: z.boolean().default(true),
  }),
  z.strictObject({
    kind: z.literal('credentials'),
    of: z.enum(['basic-in-clear', 'in-url']),
    parameters: words.default([]),
    charactersMin: count.default(16),
  }),
  z.strictObject({ kind: z.literal('data-types'), dataTypes: types }),
  z.strictObject({
    kind: z.literal('predictable-ids'),
    dataTypes: types,
    idsMin: count.default(5),
    digitsMax: z.number().int().min(1).max(20).default(10),
  }),
  z.strictObject({
    kind: z.literal('rate-limit'),
    tags: z.array(tag).min(1).max(50),
    requestsPerMinuteMin: count.default(300),
    failuresPerMinuteMin: count.default(30),
  }),
  z.strictObject({ kind: z.literal('cors'), sitesMin: count.default(5) }),
  z.strictObject({ kind: z.literal('security-headers'), headers: z.array(z.enum(SECURITY_HEADERS)).min(1) }),
  z.strictObject({ kind: z.literal('cookies'), names: words.min(1), exceptNames: words.default([]) }),
  z.strictObject({
    kind: z.literal('paths'),
    paths: z
      .array(z.strictObject({ path: z.string().startsWith('/').max(200), mediaTypes: words.default([]) }))
      .min(1)
      .max(500),
  }),
  z.strictObject({ kind: z.literal('findings'), detections: words.min(1) }),
  z.strictObject({ kind: z.literal('methods'), methods: methods.min(1) }),
  z.strictObject({ kind: z.literal('clear-text'), isPrivateIncluded: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('caching'), dataTypes: types, strictDataTypes: types.default([]) }),
  z.strictObject({ kind: z.literal('drift'), of: z.enum(DRIFTS) }),
  z.strictObject({ kind: z.literal('tags'), tags: z.array(tag).min(1).max(20) }),
]);

const place = z.strictObject({ endpoint });

export const posture = z.strictObject({
  kind: z.literal('posture'),
  ...common,
  title: text.min(1),
  category: z.enum(FAMILIES).default('misconfiguration'),
  severity: severity.default('medium'),
  owasp,
  cwe,
  texts: z
    .strictObject({ whatHappened: text.min(1), whyItIsAProblem: text.default(''), whatToDo: text.default('') })
    .default({ whatHappened: '{count} transactions at {endpoint}.', whyItIsAProblem: '', whatToDo: '' }),
  match: place.default({ endpoint: [] }),
  except: z.array(place).max(1_000).default([]).describe('Endpoints that are as they are on purpose.'),
  precision: share.default(0.9).describe('How often it is right, until marks of false positives say better.'),
  evidence: z
    .strictObject({
      occurrencesMin: count.default(3).describe('Seen so often before it is a finding.'),
      shareMin: share.default(0).describe('Of the transactions that could show it.'),
      resolvedAfter: count.default(50).describe('So many in a row that could have shown it and did not.'),
    })
    .default({ occurrencesMin: 3, shareMin: 0, resolvedAfter: 50 }),
  check,
});
