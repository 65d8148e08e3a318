// The admin port: health, metrics, and the admin API with roles, an audit log and an OpenAPI document.
// Own listener, loopback by default; Host and Origin are checked, so that a page in a browser cannot reach it (DNS rebinding).
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import type { AdminContext } from './context.ts';
import { Lockout } from './lockout.ts';
import { actorRoutes } from './resource-actors.ts';
import { blockListRoutes } from './resource-block-lists.ts';
import { endpointRoutes } from './resource-endpoints.ts';
import { incidentRoutes } from './resource-incidents.ts';
import { policyRoutes } from './resource-policies.ts';
import { proposalRoutes } from './resource-proposals.ts';
import { restrictionRoutes } from './resource-restrictions.ts';
import { sinkRoutes } from './resource-sinks.ts';
import { tokenRoutes } from './resource-tokens.ts';
import { transactionRoutes } from './resource-transactions.ts';
import { statusPage, statusStyle } from './status-page.ts';
import { ROLES } from './token-store.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

export async function createAdminServer(context: AdminContext): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: false,
    requestTimeout: 30_000,
    logger: false,
    forceCloseConnections: true,
  });
  const lockout = new Lockout();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Sallyport admin API', version: '1' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const host = request.headers.host ?? '';
    const isKnown =
      LOOPBACK_HOST.test(host) || context.hosts.includes(host) || context.hosts.includes(host.split(':')[0]!);
    if (!isKnown) return reply.code(421).send({ title: 'Unknown host', status: 421 });
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      return reply.code(403).send({ title: 'Foreign origin', status: 403 });
    }
    reply
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer');
    if (!request.url.startsWith('/api/')) return;
    if (lockout.isLocked(request.ip, Date.now()))
      return reply.code(429).header('retry-after', '60').send({ title: 'Too many attempts', status: 429 });
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    request.caller = token === undefined ? undefined : context.tokens.verify(token);
    if (request.caller === undefined) {
      if (token !== undefined) lockout.failed(request.ip, Date.now());
      return reply.code(401).header('www-authenticate', 'Bearer').send({ title: 'Unauthorized', status: 401 });
    }
    const needed = request.routeOptions.config.role ?? 'viewer';
    if (ROLES.indexOf(request.caller.role) < ROLES.indexOf(needed)) {
      return reply.code(403).send({ title: `This needs the role ${needed}`, status: 403 });
    }
    const isChange = request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'DELETE';
    if (isChange && !/^application\/json(?:;|$)/.test(request.headers['content-type'] ?? '')) {
      return reply.code(415).send({ title: 'Send application/json', status: 415 });
    }
  });
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_, reply) => {
    const { serving, wanted } = context.workers();
    return reply.code(serving > 0 ? 200 : 503).send({
      status:
        serving === 0 ? 'starting' : serving < wanted || context.store.health().state === 'down' ? 'degraded' : 'ready',
      workers: { serving, wanted },
      policy: context.policy().bundle.version,
      policyFaults: context.policy().faults.length,
      store: context.store.health().state,
    });
  });
  app.get('/metrics', { schema: { hide: true } }, async (_, reply) =>
    reply.type('text/plain; version=0.0.4').send(await context.metrics()),
  );
  app.get('/', { schema: { hide: true } }, async (_, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
      .send(statusPage(context)),
  );
  app.get('/style.css', { schema: { hide: true } }, async (_, reply) => reply.type('text/css').send(statusStyle));
  await app.register(
    async (api) => {
      restrictionRoutes(api, context);
      blockListRoutes(api, context);
      incidentRoutes(api, context);
      actorRoutes(api, context);
      proposalRoutes(api, context);
      sinkRoutes(api, context);
      endpointRoutes(api, context);
      transactionRoutes(api, context);
      policyRoutes(api, context);
      tokenRoutes(api, context);
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  return app;
}
