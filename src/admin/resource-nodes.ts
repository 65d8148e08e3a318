// /api/v1/nodes: the gateways that share one store, this one first.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';

export function nodeRoutes(api: FastifyInstance, { nodes, analysis, learner }: AdminContext): void {
  api.get('/nodes', async () => {
    const items = await nodes();
    const sizes = {
      ...Object.fromEntries(Object.entries(analysis.sizes()).map(([name, { entries }]) => [name, entries])),
      ...learner.sizes(),
    };
    return { own: items[0]?.node, items, sizes };
  });
}
