// /api/v1/api-documents and /api/v1/drift: which documents are in force and what of them is not checked; what traffic has and no
// document, and the other way round.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';

const driftQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kind: { type: 'string', enum: ['shadow', 'zombie', 'unmanaged', 'stale', 'undocumented-parameter'] },
    offset: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
  },
} as const;

export function apiDocumentRoutes(api: FastifyInstance, { documents }: AdminContext): void {
  api.get('/api-documents', { config: { role: 'viewer' }, schema: { tags: ['api-documents'] } }, async () => ({
    items: (documents?.contracts ?? []).map((one) => ({
      route: one.route,
      kind: one.kind,
      origin: one.origin,
      source: one.source,
      title: one.title,
      version: one.version,
      digest: one.digest,
      operations: one.operations.length,
      deprecated: one.operations.filter(({ isDeprecated }) => isDeprecated).length,
      notes: one.notes,
    })),
  }));
  api.get<{ Querystring: { readonly kind?: string; readonly offset: number; readonly limit: number } }>(
    '/drift',
    { config: { role: 'viewer' }, schema: { tags: ['api-documents'], querystring: driftQuery } },
    async ({ query: { kind, offset, limit } }) => {
      const found = (documents?.drift() ?? []).filter((one) => kind === undefined || one.kind === kind);
      return { total: found.length, items: found.slice(offset, offset + limit) };
    },
  );
}
