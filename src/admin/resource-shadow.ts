// /api/v1/policies/shadow: a candidate policy beside the live one on live traffic, until it is promoted or dropped.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';

const HOUR_MS = 3_600_000;
const reason = { type: 'string', maxLength: 500, default: '' } as const;
const wanted = {
  type: 'object',
  required: ['documents'],
  additionalProperties: false,
  properties: {
    documents: { type: 'string', minLength: 1, maxLength: 900_000, description: 'Policy documents in YAML.' },
    onTopOf: {
      enum: ['live', 'shipped'],
      default: 'live',
      description:
        '`live`: the documents replace those of the same kind and id. `shipped`: they stand in for everything that is not shipped.',
    },
    share: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'The part of the transactions that is looked at.',
    },
    hours: { type: 'number', exclusiveMinimum: 0, maximum: 720, default: 24 },
    reason,
  },
} as const;
const ending = {
  type: 'object',
  required: ['reason'],
  additionalProperties: false,
  properties: { reason: { type: 'string', minLength: 1, maxLength: 500 } },
} as const;
const dropping = { type: 'object', additionalProperties: false, properties: { reason } } as const;

interface Wanted {
  readonly documents: string;
  readonly onTopOf: 'live' | 'shipped';
  readonly share: number;
  readonly hours: number;
  readonly reason: string;
}

export function shadowRoutes(api: FastifyInstance, { shadow }: AdminContext): void {
  if (shadow === undefined) return;
  api.get('/policies/shadow', async () => ({ running: shadow.running ?? null, last: shadow.last ?? null }));

  api.post<{ Body: Wanted }>(
    '/policies/shadow',
    { schema: { body: wanted }, config: { role: 'analyst' } },
    async (request, reply) => {
      const { hours, ...wish } = request.body;
      const started = await shadow.start({ ...wish, durationMs: hours * HOUR_MS }, request.caller!.name);
      if ('faults' in started)
        return reply.code(422).send({ title: 'The documents have faults', status: 422, faults: started.faults });
      if ('objection' in started) return reply.code(409).send({ title: started.objection, status: 409 });
      return reply.code(201).send(started);
    },
  );

  api.delete<{ Querystring: { reason: string } }>(
    '/policies/shadow',
    { schema: { querystring: dropping }, config: { role: 'analyst' } },
    async (request, reply) => {
      const dropped = shadow.drop(request.caller!.name, request.query.reason);
      return 'objection' in dropped ? reply.code(409).send({ title: dropped.objection, status: 409 }) : dropped;
    },
  );

  api.post<{ Body: { reason: string } }>(
    '/policies/shadow/promote',
    { schema: { body: ending }, config: { role: 'admin' } },
    async (request, reply) => {
      const promoted = shadow.promote(request.caller!.name, request.body.reason);
      return 'objection' in promoted ? reply.code(409).send({ title: promoted.objection, status: 409 }) : promoted;
    },
  );
}
