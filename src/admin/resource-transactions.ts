// /api/v1/transactions, explain and events: what passed lately, why it was decided so, and what happens now.
import type { FastifyInstance } from 'fastify';
import { actorKey } from '../core/actor.ts';
import type { AdminContext } from './context.ts';
import { explanationOf } from './explanation.ts';
import type { FoundBy } from './recent-transactions.ts';

interface Query {
  readonly action?: string;
  readonly detection?: string;
  readonly endpoint?: string;
  readonly actor?: string;
  readonly offset: number;
  readonly limit: number;
}

const querystring = {
  type: 'object',
  properties: {
    action: { enum: ['allow', 'tag', 'mask', 'block'] },
    detection: { type: 'string' },
    endpoint: { type: 'string' },
    actor: { type: 'string' },
    offset: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
  },
} as const;

const EVENT_STREAMS_MAX = 50;
const INCIDENTS_SHOWN_MAX = 50;

export function transactionRoutes(
  api: FastifyInstance,
  { sessions, recent, policy, analysis, learner }: AdminContext,
): void {
  api.get<{ Querystring: Query }>('/transactions', { schema: { querystring } }, async (request) => {
    const { offset, limit } = request.query;
    return recent.latest((record) => isWanted(record, request.query), offset, limit);
  });

  api.get<{ Params: { transactionId: string } }>('/explain/:transactionId', async (request, reply) => {
    const record = recent.find(request.params.transactionId);
    if (record === undefined) return reply.code(404).send({ title: 'This transaction is not remembered', status: 404 });
    const mine = analysis.incidents({ transaction: record.id }, 0, INCIDENTS_SHOWN_MAX).items;
    return explanationOf(record, policy().bundle, learner.endpoint(record.endpoint), mine);
  });

  let streams = 0;
  api.get('/events', async (request, reply) => {
    if (streams >= EVENT_STREAMS_MAX) return reply.code(503).send({ title: 'Too many streams', status: 503 });
    streams += 1;
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.raw.write(': connected\n\n');
    const send = (kind: string, value: unknown): void => {
      // Who has signed out, or was removed, sees no more.
      if (request.session !== undefined && !sessions.isLive(request.session, Date.now())) {
        reply.raw.end();
        return;
      }
      // A reader that does not keep up misses events; nothing piles up for it.
      if (!reply.raw.writableNeedDrain) reply.raw.write(`event: ${kind}\ndata: ${JSON.stringify(value)}\n\n`);
    };
    recent.events.on('event', send);
    request.raw.once('close', () => {
      streams -= 1;
      recent.events.off('event', send);
    });
  });
}

function isWanted(record: FoundBy, { action, detection, endpoint, actor }: Query): boolean {
  return (
    (action === undefined || record.action === action) &&
    (detection === undefined || record.findings.some((finding) => finding.detection === detection)) &&
    (endpoint === undefined || record.endpoint === endpoint) &&
    (actor === undefined || record.actors.some((one) => actorKey(one) === actor))
  );
}
