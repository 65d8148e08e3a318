// The key `sinks` as people write it: a name for each system, and how it is reached. Response plans use the names.
import { z } from 'zod';
import { INCIDENT_STATUSES } from '../core/incident.ts';
import { addressRange, duration, host, port, secret, size, truth, whole } from './written-values.ts';

const httpUrl = z
  .string()
  .max(2_048)
  .regex(/^https?:\/\/[^\s@/]+(?:\/[^\s]*)?$/, 'write a URL with `https://`, without a user name in it');
/** URLs of incoming webhooks are secrets themselves. */
const secretUrl = z.union([httpUrl, z.strictObject({ file: z.string() })]);
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'not the name of a header');
const line = z.string().regex(/^[^\r\n\0]*$/, 'is one line');
const word = z.string().min(1).max(200);

const common = {
  queue: z
    .strictObject({
      messagesMax: whole(1, 1_000_000).default(10_000),
      bytesMax: size.default(67_108_864),
      ageMax: duration.default(604_800_000),
    })
    .default({ messagesMax: 10_000, bytesMax: 67_108_864, ageMax: 604_800_000 })
    .describe('What waits on the disk while the system is away.'),
};

const http = {
  timeout: duration.default(15_000),
  allowAddresses: z
    .array(addressRange)
    .max(100)
    .default([])
    .describe('Private addresses that may be called, as `10.0.0.0/8`; public ones always may.'),
  allowPlainHttp: truth.default(false),
  ca: z.string().optional().describe('File of a CA certificate for servers with a private one.'),
};

const tls = z
  .strictObject({
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
    servername: z.string().optional(),
    rejectUnauthorized: truth.default(true),
  })
  .default({ rejectUnauthorized: true });

const syslog = z.strictObject({
  kind: z.literal('syslog'),
  ...common,
  host,
  port: port.default(514),
  protocol: z.enum(['udp', 'tcp', 'tls']).default('tcp'),
  format: z.enum(['cef', 'leef', 'json']).default('cef').describe('`json` is an OCSF Detection Finding.'),
  facility: whole(0, 23).default(16),
  appName: z
    .string()
    .regex(/^[\x21-\x7e]{1,48}$/)
    .default('sallyport'),
  messageBytesMax: size.optional().describe('8192 for UDP, 65536 otherwise; longer messages leave out detail.'),
  tls,
  timeout: duration.default(10_000),
});

const splunk = z.strictObject({
  kind: z.literal('splunk'),
  ...common,
  ...http,
  url: httpUrl.describe('As `https://splunk.example.com:8088`.'),
  token: secret,
  index: word.optional(),
  source: word.default('sallyport'),
  sourcetype: word.default('sallyport:incident'),
  format: z.enum(['incident', 'ocsf']).default('incident'),
  acknowledgement: truth.default(false).describe('The token has indexer acknowledgement switched on.'),
  acknowledgementTimeout: duration.default(120_000),
});

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  ...common,
  ...http,
  url: secretUrl,
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  secret: secret.optional().describe('Key of the HMAC-SHA256 signature over `timestamp.body`.'),
  headers: z.record(headerName, z.union([line, z.strictObject({ file: z.string() })])).default({}),
  contentType: line.default('application/json'),
  body: z.string().max(65_536).optional().describe('A template as `{"text": "{{incident.title}}"}`.'),
});

const statuses = z
  .record(z.string().min(1).max(100), z.enum(INCIDENT_STATUSES))
  .default({})
  .describe('Their status → ours, as `{"Won\'t Do": false-positive}`.');

const jira = z
  .strictObject({
    kind: z.literal('jira'),
    ...common,
    ...http,
    url: httpUrl,
    deployment: z.enum(['cloud', 'data-center']).default('cloud'),
    user: word.optional().describe('The e-mail address of the API token; Cloud only.'),
    token: secret.describe('API token (Cloud) or personal access token (Data Center).'),
    project: z.string().regex(/^[A-Z][A-Z0-9_]{0,19}$/, 'a project key, as `SEC`'),
    issueType: word.default('Task'),
    priorities: z.record(z.enum(['info', 'low', 'medium', 'high', 'critical']), word).optional(),
    labels: z
      .array(z.string().regex(/^\S{1,100}$/))
      .max(20)
      .default(['sallyport']),
    fields: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Further fields of new issues, as their API takes them.'),
    transitions: z
      .record(z.enum(INCIDENT_STATUSES), word)
      .optional()
      .describe('Our status → name of their transition; without it, by status category.'),
    statuses,
    pollInterval: duration.default(60_000),
  })
  .refine(({ deployment, user }) => deployment === 'data-center' || user !== undefined, {
    path: ['user'],
    message: 'Cloud wants the e-mail address the API token belongs to',
  });

const serviceNow = z
  .strictObject({
    kind: z.literal('servicenow'),
    ...common,
    ...http,
    url: httpUrl.describe('As `https://acme.service-now.com`.'),
    user: word.optional(),
    password: secret.optional(),
    token: secret.optional().describe('An OAuth access token, instead of user and password.'),
    table: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,79}$/)
      .default('incident'),
    fields: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,79}$/), z.string()).default({}),
    closeCode: word.default('Resolved by caller'),
    states: z
      .record(z.enum(INCIDENT_STATUSES), z.string())
      .default({ open: '1', 'in-progress': '2', resolved: '6', 'false-positive': '6', accepted: '6' })
      .describe('Our status → value of their `state`.'),
    statuses: statuses.describe('Value of their `state` → our status; completes 1, 2, 3, 6, 7 and 8.'),
    pollInterval: duration.default(60_000),
  })
  .refine(({ user, password, token }) => token !== undefined || (user !== undefined && password !== undefined), {
    path: ['token'],
    message: 'write `token`, or `user` and `password`',
  });

const chat = { ...common, ...http, url: secretUrl.describe('The URL of the incoming webhook.') };
const slack = z.strictObject({ kind: z.literal('slack'), ...chat });
const teams = z.strictObject({ kind: z.literal('teams'), ...chat });

const pagerduty = z.strictObject({
  kind: z.literal('pagerduty'),
  ...common,
  ...http,
  url: httpUrl.default('https://events.pagerduty.com/v2/enqueue'),
  routingKey: secret.describe('Integration key of an Events API v2 integration.'),
});

const file = z.strictObject({
  kind: z.literal('file'),
  ...common,
  path: z.string().min(1),
  format: z.enum(['ndjson', 'ocsf', 'csv']).default('ndjson'),
  bytesMax: size.default(67_108_864).describe('A file that would grow beyond it is rotated first.'),
  filesMax: whole(1, 1_000).default(10),
});

export const BLOCK_LIST_FORMATS = [
  'plain',
  'json',
  'csv',
  'nginx',
  'haproxy-acl',
  'haproxy-map',
  'aws-waf-ipv4',
  'aws-waf-ipv6',
  'cloudflare',
  'akamai',
] as const;

const blockList = z.strictObject({
  kind: z.literal('block-list'),
  ...http,
  url: secretUrl,
  method: z.enum(['POST', 'PUT', 'PATCH']).default('PUT'),
  headers: z.record(headerName, z.union([line, z.strictObject({ file: z.string() })])).default({}),
  format: z.enum(BLOCK_LIST_FORMATS).default('plain'),
  contentType: line.optional(),
  body: z.string().max(65_536).optional().describe('A template around the list, as `{"entries": {{list}}}`.'),
  interval: duration.default(10_000).describe('Changes within it go in one push.'),
});

const branches = [syslog, splunk, webhook, jira, serviceNow, slack, teams, pagerduty, file, blockList] as const;
const KINDS = branches.map(({ shape }) => shape.kind.value).join(', ');

export const sinkSchema = z.discriminatedUnion('kind', branches, {
  error: (issue) => (issue.code === 'invalid_union' ? `is one of ${KINDS}` : undefined),
});

export const sinksSchema = z
  .record(z.string().regex(/^[\w-]{1,64}$/, 'a name of letters, digits, `-` and `_`'), sinkSchema)
  .refine((sinks) => Object.keys(sinks).length <= 100, 'at most 100 sinks')
  .default({})
  .describe('Where messages about incidents and restrictions go; response plans use the names.');

export type SinkSettings = z.output<typeof sinkSchema>;
export type SinkSettingsOf<Kind extends SinkSettings['kind']> = Extract<SinkSettings, { kind: Kind }>;
export type MessageSinkSettings = Exclude<SinkSettings, { kind: 'block-list' }>;
