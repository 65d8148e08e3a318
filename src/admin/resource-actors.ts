// /api/v1/actors: who is behind the traffic, how suspect, why, and whom a restriction would meet.
import type { FastifyInstance } from 'fastify';
import { ACTOR_KINDS, type ActorKind } from '../core/actor.ts';
import type { AnalysisContext } from './resource-incidents.ts';

interface Query {
  readonly kind?: ActorKind;
  readonly confidenceMin?: number;
  readonly text?: string;
  readonly offset: number;
  readonly limit: number;
}

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kind: { enum: ACTOR_KINDS },
    confidenceMin: { type: 'integer', minimum: 0, maximum: 100 },
    text: { type: 'string', maxLength: 200, description: 'Part of the key, such as an address.' },
    offset: { type: 'integer', minimum: 0, maximum: 100_000, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
  },
} as const;

export function actorRoutes(api: FastifyInstance, { analysis }: Pick<AnalysisContext, 'analysis'>): void {
  api.get<{ Querystring: Query }>('/actors', { schema: { querystring } }, async (request) => {
    const { offset, limit, ...filter } = request.query;
    const { total, items } = analysis.actors(filter, Date.now(), offset, limit);
    return {
      total,
      items: items.map((profile) => ({
        key: profile.key,
        actor: profile.actor,
        confidencePercent: profile.confidencePercent,
        country: profile.country,
        network: profile.network,
        firstSeen: profile.firstSeen,
        lastSeen: profile.lastSeen,
        transactions: profile.transactions,
        blocked: profile.blocked,
        incidents: profile.incidents.length,
        othersPerDay: profile.othersPerDay,
      })),
    };
  });

  /** `/actors/ip:203.0.113.7`, percent-encoded where the key needs it. */
  api.get<{ Params: { key: string } }>('/actors/:key', async (request, reply) => {
    const profile = analysis.actor(request.params.key, Date.now());
    if (profile === undefined) return reply.code(404).send({ title: 'No such actor', status: 404 });
    return { ...profile, objection: analysis.objectionTo(profile.actor) };
  });

  api.get<{ Params: { key: string } }>('/actors/:key/population', async (request, reply) => {
    const population = analysis.actorPopulation(request.params.key);
    return population ?? reply.code(404).send({ title: 'No such actor', status: 404 });
  });
}
