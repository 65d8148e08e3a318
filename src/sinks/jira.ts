// Jira: Cloud (REST v3, texts as Atlassian documents) and Data Center (REST v2, texts as wiki markup). An issue is known again by a
// label that is the incident's id. Sources: developer.atlassian.com, "The Jira Cloud platform REST API" (issues, issue comments,
// issue search) and "Jira Server platform REST API 9".
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { IncidentStatus } from '../core/incident.ts';
import type { SinkMessage, SinkOutcome } from '../core/sink.ts';
import { type HttpAnswer, type HttpCall, HttpClient, jsonOf, outcomeOf, retryLater } from './http/client.ts';
import { cut, plainText } from './outward.ts';
import { basic, secretText } from './secret.ts';
import type { Answered, Ticket, TicketStatus, TicketSystem } from './tickets.ts';

const SUMMARY_CHARACTERS_MAX = 250;
/** Jira refuses texts beyond 32,767 characters. */
const TEXT_CHARACTERS_MAX = 30_000;

interface Issue {
  readonly key: string;
  readonly fields: {
    readonly labels?: readonly string[];
    readonly status?: { readonly name: string; readonly statusCategory?: { readonly key: string } };
  };
}

interface Transition {
  readonly id: string;
  readonly name: string;
  readonly to?: { readonly statusCategory?: { readonly key: string } };
}

type Settings = SinkSettingsOf<'jira'>;

export function jiraSystem(settings: Settings, now: () => number): TicketSystem {
  const client = new HttpClient(settings, now);
  const isCloud = settings.deployment === 'cloud';
  const api = `${settings.url.replace(/\/+$/, '')}/rest/api/${isCloud ? 3 : 2}`;
  const token = secretText(settings.token);
  const authorization = isCloud ? basic(settings.user ?? '', token) : `Bearer ${token}`;
  const call = (method: HttpCall['method'], path: string, body?: object): Promise<HttpAnswer> =>
    client.call({
      method,
      url: `${api}${path}`,
      headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const text = (message: SinkMessage): unknown => {
    const plain = cut(plainText(message), TEXT_CHARACTERS_MAX);
    return isCloud ? atlassianDocument(plain) : wikiText(plain);
  };
  const search = async (labels: readonly string[]): Promise<Answered<readonly Issue[]>> => {
    const wanted = labels.map((label) => `"${label}"`).join(', ');
    const answer = await call('POST', isCloud ? '/search/jql' : '/search', {
      jql: `project = "${settings.project}" AND labels in (${wanted}) ORDER BY created ASC`,
      fields: ['status', 'labels'],
      maxResults: 100,
    });
    const issues = jsonOf(answer)?.issues;
    return Array.isArray(issues) ? { value: issues as Issue[] } : { outcome: notOk(answer) };
  };

  return {
    async find(incident) {
      const found = await search([labelOf(incident)]);
      if ('outcome' in found) return found;
      const [issue] = found.value;
      return { value: issue === undefined ? undefined : ticketOf(issue.key) };
    },
    async create(message) {
      const { incident } = message;
      const priority = settings.priorities?.[incident.severity];
      const answer = await call('POST', '/issue', {
        fields: {
          ...settings.fields,
          project: { key: settings.project },
          issuetype: { name: settings.issueType },
          summary: cut(`[${incident.severity}] ${incident.title}`, SUMMARY_CHARACTERS_MAX),
          description: text(message),
          labels: [...settings.labels, labelOf(incident.id)],
          ...(priority === undefined ? {} : { priority: { name: priority } }),
        },
      });
      const key = jsonOf(answer)?.key;
      return typeof key === 'string' ? { value: ticketOf(key) } : { outcome: notOk(answer) };
    },
    comment: async ({ reference }, message) =>
      onTicket(await call('POST', `/issue/${encodeURIComponent(reference)}/comment`, { body: text(message) })),
    async setStatus({ reference }, { incident }) {
      const path = `/issue/${encodeURIComponent(reference)}/transitions`;
      const answer = await call('GET', path);
      const offered = jsonOf(answer)?.transitions;
      if (!Array.isArray(offered)) return onTicket(answer);
      const transition = chosen(offered as Transition[], incident.status, settings.transitions?.[incident.status]);
      // Their workflow has no such step from where the issue is: the comment has said it.
      if (transition === undefined) return { kind: 'delivered' };
      return onTicket(await call('POST', path, { transition: { id: transition.id } }));
    },
    async statuses(tickets) {
      const found = await search(tickets.map(({ incident }) => labelOf(incident)));
      if ('outcome' in found) return found;
      const byReference = new Map(found.value.map((issue) => [issue.key, issue]));
      const statuses = new Map<string, TicketStatus>();
      for (const { incident, reference } of tickets) {
        const status = byReference.get(reference)?.fields.status;
        if (status !== undefined) statuses.set(incident, { theirs: status.name, status: meaningOf(status, settings) });
      }
      return { value: statuses };
    },
    whoAmI: async () => outcomeOf(await call('GET', '/myself')),
    close: () => client.close(),
  };
}

function ticketOf(key: string): Ticket {
  return { reference: key, name: key };
}

/** Labels have no spaces; in JQL they stand between quotes. */
function labelOf(incident: string): string {
  return incident.replace(/[^\w-]/g, '_').slice(0, 200);
}

function notOk(answer: HttpAnswer): SinkOutcome {
  const outcome = outcomeOf(answer);
  return outcome.kind === 'delivered' ? retryLater('ANSWER_NOT_UNDERSTOOD') : outcome;
}

/** Somebody deleted the ticket: it is not made again behind their back. */
function onTicket(answer: HttpAnswer): SinkOutcome {
  if (answer.kind === 'answer' && (answer.status === 404 || answer.status === 410)) {
    return { kind: 'refused', code: 'TICKET_GONE' };
  }
  return outcomeOf(answer);
}

function chosen(
  offered: readonly Transition[],
  status: IncidentStatus,
  name: string | undefined,
): Transition | undefined {
  if (name !== undefined) return offered.find((one) => one.name === name);
  const category = status === 'open' ? 'new' : status === 'in-progress' ? 'indeterminate' : 'done';
  return offered.find((one) => one.to?.statusCategory?.key === category);
}

function meaningOf(
  { name, statusCategory }: NonNullable<Issue['fields']['status']>,
  { statuses }: Settings,
): IncidentStatus | undefined {
  if (Object.hasOwn(statuses, name)) return statuses[name];
  switch (statusCategory?.key) {
    case 'new':
      return 'open';
    case 'indeterminate':
      return 'in-progress';
    case 'done':
      return 'resolved';
    default:
      return undefined;
  }
}

/** Text nodes are shown as they are: no markup can come out of what an attacker sent. */
function atlassianDocument(plain: string): object {
  return {
    type: 'doc',
    version: 1,
    content: plain
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] })),
  };
}

/** Inside of `noformat` nothing is markup but its own end. */
function wikiText(plain: string): string {
  return `{noformat}\n${plain.replace(/\{noformat/gi, '{ noformat')}\n{noformat}`;
}
