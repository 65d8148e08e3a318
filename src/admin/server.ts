// The admin port: health, metrics, the console, and the admin API with roles, an audit log and an OpenAPI document.
// Own listener, loopback by default; Host and Origin are checked, so that a page in a browser cannot reach it (DNS rebinding).
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { authenticate } from './authentication.ts';
import { ConsoleFiles } from './console-files.ts';
import type { AdminContext } from './context.ts';
import { faultOf, refuseUnknownParameters } from './invalid-requests.ts';
import { Lockout } from './lockout.ts';
import { actorRoutes } from './resource-actors.ts';
import { apiDocumentRoutes } from './resource-api-documents.ts';
import { backtestRoutes } from './resource-backtests.ts';
import { blockListRoutes } from './resource-block-lists.ts';
import { endpointRoutes } from './resource-endpoints.ts';
import { exceptionRoutes } from './resource-exceptions.ts';
import { incidentRoutes } from './resource-incidents.ts';
import { ingestRoutes } from './resource-ingest.ts';
import { nodeRoutes } from './resource-nodes.ts';
import { oidcRoutes } from './resource-oidc.ts';
import { overviewRoutes } from './resource-overview.ts';
import { policyRoutes } from './resource-policies.ts';
import { policyFileRoutes } from './resource-policy-files.ts';
import { policyTestRoutes } from './resource-policy-tests.ts';
import { policyVersionRoutes } from './resource-policy-versions.ts';
import { proposalRoutes } from './resource-proposals.ts';
import { restrictionRoutes } from './resource-restrictions.ts';
import { sessionRoutes } from './resource-session.ts';
import { shadowRoutes } from './resource-shadow.ts';
import { sinkRoutes } from './resource-sinks.ts';
import { tokenRoutes } from './resource-tokens.ts';
import { trafficRoutes } from './resource-traffic.ts';
import { transactionRoutes } from './resource-transactions.ts';
import { userRoutes } from './resource-users.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const PARAMETER_CHARS_MAX = 4_096;
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

export async function createAdminServer(context: AdminContext): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    // Names of actors and endpoints stand in paths, and are as long as an attacker likes.
    routerOptions: { maxParamLength: PARAMETER_CHARS_MAX },
    trustProxy: false,
    requestTimeout: 30_000,
    logger: false,
    forceCloseConnections: true,
    schemaErrorFormatter: faultOf,
  });
  const lockout = new Lockout();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Sallyport admin API', version: '1' },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'sallyport_PORT' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    const host = request.headers.host ?? '';
    const isKnown =
      LOOPBACK_HOST.test(host) ||
      context.hosts.includes(host) ||
      context.hosts.includes(host.split(':')[0]!) ||
      host === context.oidc?.host;
    if (!isKnown) return reply.code(421).send({ title: 'Unknown host', status: 421 });
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      return reply.code(403).send({ title: 'Foreign origin', status: 403 });
    }
    reply
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer');
  });
  authenticate(app, context, lockout);
  refuseUnknownParameters(app);
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
  new ConsoleFiles(context.consoleFolder).serve(app);
  await app.register(
    async (api) => {
      restrictionRoutes(api, context);
      blockListRoutes(api, context);
      incidentRoutes(api, context);
      actorRoutes(api, context);
      proposalRoutes(api, context);
      sinkRoutes(api, context);
      endpointRoutes(api, context);
      apiDocumentRoutes(api, context);
      transactionRoutes(api, context);
      ingestRoutes(api, context);
      policyRoutes(api, context);
      tokenRoutes(api, context);
      userRoutes(api, context);
      trafficRoutes(api, context);
      overviewRoutes(api, context);
      nodeRoutes(api, context);
      policyFileRoutes(api, context);
      policyVersionRoutes(api, context);
      policyTestRoutes(api, context);
      backtestRoutes(api, context);
      shadowRoutes(api, context);
      exceptionRoutes(api, context);
      sessionRoutes(api, context, lockout);
      oidcRoutes(api, context, lockout);
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  return app;
}
