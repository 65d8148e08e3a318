// The rules of each HTTP system's documented contract, as a server that notes every breach.
import { createHmac } from 'node:crypto';
import { type Reply, type SeenRequest, VendorServer } from './vendor-server.ts';

/** Secrets of the tests: none may be in a log, a state, a file or a message. */
export const SECRETS = ['secret-token-4711', 'secret-key-4712', 'secret-path-4713', 'evidence-secret'] as const;
const [TOKEN, KEY, PATH] = SECRETS;

type Problem = (text: string) => void;
type Json = Record<string, unknown>;

export interface Vendor {
  readonly server: VendorServer;
  readonly settings: (url: string) => Record<string, unknown>;
  /** Body of a request that carries a message, as text; undefined for questions. */
  readonly messageOf: (request: SeenRequest) => string | undefined;
}

const http = { allowAddresses: ['127.0.0.0/8'], allowPlainHttp: true };

function jsonBody(request: SeenRequest, problem: Problem): Json {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) problem('content-type is not JSON');
  try {
    return JSON.parse(request.body) as Json;
  } catch {
    problem('body is no JSON');
    return {};
  }
}

function need(problem: Problem, body: Json, rules: Readonly<Record<string, (value: unknown) => boolean>>): void {
  for (const [name, rule] of Object.entries(rules))
    if (!rule(body[name])) problem(`${name} is ${JSON.stringify(body[name])}`);
}

function only(problem: Problem, body: Json, names: readonly string[]): void {
  for (const name of Object.keys(body)) if (!names.includes(name)) problem(`${name} is no field`);
}

const text =
  (max: number, min = 1) =>
  (value: unknown): boolean =>
    typeof value === 'string' && value.length >= min && value.length <= max;

export function webhook(): Vendor {
  const server = new VendorServer((request, problem) => {
    if (request.method !== 'POST' || request.path !== `/${PATH}`) problem('not the place');
    const timestamp = String(request.headers['x-sallyport-timestamp']);
    const expected = `v1=${createHmac('sha256', KEY).update(`${timestamp}.${request.body}`).digest('hex')}`;
    if (request.headers['x-sallyport-signature'] !== expected) problem('signature is wrong');
    if (!/^\d{10}$/.test(timestamp)) problem('timestamp is no number of seconds');
    const body = jsonBody(request, problem);
    if (request.headers['x-sallyport-message'] !== body.id) problem('the message id differs');
    return { status: 204 };
  });
  return {
    server,
    settings: (url) => ({ kind: 'webhook', url: `${url}/${PATH}`, secret: KEY, ...http }),
    messageOf: ({ body }) => body,
  };
}

/** Tells of an acknowledgement at the second question. */
export function splunk(acknowledgement: boolean): Vendor {
  let acks = 0;
  const asked = new Map<string, number>();
  const server = new VendorServer((request, problem): Reply => {
    if (request.headers.authorization !== `Splunk ${TOKEN}`)
      return { status: 401, body: { text: 'Invalid token', code: 4 } };
    const channel = request.headers['x-splunk-request-channel'];
    if (acknowledgement && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(channel)))
      return { status: 400, body: { text: 'Data channel is missing', code: 10 } };
    if (request.path.startsWith('/services/collector/ack')) {
      const { acks: ids } = jsonBody(request, problem) as { acks: number[] };
      if (new URL(request.path, 'http://x').searchParams.get('channel') !== channel) problem('another channel');
      return {
        status: 200,
        body: {
          acks: Object.fromEntries(
            ids.map((id) => {
              const times = (asked.get(String(id)) ?? 0) + 1;
              asked.set(String(id), times);
              return [String(id), times > 1];
            }),
          ),
        },
      };
    }
    if (request.method !== 'POST' || request.path !== '/services/collector/event') problem('not the place');
    for (const event of eventsOf(request.body)) {
      only(problem, event, ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']);
      need(problem, event, {
        time: (time) => typeof time === 'number' && time > 1e9 && time < 1e11,
        host: text(255),
        event: (value) => typeof value === 'object' && value !== null,
      });
    }
    return { status: 200, body: { text: 'Success', code: 0, ...(acknowledgement ? { ackId: acks++ } : {}) } };
  });
  return {
    server,
    settings: (url) => ({ kind: 'splunk', url, token: TOKEN, acknowledgement, index: 'security', ...http }),
    messageOf: ({ path, body }) => (path.includes('/ack') ? undefined : body),
  };
}

/** JSON objects one after another, without anything in between. */
export function eventsOf(body: string): Json[] {
  return JSON.parse(`[${body.replaceAll('}{"time":', '},{"time":')}]`) as Json[];
}

export function slack(): Vendor {
  const server = new VendorServer((request, problem) => {
    if (request.method !== 'POST' || request.path !== `/services/${PATH}`) problem('not the place');
    const body = jsonBody(request, problem);
    only(problem, body, ['text', 'blocks']);
    need(problem, body, { text: text(40_000), blocks: (blocks) => Array.isArray(blocks) && blocks.length <= 50 });
    if (/<(?![^>]*$)|<!/.test(String(body.text))) problem('text may mention or link');
    for (const block of body.blocks as Json[]) {
      const texts = [block.text, ...((block.fields ?? block.elements ?? []) as unknown[])].filter(
        (one) => one !== undefined,
      );
      const max = block.type === 'header' ? 150 : block.fields === undefined ? 3_000 : 2_000;
      if (((block.fields ?? []) as unknown[]).length > 10) problem('more than ten fields');
      for (const one of texts as Json[]) need(problem, one, { type: (type) => type === 'plain_text', text: text(max) });
    }
    return { status: 200, body: 'ok' };
  });
  return {
    server,
    settings: (url) => ({ kind: 'slack', url: `${url}/services/${PATH}`, ...http }),
    messageOf: ({ body }) => body,
  };
}

export function teams(): Vendor {
  const server = new VendorServer((request, problem) => {
    if (request.method !== 'POST' || request.path !== `/workflows/${PATH}?sig=1`) problem('not the place');
    if (request.body.length > 28 * 1024) problem('larger than 28 KB');
    const body = jsonBody(request, problem);
    only(problem, body, ['type', 'attachments']);
    need(problem, body, {
      type: (type) => type === 'message',
      attachments: (all) => Array.isArray(all) && all.length === 1,
    });
    const [attachment] = body.attachments as Json[];
    if (attachment!.contentType !== 'application/vnd.microsoft.card.adaptive') problem('no adaptive card');
    const card = attachment!.content as Json;
    need(problem, card, { type: (type) => type === 'AdaptiveCard', version: (version) => version === '1.4' });
    // Markdown is read in TextBlock and FactSet; a TextRun shows what it holds.
    for (const element of card.body as Json[]) {
      if (element.type !== 'RichTextBlock') problem(`${element.type} may read Markdown`);
      for (const run of element.inlines as Json[])
        need(problem, run, { type: (type) => type === 'TextRun', text: text(3_000) });
    }
    return { status: 202 };
  });
  return {
    server,
    settings: (url) => ({ kind: 'teams', url: `${url}/workflows/${PATH}?sig=1`, ...http }),
    messageOf: ({ body }) => body,
  };
}

export function pagerduty(): Vendor {
  const server = new VendorServer((request, problem) => {
    if (request.method !== 'POST' || request.path !== '/v2/enqueue') problem('not the place');
    const body = jsonBody(request, problem);
    only(problem, body, [
      'routing_key',
      'event_action',
      'dedup_key',
      'client',
      'client_url',
      'payload',
      'links',
      'images',
    ]);
    need(problem, body, {
      routing_key: (key) => key === TOKEN,
      event_action: (action) => ['trigger', 'acknowledge', 'resolve'].includes(action as string),
      dedup_key: text(255),
    });
    if (body.event_action === 'trigger') {
      const payload = (body.payload ?? {}) as Json;
      only(problem, payload, [
        'summary',
        'source',
        'severity',
        'timestamp',
        'component',
        'group',
        'class',
        'custom_details',
      ]);
      need(problem, payload, {
        summary: text(1_024),
        source: text(255),
        severity: (severity) => ['critical', 'error', 'warning', 'info'].includes(severity as string),
        timestamp: (timestamp) => !Number.isNaN(Date.parse(timestamp as string)),
      });
    }
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: body.dedup_key } };
  });
  return {
    server,
    settings: (url) => ({ kind: 'pagerduty', url: `${url}/v2/enqueue`, routingKey: TOKEN, ...http }),
    messageOf: ({ body }) => body,
  };
}
