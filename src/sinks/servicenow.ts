// ServiceNow by the Table API (docs.servicenow.com, "Table API"): a record per incident, known again by `correlation_id`.
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Severity } from '../core/finding.ts';
import type { IncidentStatus } from '../core/incident.ts';
import type { SinkMessage, SinkOutcome } from '../core/sink.ts';
import { type HttpAnswer, type HttpCall, HttpClient, jsonOf, outcomeOf, retryLater } from './http/client.ts';
import { isClosed } from './ledger.ts';
import { cut, plainText } from './outward.ts';
import { basic, secretText } from './secret.ts';
import type { Answered, Ticket, TicketStatus, TicketSystem } from './tickets.ts';

const SHORT_DESCRIPTION_CHARACTERS_MAX = 160;
const TEXT_CHARACTERS_MAX = 4_000;

/** 1 to 3; ServiceNow makes the priority of the two. */
const URGENCY: Readonly<Record<Severity, '1' | '2' | '3'>> = {
  critical: '1',
  high: '1',
  medium: '2',
  low: '3',
  info: '3',
};
const IMPACT: Readonly<Record<Severity, '1' | '2' | '3'>> = {
  critical: '1',
  high: '2',
  medium: '2',
  low: '3',
  info: '3',
};

/** States of the table `incident`: New, In Progress, On Hold, Resolved, Closed, Canceled. */
const STATUS_OF_STATE: Readonly<Record<string, IncidentStatus>> = {
  '1': 'open',
  '2': 'in-progress',
  '3': 'in-progress',
  '6': 'resolved',
  '7': 'resolved',
  '8': 'false-positive',
};

interface Row {
  readonly sys_id: string;
  readonly number: string;
  readonly state: string;
}

export function serviceNowSystem(settings: SinkSettingsOf<'servicenow'>, now: () => number): TicketSystem {
  const client = new HttpClient(settings, now);
  const table = `${settings.url.replace(/\/+$/, '')}/api/now/table/${settings.table}`;
  const authorization =
    settings.token === undefined
      ? basic(settings.user ?? '', secretText(settings.password ?? ''))
      : `Bearer ${secretText(settings.token)}`;
  const call = (method: HttpCall['method'], path: string, body?: object): Promise<HttpAnswer> =>
    client.call({
      method,
      url: `${table}${path}`,
      headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const rows = async (query: string, limit: number): Promise<Answered<readonly Row[]>> => {
    const parameters = new URLSearchParams({
      sysparm_query: query,
      sysparm_fields: 'sys_id,number,state',
      sysparm_limit: String(limit),
    });
    const answer = await call('GET', `?${parameters}`);
    const result = jsonOf(answer)?.result;
    return Array.isArray(result) ? { value: result as Row[] } : { outcome: notOk(answer) };
  };

  return {
    async find(incident) {
      const found = await rows(`correlation_id=${correlationOf(incident)}^ORDERBYsys_created_on`, 1);
      if ('outcome' in found) return found;
      const [row] = found.value;
      return { value: row === undefined ? undefined : ticketOf(row) };
    },
    async create(message) {
      const { incident } = message;
      const answer = await call('POST', '', {
        ...settings.fields,
        short_description: cut(`[${incident.severity}] ${incident.title}`, SHORT_DESCRIPTION_CHARACTERS_MAX),
        description: textOf(message),
        urgency: URGENCY[incident.severity],
        impact: IMPACT[incident.severity],
        correlation_id: correlationOf(incident.id),
        correlation_display: 'Sallyport',
      });
      const row = jsonOf(answer)?.result as Row | undefined;
      return typeof row?.sys_id === 'string' ? { value: ticketOf(row) } : { outcome: notOk(answer) };
    },
    comment: async ({ reference }, message) =>
      onRecord(await call('PATCH', `/${encodeURIComponent(reference)}`, { work_notes: textOf(message) })),
    async setStatus({ reference }, { incident }) {
      const state = settings.states[incident.status];
      if (state === undefined) return { kind: 'delivered' };
      const closing = isClosed(incident.status)
        ? { close_code: settings.closeCode, close_notes: `Status in Sallyport: ${incident.status}` }
        : {};
      return onRecord(await call('PATCH', `/${encodeURIComponent(reference)}`, { state, ...closing }));
    },
    async statuses(tickets) {
      const found = await rows(`sys_idIN${tickets.map(({ reference }) => reference).join(',')}`, tickets.length);
      if ('outcome' in found) return found;
      const bySysId = new Map(found.value.map((row) => [row.sys_id, row]));
      const statuses = new Map<string, TicketStatus>();
      for (const { incident, reference } of tickets) {
        const state = bySysId.get(reference)?.state;
        if (state === undefined) continue;
        const status = Object.hasOwn(settings.statuses, state) ? settings.statuses[state] : STATUS_OF_STATE[state];
        statuses.set(incident, { theirs: state, status });
      }
      return { value: statuses };
    },
    whoAmI: async () => {
      const answered = await rows('', 1);
      return 'outcome' in answered ? answered.outcome : { kind: 'delivered' };
    },
    close: () => client.close(),
  };
}

function ticketOf(row: Row): Ticket {
  return { reference: row.sys_id, name: row.number };
}

/** `^` joins conditions of a query. */
function correlationOf(incident: string): string {
  return incident.replace(/[^\w-]/g, '_').slice(0, 100);
}

/** `[code]` in journal fields is shown as HTML. */
function textOf(message: SinkMessage): string {
  return cut(plainText(message), TEXT_CHARACTERS_MAX).replace(/\[(\/?)code/gi, '[ $1code');
}

function notOk(answer: HttpAnswer): SinkOutcome {
  const outcome = outcomeOf(answer);
  return outcome.kind === 'delivered' ? retryLater('ANSWER_NOT_UNDERSTOOD') : outcome;
}

function onRecord(answer: HttpAnswer): SinkOutcome {
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'refused', code: 'TICKET_GONE' };
  return outcomeOf(answer);
}
