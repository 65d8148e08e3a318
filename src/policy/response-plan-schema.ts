// Response plans as people write them.
import { z } from 'zod';
import { ACTOR_KINDS } from '../core/actor.ts';
import { FAMILIES, INCIDENT_MODULES } from '../core/incident.ts';
import { common, endpoint, listOf, severity } from './schema-parts.ts';

const DURATION_SECONDS_MAX = 90 * 86_400;
const name = z.string().min(1).max(100);
const nothing = {
  severity: [],
  module: [],
  family: [],
  detection: [],
  result: [],
  endpoint: [],
  environment: [],
  tags: [],
  actorConfidenceMin: 0,
  countMin: 1,
};

const condition = z.strictObject({
  severity: listOf(severity),
  module: listOf(z.enum(INCIDENT_MODULES)),
  family: listOf(z.enum(FAMILIES)),
  detection: listOf(name),
  result: listOf(z.enum(['attempt', 'succeeded'])),
  endpoint,
  environment: listOf(name),
  tags: listOf(name),
  actorConfidenceMin: z.number().min(0).max(100).default(0),
  countMin: z.number().int().min(1).default(1),
});

const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('notify'), sink: name }),
  z.strictObject({ kind: z.literal('ticket'), sink: name }),
  z.strictObject({ kind: z.literal('webhook'), sink: name }),
  z.strictObject({ kind: z.literal('tag'), tag: name }),
  z.strictObject({
    kind: z.literal('restrict'),
    action: z.enum(['block', 'rate-limit', 'tag']).default('block'),
    actor: z.array(z.enum(ACTOR_KINDS)).min(1).max(5).default(['api-key', 'session', 'subject', 'header', 'ip']),
    durationsSeconds: z
      .array(z.number().int().min(1).max(DURATION_SECONDS_MAX))
      .min(1)
      .max(10)
      .default([900, 3_600, 86_400]),
    requestsPerMinuteMax: z.number().int().min(1).default(10),
    othersMax: z.number().int().min(0).default(3),
  }),
]);

export const responsePlan = z.strictObject({
  kind: z.literal('response-plan'),
  ...common,
  match: condition.default(nothing),
  actions: z.array(action).min(1).max(20),
  mode: z.enum(['automatic', 'on-approval']).default('on-approval'),
  coolDownSeconds: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400)
    .default(300),
  isDryRun: z.boolean().default(false),
});
