// /api/v1/restrictions: block, rate-limit or tag an actor for a time, and undo it.
import type { FastifyInstance } from 'fastify';
import { ACTOR_KINDS } from '../core/actor.ts';
import type { Restriction } from '../core/restriction.ts';
import type { AdminContext } from './context.ts';

const DURATION_SECONDS_MAX = 90 * 86_400;

interface NewRestriction {
  readonly actor: Restriction['actor'];
  readonly action: Restriction['action'];
  readonly requestsPerMinuteMax?: number;
  readonly durationSeconds: number;
  readonly reason: string;
  readonly force?: boolean;
}

const body = {
  type: 'object',
  required: ['actor', 'reason'],
  additionalProperties: false,
  properties: {
    actor: {
      type: 'object',
      required: ['kind', 'id'],
      additionalProperties: false,
      properties: { kind: { enum: ACTOR_KINDS }, id: { type: 'string', minLength: 1, maxLength: 256 } },
    },
    action: { enum: ['block', 'rate-limit', 'tag'], default: 'block' },
    requestsPerMinuteMax: { type: 'integer', minimum: 1 },
    durationSeconds: { type: 'integer', minimum: 1, maximum: DURATION_SECONDS_MAX, default: 900 },
    reason: { type: 'string', minLength: 1, maxLength: 500 },
    force: { type: 'boolean', default: false },
  },
} as const;

export function restrictionRoutes(api: FastifyInstance, { book, audit }: AdminContext): void {
  api.get('/restrictions', async () => ({ items: book.live(Date.now()) }));

  api.post<{ Body: NewRestriction }>(
    '/restrictions',
    { schema: { body }, config: { role: 'analyst' } },
    async (request, reply) => {
      const { actor, action, requestsPerMinuteMax, durationSeconds, reason, force } = request.body;
      const objection = book.objection(actor, force === true && request.caller!.role === 'admin');
      if (objection !== undefined) return reply.code(409).send({ title: objection, status: 409 });
      const now = Date.now();
      const made = book.add({
        actor,
        action,
        requestsPerMinuteMax,
        reason,
        createdBy: request.caller!.name,
        createdAt: now,
        expiresAt: now + durationSeconds * 1_000,
      });
      audit.add({ actor: request.caller!.name, action: 'restriction.create', target: made.id, after: made });
      return reply.code(201).send(made);
    },
  );

  api.delete<{ Params: { id: string } }>(
    '/restrictions/:id',
    { config: { role: 'analyst' } },
    async (request, reply) => {
      const removed = book.remove(request.params.id);
      if (removed === undefined) return reply.code(404).send({ title: 'No such restriction', status: 404 });
      audit.add({ actor: request.caller!.name, action: 'restriction.delete', target: removed.id, before: removed });
      return reply.code(204).send();
    },
  );
}
