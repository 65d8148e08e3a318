// Jira (Cloud and Data Center) and ServiceNow as far as their documented REST contracts say: issues and records live in memory, so
// that comments, transitions and searches mean something.
import { type Reply, type SeenRequest, VendorServer } from './vendor-server.ts';
import { SECRETS, type Vendor } from './vendors.ts';

const TOKEN = SECRETS[0];
const http = { allowAddresses: ['127.0.0.0/8'], allowPlainHttp: true };

interface Issue {
  readonly key: string;
  readonly fields: Record<string, unknown> & { readonly labels: readonly string[] };
  readonly comments: unknown[];
  status: string;
}

const CATEGORY: Readonly<Record<string, string>> = {
  'To Do': 'new',
  'In Progress': 'indeterminate',
  Done: 'done',
  "Won't Do": 'done',
};

export interface JiraVendor extends Vendor {
  readonly issues: Map<string, Issue>;
}

export function jira(deployment: 'cloud' | 'data-center'): JiraVendor {
  const isCloud = deployment === 'cloud';
  const base = `${isCloud ? '' : '/jira'}/rest/api/${isCloud ? 3 : 2}`;
  const expected = isCloud ? `Basic ${Buffer.from(`bot@example.com:${TOKEN}`).toString('base64')}` : `Bearer ${TOKEN}`;
  const issues = new Map<string, Issue>();
  const server = new VendorServer((request, problem): Reply => {
    if (request.headers.authorization !== expected) return { status: 401, body: { errorMessages: ['no'] } };
    if (!request.path.startsWith(base)) return { status: 404 };
    const path = request.path.slice(base.length);
    const body = request.body === '' ? {} : (JSON.parse(request.body) as Record<string, unknown>);
    const isText = (value: unknown): boolean => (isCloud ? isDocument(value) : typeof value === 'string');
    if (request.method === 'GET' && path === '/myself') return { status: 200, body: { accountId: 'bot' } };
    if (request.method === 'POST' && path === (isCloud ? '/search/jql' : '/search')) {
      if (!/^project = "SEC" AND labels in \("[\w-]+"(?:, "[\w-]+")*\) ORDER BY created ASC$/.test(String(body.jql)))
        problem(`JQL ${body.jql}`);
      const labels = [...String(body.jql).matchAll(/"([\w-]+)"/g)].map(([, label]) => label!);
      const found = [...issues.values()].filter((issue) => issue.fields.labels.some((label) => labels.includes(label)));
      return { status: 200, body: { issues: found.map(view), isLast: true } };
    }
    if (request.method === 'POST' && path === '/issue') {
      const fields = body.fields as Issue['fields'];
      const { summary, description, labels } = fields as Record<string, unknown>;
      if ((fields.project as { key?: string }).key !== 'SEC') problem('project');
      if ((fields.issuetype as { name?: string }).name !== 'Bug') problem('issue type');
      if (typeof summary !== 'string' || summary.length > 255 || /[\r\n]/.test(summary)) problem('summary');
      if (!isText(description)) problem('description');
      if (!Array.isArray(labels) || labels.some((label) => typeof label !== 'string' || /\s/.test(label)))
        problem('labels');
      const key = `SEC-${issues.size + 1}`;
      issues.set(key, { key, fields, comments: [], status: 'To Do' });
      return { status: 201, body: { id: '1', key, self: '' } };
    }
    const [, key, what] = /^\/issue\/([A-Z]+-\d+)\/(comment|transitions)$/.exec(path) ?? [];
    const issue = issues.get(key ?? '');
    if (issue === undefined) return { status: 404, body: { errorMessages: ['Issue does not exist'] } };
    if (what === 'comment' && request.method === 'POST') {
      if (Object.keys(body).join() !== 'body' || !isText(body.body)) problem('comment');
      issue.comments.push(body.body);
      return { status: 201, body: { id: '1' } };
    }
    if (what === 'transitions' && request.method === 'GET') {
      const transitions = Object.keys(CATEGORY)
        .filter((name) => name !== issue.status)
        .map((name) => ({ id: name, name: `To ${name}`, to: { name, statusCategory: { key: CATEGORY[name] } } }));
      return { status: 200, body: { transitions } };
    }
    if (what === 'transitions' && request.method === 'POST') {
      const { id } = body.transition as { id: string };
      if (!Object.hasOwn(CATEGORY, id)) return { status: 400 };
      issue.status = id;
      return { status: 204 };
    }
    return { status: 405 };
  });
  return {
    server,
    issues,
    settings: (url) => ({
      kind: 'jira',
      url: isCloud ? url : `${url}/jira`,
      deployment,
      ...(isCloud ? { user: 'bot@example.com' } : {}),
      token: TOKEN,
      project: 'SEC',
      issueType: 'Bug',
      statuses: { "Won't Do": 'false-positive' },
      ...http,
    }),
    messageOf: ({ method, path, body }) => (method === 'POST' && /\/(?:issue|comment)$/.test(path) ? body : undefined),
  };
}

function view({ key, fields, status }: Issue): object {
  return {
    id: '1',
    key,
    fields: { labels: fields.labels, status: { name: status, statusCategory: { key: CATEGORY[status] } } },
  };
}

/** Atlassian Document Format: a doc of version 1 whose leaves are text nodes with text. */
function isDocument(value: unknown): boolean {
  const doc = value as {
    type?: string;
    version?: number;
    content?: { type: string; content: { type: string; text: string }[] }[];
  };
  return (
    doc.type === 'doc' &&
    doc.version === 1 &&
    (doc.content ?? []).every(
      ({ type, content }) =>
        type === 'paragraph' && content.every((node) => node.type === 'text' && node.text.length > 0),
    )
  );
}

interface Row {
  readonly sys_id: string;
  readonly number: string;
  state: string;
  readonly correlation_id: string;
  readonly work_notes: string[];
  readonly fields: Readonly<Record<string, string>>;
}

export interface ServiceNowVendor extends Vendor {
  readonly rows: Map<string, Row>;
}

const FIELDS = new Set([
  'short_description',
  'description',
  'urgency',
  'impact',
  'correlation_id',
  'correlation_display',
  'work_notes',
  'state',
  'close_code',
  'close_notes',
  'assignment_group',
]);

export function serviceNow(): ServiceNowVendor {
  const rows = new Map<string, Row>();
  const base = '/api/now/table/incident';
  const expected = `Basic ${Buffer.from(`bot:${TOKEN}`).toString('base64')}`;
  const server = new VendorServer((request: SeenRequest, problem): Reply => {
    if (request.headers.authorization !== expected) return { status: 401, body: { error: { message: 'no' } } };
    if (request.headers.accept !== 'application/json') problem('accept');
    const { pathname, searchParams } = new URL(request.path, 'http://x');
    if (!pathname.startsWith(base)) return { status: 404 };
    const id = pathname.slice(base.length + 1);
    if (request.method === 'GET') {
      const query = searchParams.get('sysparm_query') ?? '';
      const [, correlation] = /^correlation_id=([\w-]+)\^ORDERBYsys_created_on$/.exec(query) ?? [];
      const [, ids] = /^sys_idIN([\w,]+)$/.exec(query) ?? [];
      if (correlation === undefined && ids === undefined && query !== '') problem(`query ${query}`);
      if (searchParams.get('sysparm_fields') !== 'sys_id,number,state') problem('fields asked for');
      const found = [...rows.values()].filter(
        (row) => row.correlation_id === correlation || ids?.split(',').includes(row.sys_id),
      );
      return {
        status: 200,
        body: { result: found.map(({ sys_id, number, state }) => ({ sys_id, number, state })) },
      };
    }
    const body = JSON.parse(request.body) as Record<string, string>;
    for (const [name, value] of Object.entries(body)) {
      if (!FIELDS.has(name)) problem(`${name} is no field`);
      if (typeof value !== 'string') problem(`${name} is no text`);
    }
    if (request.method === 'POST' && id === '') {
      if ((body.short_description ?? '').length > 160) problem('short_description is too long');
      if (!/^[123]$/.test(body.urgency ?? '') || !/^[123]$/.test(body.impact ?? '')) problem('urgency or impact');
      const number = `INC001000${rows.size + 1}`;
      const sys_id = `a${rows.size}`.padEnd(32, '0');
      rows.set(sys_id, {
        sys_id,
        number,
        state: '1',
        correlation_id: body.correlation_id!,
        work_notes: [],
        fields: body,
      });
      return { status: 201, body: { result: { sys_id, number, state: '1' } } };
    }
    const row = rows.get(id);
    if (row === undefined || request.method !== 'PATCH')
      return { status: 404, body: { error: { message: 'No Record found' } } };
    if (body.work_notes !== undefined) row.work_notes.push(body.work_notes);
    if (body.state !== undefined) {
      // The data policy of the incident table.
      if (['6', '7'].includes(body.state) && (!body.close_code || !body.close_notes)) return { status: 403 };
      row.state = body.state;
    }
    return { status: 200, body: { result: { sys_id: id, number: row.number, state: row.state } } };
  });
  return {
    server,
    rows,
    settings: (url) => ({
      kind: 'servicenow',
      url,
      user: 'bot',
      password: TOKEN,
      fields: { assignment_group: 'SOC' },
      ...http,
    }),
    messageOf: ({ method, body }) => (method === 'GET' || !/description|work_notes/.test(body) ? undefined : body),
  };
}
