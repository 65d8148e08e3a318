// `sallyport.yaml` as people write it, with every default. An empty file is a valid configuration.
import { z } from 'zod';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { MODES } from '../core/record.ts';

const port = z.number().int().min(0).max(65_535);
const host = z.string().min(1).max(255);

/** `8080`, `0.0.0.0:8080`, `[::]:8080` or `{host, port}`. */
export const listen = z.union([
  port.transform((one) => ({ host: '0.0.0.0', port: one })),
  z
    .string()
    .regex(/^(?:\[[0-9a-fA-F:]+\]|[\w.-]+)?:?\d{1,5}$/, 'write a port, or `host:port`')
    .transform((text) => {
      const colon = text.lastIndexOf(':');
      const name = colon === -1 ? '' : text.slice(0, colon).replace(/^\[|\]$/g, '');
      return { host: name === '' ? '0.0.0.0' : name, port: Number(text.slice(colon + 1)) };
    }),
  z.strictObject({ host: host.default('0.0.0.0'), port }),
]);

const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Milliseconds as a number, or `500ms`, `30s`, `5m`, `2h`, `7d`. */
const duration = z.union([
  z.number().int().min(0),
  z
    .string()
    .regex(/^\d+(?:ms|s|m|h|d)$/, 'write milliseconds, or a duration as `30s`')
    .transform((text) => Number.parseInt(text, 10) * DURATION_MS[/[a-z]+$/.exec(text)![0] as keyof typeof DURATION_MS]),
]);

const SIZE_BYTES = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;
/** Bytes as a number, or `64KiB`, `8MiB`. */
const size = z.union([
  z.number().int().min(0),
  z
    .string()
    .regex(/^\d+(?:B|KiB|MiB|GiB)$/, 'write bytes, or a size as `8MiB`')
    .transform(
      (text) => Number.parseInt(text, 10) * SIZE_BYTES[/[A-Za-z]+$/.exec(text)![0] as keyof typeof SIZE_BYTES],
    ),
]);

const answer = z.enum(['block', 'allow']);
const mode = z.enum(MODES);

const limits = z.strictObject(
  Object.fromEntries(
    Object.keys(DEFAULT_LIMITS).map((name) => [
      name,
      (name.includes('Bytes') ? size : z.number().int().min(1)).optional(),
    ]),
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
  connectionsMax: z.number().int().min(1).max(65_535).default(256),
  healthCheck: z
    .strictObject({
      path: z.string().startsWith('/').default('/'),
      interval: duration.default(10_000),
      timeout: duration.default(2_000),
      healthyAfter: z.number().int().min(1).default(2),
      unhealthyAfter: z.number().int().min(1).default(3),
      statusMax: z.number().int().default(399),
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
      rejectUnauthorized: z.boolean().default(true),
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
  path: z.string().startsWith('/').default('/'),
  upstream: z.string(),
  mode: mode.optional(),
  openapi: z.string().optional(),
  endpoints: z.array(z.string()).max(10_000).default([]),
  limits: limits.optional(),
  on: answers.optional(),
  blockReply: z
    .strictObject({
      status: z.number().int().min(200).max(599).optional(),
      body: z.string().optional(),
      contentType: z.string().optional(),
    })
    .optional(),
  preserveHost: z.boolean().default(true),
  debugTags: z.boolean().optional(),
  webSocket: z
    .strictObject({ allowed: z.boolean().default(true), origins: z.array(z.string()).default([]) })
    .default({ allowed: true, origins: [] }),
});

const strings = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
/** Text in place, or the content of a file. */
const secret = z.union([z.string(), z.strictObject({ file: z.string() })]);
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

const record = z.record(z.string(), z.unknown());

export const configurationSchema = z.strictObject({
  mode: mode.default('monitor').describe('`monitor` watches, `enforce` acts, `off` only forwards.'),
  listen: listen.default({ host: '0.0.0.0', port: 8080 }),
  tls: z
    .strictObject({ cert: z.string(), key: z.string(), minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2') })
    .optional(),
  admin: z
    .strictObject({
      host: host.default('127.0.0.1'),
      port: port.default(9090),
      allowRemote: z.boolean().default(false),
      hosts: z.array(z.string()).default([]).describe('Further Host names the admin port answers to.'),
    })
    .default({ host: '127.0.0.1', port: 9090, allowRemote: false, hosts: [] }),
  workers: z.number().int().min(1).max(256).optional(),
  data: z.string().optional().describe('Folder for what must survive: restrictions, tokens, audit log.'),
  upstreams: z
    .record(
      z.string().regex(/^[\w.-]{1,64}$/),
      z.union([url.transform((one) => upstream.parse({ urls: [one] })), upstream]),
    )
    .default({}),
  routes: z.array(route).max(10_000).default([]),
  identity: z
    .strictObject({ trustedProxies: z.array(z.string()).default([]), actors: z.array(actorSource).max(20).optional() })
    .default({ trustedProxies: [] }),
  limits: limits.default({}),
  on: answers.default({}),
  policies: z.string().optional(),
  defaults: z.boolean().default(true).describe('`false` leaves the shipped policies out.'),
  debugTags: z.boolean().default(false),
  drain: z.strictObject({ grace: duration.default(30_000) }).default({ grace: 30_000 }),
  bodies: z.strictObject({ heldBytesMax: size.default(268_435_456) }).default({ heldBytesMax: 268_435_456 }),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      access: z.boolean().default(true),
    })
    .default({ level: 'info', access: true }),
  store: z.looseObject({ kind: z.enum(['embedded', 'redis']).default('embedded') }).default({ kind: 'embedded' }),
  ingest: record.optional(),
  recorder: record.optional(),
  sinks: z.union([z.array(record), record]).optional(),
});

export type WrittenConfiguration = z.output<typeof configurationSchema>;
export type WrittenRoute = WrittenConfiguration['routes'][number];
export type WrittenLimits = z.output<typeof limits>;
