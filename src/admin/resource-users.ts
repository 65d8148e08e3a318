// /api/v1/users: who signs in to the console, and what they may do.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from './password.ts';
import { ROLES, type Role } from './token-store.ts';
import { USER_NAME } from './user-store.ts';

const password = {
  type: 'string',
  minLength: PASSWORD_CHARACTERS_MIN,
  maxLength: PASSWORD_CHARACTERS_MAX,
} as const;

const newUser = {
  type: 'object',
  required: ['name', 'role', 'password'],
  additionalProperties: false,
  properties: { name: { type: 'string', pattern: USER_NAME }, role: { enum: ROLES }, password },
} as const;

const change = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: { role: { enum: ROLES }, password },
} as const;

const NOT_FOUND = { title: 'No such user', status: 404 };

export function userRoutes(api: FastifyInstance, { users, sessions, audit }: AdminContext): void {
  const config = { role: 'admin' } as const;

  api.get('/users', { config }, async () => ({ items: users.list() }));

  api.post<{ Body: { name: string; role: Role; password: string } }>(
    '/users',
    { schema: { body: newUser }, config },
    async (request, reply) => {
      const { name, role, password } = request.body;
      if (!(await users.create(name, role, password, Date.now())))
        return reply.code(409).send({ title: 'This name is taken', status: 409 });
      audit.add({ actor: request.caller!.name, action: 'user.create', target: name, after: { role } });
      return reply.code(201).send(users.get(name));
    },
  );

  api.patch<{ Params: { name: string }; Body: { role?: Role; password?: string } }>(
    '/users/:name',
    { schema: { body: change }, config },
    async (request, reply) => {
      const { name } = request.params;
      const before = users.get(name);
      if (before === undefined) return reply.code(404).send(NOT_FOUND);
      const { role, password } = request.body;
      if (role !== undefined && role !== 'admin' && users.isLastAdmin(name))
        return reply.code(409).send({ title: 'The last admin stays admin', status: 409 });
      await users.change(name, request.body);
      if (password !== undefined) sessions.removeOf('password', name, request.session);
      const after = { role: role ?? before.role, isPasswordNew: password !== undefined };
      audit.add({
        actor: request.caller!.name,
        action: 'user.change',
        target: name,
        before: { role: before.role },
        after,
      });
      return users.get(name);
    },
  );

  api.delete<{ Params: { name: string } }>('/users/:name', { config }, async (request, reply) => {
    const { name } = request.params;
    const before = users.get(name);
    if (before === undefined) return reply.code(404).send(NOT_FOUND);
    if (users.isLastAdmin(name)) return reply.code(409).send({ title: 'The last admin stays', status: 409 });
    users.remove(name);
    sessions.removeOf('password', name);
    audit.add({ actor: request.caller!.name, action: 'user.delete', target: name, before: { role: before.role } });
    return reply.code(204).send();
  });
}
