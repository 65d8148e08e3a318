// Incidents as lines of CSV (RFC 4180). Spreadsheets run cells that begin like a formula; those get an apostrophe in front
// (OWASP, "CSV Injection"), so that what an attacker sent stays text.

import { csvCell } from '../../block-lists/csv-cell.ts';
import type { SinkMessage } from '../../core/sink.ts';
import { codesText, isoTime, mainActor } from '../outward.ts';

const COLUMNS = [
  'time',
  'message',
  'change',
  'incident',
  'severity',
  'status',
  'title',
  'detection',
  'family',
  'result',
  'endpoint',
  'environment',
  'actor',
  'count',
  'confidencePercent',
  'responseCodes',
  'firstSeen',
  'lastSeen',
  'whatHappened',
] as const;

export const CSV_HEADER: string = COLUMNS.join(',');

export function csvLine({ id, at, change, incident }: SinkMessage): string {
  const cells: Readonly<Record<(typeof COLUMNS)[number], string | number>> = {
    time: isoTime(at),
    message: id,
    change,
    incident: incident.id,
    severity: incident.severity,
    status: incident.status,
    title: incident.title,
    detection: incident.detection,
    family: incident.family,
    result: incident.result,
    endpoint: incident.endpoint,
    environment: incident.environment,
    actor: mainActor(incident),
    count: incident.count,
    confidencePercent: incident.confidencePercent,
    responseCodes: codesText(incident),
    firstSeen: isoTime(incident.firstSeen),
    lastSeen: isoTime(incident.lastSeen),
    whatHappened: incident.whatHappened,
  };
  return COLUMNS.map((column) => csvCell(cells[column])).join(',');
}
