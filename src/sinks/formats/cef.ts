// ArcSight Common Event Format, version 0 (Implementing ArcSight CEF, revision 25): a header of seven fields parted by `|`, and an
// extension of `key=value` parted by spaces. Header: `\` and `|` are escaped. Extension: `\` and `=`; line ends as `\n`.
import type { Severity } from '../../core/finding.ts';
import type { SinkMessage } from '../../core/sink.ts';
import { addressOf, codesText, userOf } from '../outward.ts';
import { PRODUCT } from '../product.ts';

const SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 };

/** Whole pairs are left out, the least important first, so that the line stays within the bound and well formed. */
export function cefLine(message: SinkMessage, bytesMax: number): string {
  const { incident } = message;
  const header = ['CEF:0', PRODUCT.vendor, PRODUCT.name, PRODUCT.version, incident.detection, incident.title]
    .map((field, i) => (i === 0 ? field : escapedHeader(field)))
    .join('|');
  let line = `${header}|${SEVERITY[incident.severity]}|`;
  let bytes = Buffer.byteLength(line);
  let isFirst = true;
  for (const [key, value] of pairs(message)) {
    if (value === undefined || value === '') continue;
    const pair = `${isFirst ? '' : ' '}${key}=${escapedValue(String(value))}`;
    bytes += Buffer.byteLength(pair);
    if (bytes > bytesMax) break;
    line += pair;
    isFirst = false;
  }
  return line;
}

/** The most important first. */
function pairs({ id, change, incident }: SinkMessage): readonly (readonly [string, string | number | undefined])[] {
  const address = addressOf(incident);
  const [latest] = incident.evidence.slice(-1);
  return [
    ['externalId', incident.id],
    ['rt', incident.lastSeen],
    ['cat', incident.family],
    ['act', change],
    ['outcome', incident.result === 'succeeded' ? 'success' : 'failure'],
    [address?.includes(':') === true ? 'c6a2' : 'src', address],
    ['c6a2Label', address?.includes(':') === true ? 'Source IPv6 Address' : undefined],
    ['suser', userOf(incident)],
    ['cnt', incident.count],
    ['start', incident.firstSeen],
    ['end', incident.lastSeen],
    ['cs1', incident.status],
    ['cs1Label', 'incidentStatus'],
    ['cs2', incident.endpoint],
    ['cs2Label', 'endpoint'],
    ['cs3', incident.owasp.join(', ')],
    ['cs3Label', 'owasp'],
    ['cn1', incident.confidencePercent],
    ['cn1Label', 'confidencePercent'],
    ['cs4', incident.actors.map(({ kind, id: actor }) => `${kind}:${actor}`).join(', ')],
    ['cs4Label', 'actors'],
    ['cs5', incident.environment],
    ['cs5Label', 'environment'],
    ['cs6', id],
    ['cs6Label', 'messageId'],
    ['requestMethod', latest?.method],
    ['dhost', latest?.host],
    ['request', latest?.path],
    ['msg', incident.whatHappened],
    ['reason', codesText(incident)],
  ];
}

function escapedHeader(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\|]/g, '\\$&');
}

function escapedValue(text: string): string {
  return text.replace(/[\\=]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}
