// /api/v1/sinks: where messages go, how each way is doing, and a test message.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';

export function sinkRoutes(api: FastifyInstance, { sinks, audit }: Pick<AdminContext, 'sinks' | 'audit'>): void {
  api.get('/sinks', async () => ({ items: sinks.states() }));

  api.post<{ Params: { id: string } }>('/sinks/:id/test', { config: { role: 'analyst' } }, async (request, reply) => {
    const { id } = request.params;
    const outcome = sinks.test(id);
    if (outcome === undefined) return reply.code(404).send({ title: 'No such sink', status: 404 });
    const result = await outcome;
    audit.add({ actor: request.caller!.name, action: 'sink.test', target: id, after: result });
    return result;
  });
}
