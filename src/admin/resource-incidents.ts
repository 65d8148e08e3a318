// /api/v1/incidents, proposals and detections: what happened, who works on it, what is proposed against whom.
// Every change is audited with the state before and after.
import type { FastifyInstance } from 'fastify';
import type { Analysis } from '../analysis/analysis.ts';
import type { Exchange } from '../analysis/exchange.ts';
import type { IncidentFilter } from '../analysis/incidents/listing.ts';
import { SEVERITIES, type Severity } from '../core/finding.ts';
import {
  FAMILIES,
  type Family,
  INCIDENT_MODULES,
  INCIDENT_STATUSES,
  type Incident,
  type IncidentModule,
  type IncidentStatus,
} from '../core/incident.ts';
import type { AuditLog } from './audit-log.ts';
import { incidentsAsCsv } from './incidents-as-csv.ts';

export interface AnalysisContext {
  readonly analysis: Analysis;
  /** Tells other nodes what people decided here. */
  readonly exchange: Pick<Exchange, 'tellEdit' | 'tellDecision'>;
  readonly audit: AuditLog;
}

const BULK_MAX = 200;
const EXPORTED_MAX = 100_000;

interface Query {
  readonly status?: readonly IncidentStatus[];
  readonly severity?: readonly Severity[];
  readonly module?: IncidentModule;
  readonly family?: Family;
  readonly owasp?: string;
  readonly detection?: string;
  readonly endpoint?: string;
  readonly actor?: string;
  readonly result?: Incident['result'];
  /** ISO date-time. */
  readonly since?: string;
  readonly text?: string;
  readonly offset: number;
  readonly limit: number;
}

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    status: { type: 'array', items: { enum: INCIDENT_STATUSES } },
    severity: { type: 'array', items: { enum: SEVERITIES } },
    module: { enum: INCIDENT_MODULES },
    family: { enum: FAMILIES },
    owasp: { type: 'string', maxLength: 20, description: 'Such as `API1:2023`.' },
    detection: { type: 'string', maxLength: 100 },
    endpoint: { type: 'string', maxLength: 500 },
    actor: { type: 'string', maxLength: 300, description: 'Key of an actor, such as `ip:203.0.113.7`.' },
    result: { enum: ['attempt', 'succeeded'] },
    since: { type: 'string', format: 'date-time' },
    text: { type: 'string', maxLength: 200 },
    offset: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
  },
} as const;

const { offset: _, limit: __, ...filters } = querystring.properties;
const exported = {
  ...querystring,
  properties: { ...filters, format: { enum: ['csv', 'json'], default: 'json' } },
} as const;

interface Edit {
  readonly status?: IncidentStatus;
  readonly assignee?: string | null;
  readonly comment?: string;
}

const edit = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    status: { enum: INCIDENT_STATUSES },
    assignee: { type: ['string', 'null'], minLength: 1, maxLength: 100 },
    comment: { type: 'string', minLength: 1, maxLength: 4_000 },
  },
} as const;

const bulkEdit = {
  ...edit,
  required: ['ids'],
  minProperties: 2,
  properties: {
    ...edit.properties,
    ids: { type: 'array', minItems: 1, maxItems: BULK_MAX, items: { type: 'string' } },
  },
} as const;

const NOT_FOUND = { title: 'No such incident', status: 404 };

export function incidentRoutes(api: FastifyInstance, { analysis, exchange, audit }: AnalysisContext): void {
  const change = (id: string, by: string, wanted: Edit): Incident | undefined => {
    const before = analysis.incident(id);
    if (before === undefined) return undefined;
    const now = Date.now();
    const after = analysis.changeIncident(id, { by, ...wanted }, now)!;
    void exchange.tellEdit(id, { by, ...wanted }, now);
    audit.add({
      actor: by,
      action: 'incident.change',
      target: id,
      before: stateOf(before),
      after: { ...stateOf(after), ...wanted },
    });
    return after;
  };

  api.get<{ Querystring: Query }>('/incidents', { schema: { querystring } }, async (request) => {
    const { offset, limit } = request.query;
    const { total, items } = analysis.incidents(filterOf(request.query), offset, limit);
    // Evidence and history come with the single incident.
    const listed = ({ evidence, history, comments, ...incident }: Incident) => ({
      ...incident,
      whatHappenedTemplate: analysis.incidentTemplate(incident.id),
    });
    return { total, items: items.map(listed) };
  });

  api.get<{ Querystring: Query & { format: 'csv' | 'json' } }>(
    '/incidents/export',
    { schema: { querystring: exported } },
    async (request, reply) => {
      const { items } = analysis.incidents(filterOf(request.query), 0, EXPORTED_MAX);
      const { format } = request.query;
      reply.header('content-disposition', `attachment; filename="incidents.${format}"`);
      if (format === 'csv') return reply.type('text/csv; charset=utf-8').send(incidentsAsCsv(items));
      return items;
    },
  );

  api.get<{ Params: { id: string } }>('/incidents/:id', async (request, reply) => {
    const { id } = request.params;
    const incident = analysis.incident(id);
    if (incident === undefined) return reply.code(404).send(NOT_FOUND);
    // Whoever translates the sentence must know whether it is the shipped one.
    return { ...incident, whatHappenedTemplate: analysis.incidentTemplate(id) };
  });

  api.patch<{ Params: { id: string }; Body: Edit }>(
    '/incidents/:id',
    { schema: { body: edit }, config: { role: 'analyst' } },
    async (request, reply) =>
      change(request.params.id, request.caller!.name, request.body) ?? reply.code(404).send(NOT_FOUND),
  );

  api.patch<{ Body: Edit & { ids: readonly string[] } }>(
    '/incidents',
    { schema: { body: bulkEdit }, config: { role: 'analyst' } },
    async (request) => {
      const { ids, ...wanted } = request.body;
      const changed = ids.filter((id) => change(id, request.caller!.name, wanted) !== undefined);
      return { changed, missing: ids.filter((id) => !changed.includes(id)) };
    },
  );

  api.get('/detections', async () => ({ items: analysis.precisions() }));
}

function filterOf({ offset, limit, since, ...filter }: Query): IncidentFilter {
  return since === undefined ? filter : { ...filter, since: Date.parse(since) };
}

function stateOf({ status, assignee }: Incident): { status: IncidentStatus; assignee: string | undefined } {
  return { status, assignee };
}
