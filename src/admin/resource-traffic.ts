// /api/v1/traffic and data-flows: how much passed when and with what outcome, and which sensitive data goes where.
import type { FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import { SPANS, type Span } from './traffic-history.ts';

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: { span: { enum: Object.keys(SPANS), default: 'hour' } },
} as const;

export function trafficRoutes(api: FastifyInstance, { history, flows, policy }: AdminContext): void {
  api.get<{ Querystring: { span: Span } }>('/traffic', { schema: { querystring } }, async (request) => {
    const { span } = request.query;
    return {
      span,
      bucketSeconds: SPANS[span].bucketMs / 1_000,
      received: history.received,
      buckets: history.over(span, Date.now()),
    };
  });

  api.get('/data-flows', async () => {
    const types = new Map(
      policy()
        .bundle.documents.filter((one) => one.kind === 'data-type')
        .map((one) => [one.id, one] as const),
    );
    return {
      items: flows.list().map((flow) => {
        const type = types.get(flow.dataType);
        return {
          ...flow,
          title: type?.title ?? flow.dataType,
          tags: type?.tags ?? [],
          severity: type?.severity ?? 'info',
        };
      }),
    };
  });
}
