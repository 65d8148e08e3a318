// An incident as others get it: bounded, without bodies and headers of transactions, each text on one line without control
// characters. What an attacker chose (paths, names of subjects) cannot start a line of its own in anybody's log.
import type { Incident } from '../core/incident.ts';
import type { SinkIncident, SinkMessage } from '../core/sink.ts';

const TEXT_CHARACTERS_MAX = 2_000;
const NAME_CHARACTERS_MAX = 300;
const EVIDENCE_MAX = 5;
const LIST_MAX = 20;

export function outward(incident: Incident): SinkIncident {
  const { evidence, comments: _, history: __, mergedInto: ___, ...rest } = incident;
  return {
    ...rest,
    title: oneLine(rest.title, NAME_CHARACTERS_MAX),
    detections: rest.detections.slice(0, LIST_MAX),
    responseCodes: rest.responseCodes.slice(0, LIST_MAX),
    endpoint: oneLine(rest.endpoint, NAME_CHARACTERS_MAX),
    endpoints: rest.endpoints.slice(-LIST_MAX).map((one) => oneLine(one, NAME_CHARACTERS_MAX)),
    environment: oneLine(rest.environment, NAME_CHARACTERS_MAX),
    actors: rest.actors.slice(0, LIST_MAX).map((actor) => ({ ...actor, id: oneLine(actor.id, NAME_CHARACTERS_MAX) })),
    whatHappened: oneLine(rest.whatHappened, TEXT_CHARACTERS_MAX),
    why: oneLine(rest.why, TEXT_CHARACTERS_MAX),
    whatToDo: oneLine(rest.whatToDo, TEXT_CHARACTERS_MAX),
    figures: Object.fromEntries(
      Object.entries(rest.figures)
        .slice(0, LIST_MAX)
        .map(([name, value]) => [name, typeof value === 'string' ? oneLine(value, NAME_CHARACTERS_MAX) : value]),
    ),
    assignee: rest.assignee === undefined ? undefined : oneLine(rest.assignee, NAME_CHARACTERS_MAX),
    tickets: rest.tickets.slice(0, LIST_MAX),
    tags: rest.tags.slice(0, LIST_MAX).map((tag) => oneLine(tag, NAME_CHARACTERS_MAX)),
    evidence: evidence
      .filter(({ position }) => position === 'trigger')
      .slice(-EVIDENCE_MAX)
      .map((one) => ({
        position: one.position,
        transactionId: one.transactionId,
        at: one.at,
        clientAddress: one.clientAddress,
        method: oneLine(one.method, NAME_CHARACTERS_MAX),
        host: oneLine(one.host, NAME_CHARACTERS_MAX),
        path: oneLine(one.path, NAME_CHARACTERS_MAX),
        endpoint: oneLine(one.endpoint, NAME_CHARACTERS_MAX),
        status: one.status,
        action: one.action,
        detections: one.detections.slice(0, LIST_MAX),
      })),
  };
}

/** Names exactly the ones a person would want in a test message. */
export function testMessage(id: string, sink: string, at: number): SinkMessage {
  return {
    id,
    at,
    change: 'test',
    plan: undefined,
    incident: {
      id: `test-${sink}`,
      title: 'Test message from Sallyport',
      severity: 'info',
      status: 'open',
      module: 'attack',
      family: 'api-attack',
      detection: 'test',
      detections: [['test', 1]],
      owasp: [],
      cwe: [],
      result: 'attempt',
      confidencePercent: 0,
      responseCodes: [],
      endpoint: '*',
      endpoints: [],
      environment: '',
      detectedAt: at,
      firstSeen: at,
      lastSeen: at,
      count: 0,
      actors: [],
      whatHappened: `Somebody asked to try the sink \`${sink}\`. Nothing happened.`,
      why: 'Messages about real incidents take the same way.',
      whatToDo: 'Nothing.',
      figures: {},
      assignee: undefined,
      tickets: [],
      tags: [],
      evidence: [],
    },
  };
}

/** What the message is about in one line: `[high] 412 failed logins … (opened, inc-…)`. */
export function headline({ change, incident }: SinkMessage, charactersMax: number): string {
  return `${cut(`[${incident.severity}] ${incident.title}`, charactersMax - 60)} (${change}, ${incident.id})`;
}

/** The first actor is the strongest identity. */
export function mainActor(incident: SinkIncident): string {
  const [actor] = incident.actors;
  return actor === undefined ? 'unknown' : `${actor.kind} ${actor.id}`;
}

export function addressOf(incident: SinkIncident): string | undefined {
  const id = incident.actors.find(({ kind }) => kind === 'ip')?.id ?? incident.evidence.at(-1)?.clientAddress;
  // Of IPv6 the actor is a /64 network; most receivers want an address.
  return id?.replace(/\/\d+$/, '');
}

export function userOf(incident: SinkIncident): string | undefined {
  return incident.actors.find(({ kind }) => kind === 'subject')?.id;
}

export function codesText(incident: SinkIncident): string {
  return incident.responseCodes.map(([status, count]) => `${status}×${count}`).join(', ');
}

/** The incident in a few lines of plain text, for tickets and comments. Each value stays on its line. */
export function plainText({ change, incident }: SinkMessage): string {
  const lines = [
    `${incident.title}`,
    '',
    `What happened: ${incident.whatHappened}`,
    `Why it is a problem: ${incident.why}`,
    `What to do: ${incident.whatToDo}`,
    '',
    `Incident: ${incident.id} (${change})`,
    `Severity: ${incident.severity}    Status: ${incident.status}    Result: ${incident.result}    Confidence: ${incident.confidencePercent} %`,
    `Detection: ${incident.detection} (${incident.family}${incident.owasp.length > 0 ? `; ${incident.owasp.join(', ')}` : ''})`,
    `Endpoint: ${incident.endpoint}    Environment: ${incident.environment}`,
    `First seen: ${isoTime(incident.firstSeen)}    Last seen: ${isoTime(incident.lastSeen)}    Count: ${incident.count}    Responses: ${codesText(incident)}`,
    ...incident.actors
      .slice(0, 5)
      .map(({ kind, id, isVerified }) => `Actor: ${kind} ${id}${isVerified ? '' : ' (claimed)'}`),
    ...incident.evidence.map(
      (one) =>
        `Transaction: ${isoTime(one.at)} ${one.clientAddress} ${one.method} ${one.path} → ${one.status} (${one.transactionId})`,
    ),
  ];
  return lines.join('\n');
}

export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

export function cut(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  // Never half of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text[charactersMax - 2]!) ? charactersMax - 2 : charactersMax - 1;
  return `${text.slice(0, end)}…`;
}

/** Control characters, line ends of every kind and directional overrides become spaces. */
export function oneLine(text: string, charactersMax: number): string {
  return cut(text.slice(0, charactersMax + 1), charactersMax)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}
