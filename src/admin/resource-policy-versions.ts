// /api/v1/policy-versions: what was live when, by whom and why; what differs; back to an earlier one.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';

const version = { type: 'string', pattern: '^[0-9a-z-]{1,64}$' } as const;
const rollback = {
  type: 'object',
  required: ['reason'],
  additionalProperties: false,
  properties: { version, reason: { type: 'string', minLength: 1, maxLength: 500 } },
} as const;
const between = {
  type: 'object',
  required: ['from', 'to'],
  additionalProperties: false,
  properties: { from: version, to: version },
} as const;

export function policyVersionRoutes(api: FastifyInstance, { policyLife }: AdminContext): void {
  if (policyLife === undefined) return;
  api.get('/policy-versions', async () => ({
    live: policyLife.live,
    held: policyLife.held,
    canary: policyLife.canary,
    items: policyLife.versions(),
  }));

  api.get<{ Querystring: { from: string; to: string } }>(
    '/policy-versions/difference',
    { schema: { querystring: between } },
    async (request, reply) => {
      const difference = policyLife.difference(request.query.from, request.query.to);
      return difference ?? reply.code(404).send({ title: 'One of the versions is not kept', status: 404 });
    },
  );

  api.post<{ Body: { version?: string; reason: string } }>(
    '/policy-versions/rollback',
    { schema: { body: rollback }, config: { role: 'admin' } },
    async (request, reply) => {
      const outcome = policyLife.rollBack(request.body.version, request.caller!.name, request.body.reason);
      return 'objection' in outcome ? reply.code(409).send({ title: outcome.objection, status: 409 }) : outcome;
    },
  );
}
