// /api/v1/policy-tests: the unit tests of a draft, and all others with the draft in force; nothing is published.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import { draftSchema } from './policy-draft.ts';

const wanted = draftSchema('for the time of the run.', {});

export function policyTestRoutes(api: FastifyInstance, { policyTests }: AdminContext): void {
  if (policyTests === undefined) return;
  api.post<{ Body: { documents: string } }>(
    '/policy-tests',
    { schema: { body: wanted }, config: { role: 'analyst' } },
    async (request, reply) => {
      const report = await policyTests.run(request.body.documents);
      if ('faults' in report)
        return reply.code(422).send({ title: 'The documents have faults', status: 422, faults: report.faults });
      if ('objection' in report) return reply.code(409).send({ title: report.objection, status: 409 });
      return report;
    },
  );
}
