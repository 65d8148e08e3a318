// /api/v1/tokens: who may call this API.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import { ROLES, type Role } from './token-store.ts';

const body = {
  type: 'object',
  required: ['name', 'role'],
  additionalProperties: false,
  properties: { name: { type: 'string', pattern: '^[\\w.-]{1,64}$' }, role: { enum: ROLES } },
} as const;

export function tokenRoutes(api: FastifyInstance, { tokens, audit }: AdminContext): void {
  api.get('/tokens', { config: { role: 'admin' } }, async () => ({ items: tokens.list() }));
  api.post<{ Body: { name: string; role: Role } }>(
    '/tokens',
    { schema: { body }, config: { role: 'admin' } },
    async (request, reply) => {
      const { name, role } = request.body;
      const token = tokens.create(name, role);
      audit.add({ actor: request.caller!.name, action: 'token.create', target: name, after: { role } });
      return reply.code(201).send({ name, role, token });
    },
  );
  api.delete<{ Params: { name: string } }>('/tokens/:name', { config: { role: 'admin' } }, async (request, reply) => {
    if (!tokens.remove(request.params.name)) return reply.code(404).send({ title: 'No such token', status: 404 });
    audit.add({ actor: request.caller!.name, action: 'token.delete', target: request.params.name });
    return reply.code(204).send();
  });
}
