// /api/v1/policies, data-types, lists, exceptions, sinks, audit-log: what is live, and why the last change was refused.
import type { FastifyInstance } from 'fastify';
import type { PolicyDocument } from '../core/document.ts';
import type { AdminContext } from './context.ts';

export function policyRoutes(api: FastifyInstance, { policy, audit }: AdminContext): void {
  const ofKind = (kind: PolicyDocument['kind']) =>
    policy().bundle.documents.filter((document) => document.kind === kind);
  api.get('/policies', async () => ({
    version: policy().bundle.version,
    faults: policy().faults,
    items: policy().bundle.documents.map(({ kind, id, description, enabled, source }) => ({
      kind,
      id,
      description,
      enabled,
      source,
    })),
  }));
  api.get<{ Params: { kind: string; id: string } }>('/policies/:kind/:id', async (request, reply) => {
    const { kind, id } = request.params;
    const found = policy().bundle.documents.find((document) => document.kind === kind && document.id === id);
    return found ?? reply.code(404).send({ title: 'No such policy', status: 404 });
  });
  api.get<{ Params: { kind: string } }>('/policies/:kind', async (request) => ({
    items: policy().bundle.documents.filter((document) => document.kind === request.params.kind),
  }));
  api.get('/data-types', async () => ({ items: ofKind('data-type') }));
  api.get('/lists', async () => ({ items: ofKind('list') }));
  api.get('/exceptions', async () => ({ items: ofKind('exception') }));
  api.get<{ Querystring: { limit: number } }>(
    '/audit-log',
    {
      schema: {
        querystring: {
          type: 'object',
          properties: { limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 } },
        },
      },
      config: { role: 'analyst' },
    },
    async (request) => ({ items: audit.latest(request.query.limit) }),
  );
}
