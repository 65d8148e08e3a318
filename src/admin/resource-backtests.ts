// /api/v1/backtests: a change of policy, as YAML, tried on recorded traffic before it is live.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import { draftSchema } from './policy-draft.ts';

const HOUR_MS = 3_600_000;
const wanted = draftSchema('and replace those of the same kind and id.', {
  sinceHours: { type: 'number', exclusiveMinimum: 0, maximum: 8_760, default: 24 },
});

export function backtestRoutes(api: FastifyInstance, { backtests, audit }: AdminContext): void {
  if (backtests === undefined) return;
  api.get('/backtests', async () => ({ items: backtests.list().map(({ report, ...one }) => one) }));

  api.get<{ Params: { id: string } }>('/backtests/:id', async (request, reply) => {
    return backtests.get(request.params.id) ?? reply.code(404).send({ title: 'No such backtest', status: 404 });
  });

  api.delete<{ Params: { id: string } }>('/backtests/:id', { config: { role: 'analyst' } }, async (request, reply) => {
    const { id } = request.params;
    const wasRunning = backtests.get(id)?.status === 'running';
    const ended = backtests.cancel(id);
    if (ended === undefined) return reply.code(404).send({ title: 'No such backtest', status: 404 });
    if (wasRunning) audit.add({ actor: request.caller!.name, action: 'backtest.cancel', target: id });
    return ended;
  });

  api.post<{ Body: { documents: string; sinceHours: number } }>(
    '/backtests',
    { schema: { body: wanted }, config: { role: 'analyst' } },
    async (request, reply) => {
      const { documents, sinceHours } = request.body;
      const by = request.caller!.name;
      const started = backtests.start(documents, sinceHours * HOUR_MS, by);
      if ('faults' in started)
        return reply.code(422).send({ title: 'The documents have faults', status: 422, faults: started.faults });
      if ('objection' in started) return reply.code(409).send({ title: started.objection, status: 409 });
      audit.add({ actor: by, action: 'backtest.start', target: started.id, after: { candidate: started.candidate } });
      return reply.code(202).send(started);
    },
  );
}
