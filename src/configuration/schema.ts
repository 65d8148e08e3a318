// `sallyport.yaml` as people write it, with every default. An empty file is a valid configuration.
import { z } from 'zod';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { MODES } from '../core/record.ts';
import { adminSchema } from './admin-schema.ts';
import { contractSchema, openapiSchema } from './contract-schema.ts';
import { ingestSchema, recorderSchema, rolloutSchema } from './out-of-band-schema.ts';
import { sinksSchema } from './sink-schema.ts';
import { addressRange, duration, listen, secret, size, truth, whole } from './written-values.ts';

const answer = z.enum(['block', 'allow']);
const mode = z.enum(MODES);

const limits = z.strictObject(
  Object.fromEntries(
    Object.keys(DEFAULT_LIMITS).map((name) => [name, (name.includes('Bytes') ? size : whole(1)).optional()]),
  ) as Record<keyof typeof DEFAULT_LIMITS, z.ZodOptional<typeof size>>,
);
const answers = z.strictObject({
  bodyOverLimit: answer.optional(),
  undecodable: answer.optional(),
  detectorError: answer.optional(),
  analystDown: answer.optional(),
});

const url = z
  .string()
  .regex(
    /^https?:\/\/(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?\/?$/,
    'an upstream is `http://host:port`, without path and credentials',
  );

const upstream = z.strictObject({
  urls: z.array(url).min(1).max(256),
  balancing: z.enum(['round-robin', 'least-pending']).default('round-robin'),
  connectionsMax: whole(1, 65_535).default(256),
  healthCheck: z
    .strictObject({
      path: z.string().startsWith('/').default('/'),
      interval: duration.default(10_000),
      timeout: duration.default(2_000),
      healthyAfter: whole(1).default(2),
      unhealthyAfter: whole(1).default(3),
      statusMax: whole(100, 599).default(399),
    })
    .optional(),
  timeouts: z
    .strictObject({
      connect: duration.default(3_000),
      headers: duration.default(30_000),
      body: duration.default(60_000),
    })
    .default({ connect: 3_000, headers: 30_000, body: 60_000 }),
  tls: z
    .strictObject({
      ca: z.string().optional(),
      rejectUnauthorized: truth.default(true),
      servername: z.string().optional(),
    })
    .default({ rejectUnauthorized: true }),
});

const route = z.strictObject({
  id: z
    .string()
    .regex(/^[\w./*:-]{1,100}$/)
    .optional(),
  host: z.union([z.string(), z.array(z.string())]).optional(),
  path: z
    .string()
    .startsWith('/')
    .default('/')
    .describe('Path prefix on segment borders: `/api` takes `/api/x`, not `/apix`.'),
  upstream: z.string(),
  mode: mode.optional(),
  openapi: openapiSchema
    .optional()
    .describe('API documents of this route: OpenAPI 3.0 to 3.2, Swagger 2, GraphQL schemas; files or URLs.'),
  contract: contractSchema.optional().describe('What is done about messages that do not fit the documents.'),
  endpoints: z
    .array(
      z
        .string()
        .regex(/^[A-Z]+ (?:[a-z0-9.-]+)?\/[^\s?#*]*$/, 'write a method and a path template, as in `GET /users/{id}`'),
    )
    .max(10_000)
    .default([])
    .describe('Path templates of this API, as in `GET /users/{id}`.'),
  limits: limits.optional(),
  on: answers.optional(),
  blockReply: z
    .strictObject({
      status: whole(200, 599).optional(),
      body: z.string().optional(),
      contentType: z
        .string()
        .regex(/^[!-~]+\/[!-~][ -~]{0,199}$/, 'write a media type, as in `text/html; charset=utf-8`')
        .optional(),
    })
    .optional(),
  preserveHost: truth.default(true).describe("Keep the client's Host for the upstream."),
  debugTags: truth.optional(),
  webSocket: z
    .strictObject({ allowed: truth.default(true), origins: z.array(z.string()).default([]) })
    .default({ allowed: true, origins: [] }),
});

const strings = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
const actorSource = z.union([
  z.literal('ip').transform(() => ({ ip: true as const })),
  z.strictObject({ ip: z.literal(true) }),
  z.strictObject({
    jwt: z.strictObject({
      header: strings.default(['authorization']),
      cookie: strings.default([]),
      subjectClaim: strings.default(['sub', 'email', 'user_id', 'uid']),
      secret: secret.optional(),
      publicKey: secret.optional(),
      jwks: z.string().optional().describe('A file, or an http(s) URL that is fetched every ten minutes.'),
      issuer: z.string().optional(),
      audience: strings.default([]),
      clockSkew: duration.default(60_000),
    }),
  }),
  z.strictObject({ apiKey: z.strictObject({ header: strings.default([]), query: strings.default([]) }) }),
  z.strictObject({ cookie: z.strictObject({ name: strings }) }),
  z.strictObject({ header: z.strictObject({ name: z.string() }) }),
]);

const redisUrl = z
  .string()
  .regex(
    /^rediss?:\/\/(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?(?:\/\d{1,3})?$/,
    'write `redis://host:6379` or `rediss://host:6379`; user name and password have keys of their own',
  );
const node = z.string().regex(/^(?:\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, 'write `host:port`');
const store = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('embedded'),
    fileBytesMax: size.default(4_294_967_296).describe('What would be forgotten first makes room when it is full.'),
  }),
  z.strictObject({
    kind: z.literal('redis'),
    url: redisUrl.optional().describe('One server: `redis://host:6379`.'),
    sentinels: z
      .strictObject({
        nodes: z.array(node).min(1).max(32),
        master: z.string().min(1).max(100).default('mymaster'),
        username: z.string().optional(),
        password: secret.optional(),
      })
      .optional()
      .describe('Several servers with one master that sentinels name.'),
    cluster: z.array(node).min(1).max(1_000).optional().describe('Some nodes of a Redis Cluster; it names the others.'),
    username: z.string().optional(),
    password: secret.optional(),
    passwordFile: z.string().optional(),
    tls: z
      .strictObject({
        ca: z.string().optional(),
        cert: z.string().optional(),
        key: z.string().optional(),
        servername: z.string().optional(),
        rejectUnauthorized: truth.default(true),
      })
      .optional()
      .describe('Encrypts to every node; `rediss://` does so with what the system trusts.'),
    keyPrefix: z
      .string()
      .regex(/^[\w.:-]{1,64}$/, 'letters, digits and `_ . : -`')
      .default('sallyport'),
    commandTimeout: duration.default(250),
  }),
]);

export const configurationSchema = z.strictObject({
  mode: mode.default('monitor').describe('`monitor` watches, `enforce` acts, `off` only forwards.'),
  listen: listen
    .default({ host: '0.0.0.0', port: 8080 })
    .describe('Where clients reach the gateway: a port, `host:port`, or `{host, port}`.'),
  tls: z
    .strictObject({ cert: z.string(), key: z.string(), minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2') })
    .optional(),
  admin: adminSchema,
  workers: whole(1, 256).optional(),
  data: z.string().optional().describe('Folder for what must survive: restrictions, tokens, audit log.'),
  upstreams: z
    .record(
      z.string().regex(/^[\w.-]{1,64}$/),
      z.union([url.transform((one) => upstream.parse({ urls: [one] })), upstream]),
    )
    .default({}),
  routes: z
    .array(route)
    .max(10_000)
    .default([])
    .describe('Which requests go to which upstream, and how they are inspected.'),
  identity: z
    .strictObject({
      trustedProxies: z.array(addressRange).max(1_000).default([]),
      actors: z.array(actorSource).max(20).optional(),
    })
    .default({ trustedProxies: [] }),
  geoip: z
    .strictObject({
      country: z
        .string()
        .optional()
        .describe('An MMDB file, as GeoLite2-Country; without it the free data that is installed along.'),
    })
    .default({})
    .describe('From addresses to countries, for lists and findings.'),
  limits: limits.default({}).describe('Bounds of one transaction; sizes as `8MiB`.'),
  on: answers.default({}).describe('What happens when inspection cannot give its normal answer.'),
  policies: z.string().optional().describe('Folder of your own policies; they come on top of the shipped ones.'),
  defaults: truth.default(true).describe('`false` leaves the shipped policies out.'),
  debugTags: truth.default(false),
  contract: contractSchema.optional().describe('For all routes with API documents.'),
  drain: z
    .strictObject({
      delay: duration
        .default(0)
        .describe('Time for load balancers to see that it is not ready any more; connections are taken meanwhile.'),
      grace: duration.default(30_000).describe('Time for what is under way then to end.'),
    })
    .default({ delay: 0, grace: 30_000 }),
  routeLists: z
    .array(z.string())
    .max(20)
    .default([])
    .describe('Routes of the API gateway beside: a plain list, Kong, nginx, HAProxy, Envoy, AWS API Gateway.'),
  bodies: z.strictObject({ heldBytesMax: size.default(268_435_456) }).default({ heldBytesMax: 268_435_456 }),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      access: truth.default(true),
    })
    .default({ level: 'info', access: true }),
  store: store
    .default({ kind: 'embedded', fileBytesMax: 4_294_967_296 })
    .describe('Where what was learned and decided survives: a file of this node, or a Redis that nodes share.'),
  ingest: ingestSchema
    .default({ requestsMax: 8, directories: [] })
    .describe('Transactions that do not pass through here.'),
  recorder: recorderSchema
    .default({ enabled: false, share: 1, bytesMax: 1_073_741_824, ageMax: 86_400_000 })
    .describe(
      'Keeps transactions whole, encrypted, so that a change of policy can be tried on them. Off unless switched on.',
    ),
  rollout: rolloutSchema
    .default({})
    .describe('How a changed policy comes to the workers: at once, or to a few of them first.'),
  sinks: sinksSchema,
});

export type WrittenConfiguration = z.output<typeof configurationSchema>;
export type WrittenRoute = WrittenConfiguration['routes'][number];
export type WrittenLimits = z.output<typeof limits>;
export type WrittenStore = WrittenConfiguration['store'];
