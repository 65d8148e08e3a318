// IBM QRadar Log Event Extended Format 2.0 (QRadar LEEF guide, version 2): a header parted by `|` whose last field names the
// delimiter of the `key=value` attributes, here a tab. The format knows no escapes: what would part fields becomes a space, or `/`
// in the header.
import type { Severity } from '../../core/finding.ts';
import type { SinkMessage } from '../../core/sink.ts';
import { addressOf, codesText, isoTime, userOf } from '../outward.ts';
import { PRODUCT } from '../product.ts';

const SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 };

/** Whole attributes are left out, the least important first, so that the line stays within the bound. */
export function leefLine(message: SinkMessage, bytesMax: number): string {
  const { incident } = message;
  const header = ['LEEF:2.0', PRODUCT.vendor, PRODUCT.name, PRODUCT.version, incident.detection, 'x09'];
  let line = `${header.map((field) => field.replace(/[|\s]+/g, '/')).join('|')}|`;
  let bytes = Buffer.byteLength(line);
  let isFirst = true;
  for (const [key, value] of attributes(message)) {
    if (value === undefined || value === '') continue;
    const attribute = `${isFirst ? '' : '\t'}${key}=${String(value).replace(/[\t\r\n]+/g, ' ')}`;
    bytes += Buffer.byteLength(attribute);
    if (bytes > bytesMax) break;
    line += attribute;
    isFirst = false;
  }
  return line;
}

/** The most important first. */
function attributes({
  id,
  change,
  incident,
}: SinkMessage): readonly (readonly [string, string | number | undefined])[] {
  const [latest] = incident.evidence.slice(-1);
  return [
    ['devTime', isoTime(incident.lastSeen)],
    ['devTimeFormat', "yyyy-MM-dd'T'HH:mm:ss.SSSX"],
    ['cat', incident.family],
    ['sev', SEVERITY[incident.severity]],
    ['src', addressOf(incident)],
    ['usrName', userOf(incident)],
    ['incidentId', incident.id],
    ['title', incident.title],
    ['change', change],
    ['incidentStatus', incident.status],
    ['result', incident.result],
    ['count', incident.count],
    ['confidencePercent', incident.confidencePercent],
    ['endpoint', incident.endpoint],
    ['environment', incident.environment],
    ['owasp', incident.owasp.join(', ')],
    ['actors', incident.actors.map(({ kind, id: actor }) => `${kind}:${actor}`).join(', ')],
    ['messageId', id],
    ['method', latest?.method],
    ['host', latest?.host],
    ['url', latest?.path],
    ['responseCodes', codesText(incident)],
    ['msg', incident.whatHappened],
  ];
}
