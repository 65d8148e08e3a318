// Incidents for a spreadsheet (RFC 4180). A cell that a spreadsheet would take for a formula is made text: titles and paths are
// what an attacker wrote.
import { actorKey } from '../core/actor.ts';
import type { Incident } from '../core/incident.ts';

const COLUMNS: readonly (readonly [string, (incident: Incident) => string | number])[] = [
  ['id', ({ id }) => id],
  ['title', ({ title }) => title],
  ['severity', ({ severity }) => severity],
  ['status', ({ status }) => status],
  ['result', ({ result }) => result],
  ['family', ({ family }) => family],
  ['detection', ({ detection }) => detection],
  ['owasp', ({ owasp }) => owasp.join(' ')],
  ['endpoint', ({ endpoint }) => endpoint],
  ['actors', ({ actors }) => actors.map(actorKey).join(' ')],
  ['count', ({ count }) => count],
  ['confidence', ({ confidencePercent }) => confidencePercent],
  ['first seen', ({ firstSeen }) => new Date(firstSeen).toISOString()],
  ['last seen', ({ lastSeen }) => new Date(lastSeen).toISOString()],
  ['assignee', ({ assignee }) => assignee ?? ''],
  ['what happened', ({ whatHappened }) => whatHappened],
];

export function incidentsAsCsv(incidents: readonly Incident[]): string {
  const lines = incidents.map((incident) => COLUMNS.map(([, write]) => cell(write(incident))).join(','));
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\r\n')}\r\n`;
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
