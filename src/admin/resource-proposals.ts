// /api/v1/proposals: restrictions that response plans propose. A person approves, declines, or undoes one.
import type { FastifyInstance } from 'fastify';
import type { Proposal, ProposalStatus } from '../analysis/response/proposals.ts';
import type { AnalysisContext } from './resource-incidents.ts';

const STATUSES = ['waiting', 'approved', 'declined', 'lapsed', 'dry-run', 'undone'] as const satisfies ProposalStatus[];

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    status: { enum: STATUSES },
    offset: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
  },
} as const;

const body = {
  type: 'object',
  required: ['decision'],
  additionalProperties: false,
  properties: { decision: { enum: ['approve', 'decline', 'undo'] } },
} as const;

export function proposalRoutes(api: FastifyInstance, { analysis, exchange, audit }: AnalysisContext): void {
  api.get<{ Querystring: { status?: ProposalStatus; offset: number; limit: number } }>(
    '/proposals',
    { schema: { querystring } },
    async (request) => {
      const { status, offset, limit } = request.query;
      const all = analysis.proposals(status);
      return { total: all.length, items: all.slice(offset, offset + limit) };
    },
  );

  api.get<{ Params: { id: string } }>('/proposals/:id', async (request, reply) => {
    const proposal = analysis.proposal(request.params.id);
    return proposal ?? reply.code(404).send({ title: 'No such proposal', status: 404 });
  });

  api.patch<{ Params: { id: string }; Body: { decision: 'approve' | 'decline' | 'undo' } }>(
    '/proposals/:id',
    { schema: { body }, config: { role: 'analyst' } },
    async (request, reply) => {
      const { id } = request.params;
      const by = request.caller!.name;
      const before = analysis.proposal(id);
      if (before === undefined) return reply.code(404).send({ title: 'No such proposal', status: 404 });
      const objection = request.body.decision === 'approve' ? analysis.objectionTo(before.actor) : undefined;
      if (objection !== undefined) return reply.code(409).send({ title: `Not restricted: ${objection}`, status: 409 });
      const after = decide(request.body.decision);
      if (after === undefined) {
        return reply.code(409).send({ title: `A proposal that is ${before.status} cannot be changed so`, status: 409 });
      }
      audit.add({ actor: by, action: `proposal.${request.body.decision}`, target: id, before: before.status, after });
      return after;

      function decide(decision: 'approve' | 'decline' | 'undo'): Proposal | undefined {
        if (decision === 'undo') return analysis.undoProposal(id, by, Date.now());
        const now = Date.now();
        const decided = analysis.decideProposal(id, decision === 'approve', by, now);
        if (decided !== undefined) void exchange.tellDecision(id, decision === 'approve', by, now);
        return decided;
      }
    },
  );
}
