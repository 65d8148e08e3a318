// /api/v1/endpoints and baselines: what was learned of the API, and what people do with it: freeze, keep, roll back, reset.
import type { FastifyInstance } from 'fastify';
import type { EndpointPage } from '../analysis/learning/learner.ts';
import { openapiOf } from '../analysis/learning/openapi.ts';
import type { LearnedEndpoint } from '../core/learned-endpoint.ts';
import type { DriftFinding } from '../openapi/drift/drift.ts';
import type { AdminContext } from './context.ts';

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    host: { type: 'string', maxLength: 300 },
    text: { type: 'string', maxLength: 300 },
    offset: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
  },
} as const;
interface Query {
  readonly host?: string;
  readonly text?: string;
  readonly offset: number;
  readonly limit: number;
}

const change = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    isFrozen: { type: 'boolean' },
    keepVersion: { const: true },
    rollBackTo: { type: 'integer', minimum: 1 },
    reset: { const: true },
    isPromoted: { type: 'boolean' },
  },
} as const;
interface Change {
  readonly isFrozen?: boolean;
  readonly keepVersion?: true;
  readonly rollBackTo?: number;
  readonly reset?: true;
  /** Learned rules block here instead of tagging. */
  readonly isPromoted?: boolean;
}

/** Merges what it covers into one endpoint; written without a parameter, it keeps a path apart from its siblings. */
const template = {
  type: 'object',
  required: ['template'],
  additionalProperties: false,
  properties: {
    template: {
      type: 'string',
      maxLength: 1_000,
      pattern: '^[A-Z]{1,20} [a-z0-9.:\\[\\]-]{0,255}(?:/(?:\\{[A-Za-z_][A-Za-z0-9_]{0,63}\\}|[^/{}\\s?#]{0,200}))+$',
      description: '`GET api.example/users/{id}`',
    },
    holds: {
      type: 'boolean',
      default: true,
      description: '`false` takes it back; what it merged stays one endpoint until the baseline is reset.',
    },
  },
} as const;

const NO_ROOM = { title: 'There are too many decisions; take some back', status: 409 };
const NOT_FOUND = { title: 'No such endpoint', status: 404 };

export function endpointRoutes(
  api: FastifyInstance,
  {
    learner,
    decisions,
    audit,
    analysis,
    documents,
  }: Pick<AdminContext, 'learner' | 'decisions' | 'audit' | 'analysis' | 'documents'>,
): void {
  const { posture } = analysis;
  const isPromoted = (id: string): boolean => decisions.get('promotion', id)?.holds === true;

  /** How each endpoint differs from documents and route lists. */
  const drifts = (): ReadonlyMap<string, readonly Omit<DriftFinding, 'endpoint'>[]> => {
    const byEndpoint = new Map<string, Omit<DriftFinding, 'endpoint'>[]>();
    for (const { endpoint, ...drift } of documents?.drift() ?? []) {
      const known = byEndpoint.get(endpoint);
      if (known === undefined) byEndpoint.set(endpoint, [drift]);
      else known.push(drift);
    }
    return byEndpoint;
  };

  const pageOf = ({ host, text, offset, limit }: Query): EndpointPage =>
    learner.page(
      (one) => (host === undefined || one.host === host) && (text === undefined || one.id.includes(text)),
      offset,
      limit,
    );

  api.get<{ Querystring: Query }>('/endpoints', { schema: { querystring } }, async (request) => {
    const { total, items } = pageOf(request.query);
    const open = analysis.openIncidents();
    const drift = drifts();
    return {
      total,
      items: items.map((one) => ({
        ...inShort(one),
        isPromoted: isPromoted(one.id),
        tags: posture.tags(one.id, one),
        risk: posture.risk(one, open.get(one.id) ?? []),
        drift: drift.get(one.id) ?? [],
      })),
    };
  });

  /** The id is percent-encoded: `GET%20api.example%2Fusers%2F%7Bid%7D`. */
  api.get<{ Params: { id: string } }>('/endpoints/:id', async (request, reply) => {
    const endpoint = learner.endpoint(request.params.id);
    if (endpoint === undefined) return reply.code(404).send(NOT_FOUND);
    return {
      ...endpoint,
      isPromoted: isPromoted(endpoint.id),
      versions: learner.versions(endpoint.id),
      tags: posture.tags(endpoint.id, endpoint),
      risk: posture.risk(endpoint, analysis.openIncidents().get(endpoint.id) ?? []),
      findings: posture.findings(endpoint.id),
      drift: drifts().get(endpoint.id) ?? [],
    };
  });

  api.get<{ Querystring: Query }>('/baselines', { schema: { querystring } }, async (request) => {
    const { total, items } = pageOf(request.query);
    return { total, items: items.map(baselineOf) };
  });

  api.get<{ Params: { id: string } }>('/baselines/:id', async (request, reply) => {
    const endpoint = learner.endpoint(request.params.id);
    return endpoint === undefined ? reply.code(404).send(NOT_FOUND) : baselineOf(endpoint);
  });

  const baselineOf = (one: LearnedEndpoint) => ({
    endpoint: one.id,
    samples: one.samples,
    principals: one.principals,
    firstSeen: one.firstSeen,
    lastSeen: one.lastSeen,
    maturity: one.maturity,
    isFrozen: one.isFrozen,
    isPromoted: isPromoted(one.id),
    versions: learner.versions(one.id),
  });

  api.get<{ Querystring: { host?: string } }>('/baselines/openapi', async (request) => {
    const { host } = request.query;
    return openapiOf(learner.endpoints().filter((one) => host === undefined || one.host === host));
  });

  api.patch<{ Params: { id: string }; Body: Change }>(
    '/baselines/:id',
    { schema: { body: change }, config: { role: 'analyst' } },
    async (request, reply) => {
      const { id } = request.params;
      if (learner.endpoint(id) === undefined) return reply.code(404).send(NOT_FOUND);
      const { isFrozen, keepVersion, rollBackTo, reset, isPromoted: promote } = request.body;
      if (rollBackTo !== undefined && !learner.rollBack(id, rollBackTo)) {
        return reply.code(409).send({ title: `There is no version ${rollBackTo}`, status: 409 });
      }
      if (isFrozen !== undefined) learner.freeze(id, isFrozen);
      if (keepVersion === true) learner.keepVersion(id, Date.now());
      if (reset === true) learner.reset(id);
      if (promote !== undefined) {
        const decision = {
          kind: 'promotion',
          subject: id,
          holds: promote,
          by: request.caller!.name,
          at: Date.now(),
        } as const;
        if (!decisions.decide(decision)) return reply.code(409).send(NO_ROOM);
      }
      audit.add({ actor: request.caller!.name, action: 'baseline.change', target: id, after: request.body });
      return {
        id,
        versions: learner.versions(id),
        isFrozen: learner.endpoint(id)?.isFrozen ?? false,
        isPromoted: isPromoted(id),
      };
    },
  );

  api.get('/endpoint-templates', async () => ({ items: decisions.holding('template') }));

  api.put<{ Body: { template: string; holds: boolean } }>(
    '/endpoint-templates',
    { schema: { body: template }, config: { role: 'analyst' } },
    async (request, reply) => {
      const { template: subject, holds } = request.body;
      const decision = { kind: 'template', subject, holds, by: request.caller!.name, at: Date.now() } as const;
      if (!decisions.decide(decision)) return reply.code(409).send(NO_ROOM);
      audit.add({ actor: request.caller!.name, action: 'template.change', target: subject, after: { holds } });
      return { template: subject, holds };
    },
  );
}

/** Schemas come with the single endpoint. */
function inShort({ query, request, responses, ...endpoint }: LearnedEndpoint) {
  return {
    ...endpoint,
    hasRequestSchema: request !== undefined,
    responseStatuses: responses.map(([status]) => status),
  };
}
