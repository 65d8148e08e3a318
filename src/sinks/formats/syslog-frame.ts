// RFC 5424: `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`. MSG has no byte order mark and counts as MSG-ANY
// (§6.4): CEF and LEEF readers look for their word at its very start. A frame is one line: the body's line ends became spaces before.
import type { Severity } from '../../core/finding.ts';
import type { SinkChange } from '../../core/sink.ts';
import { PRODUCT } from '../product.ts';

/** RFC 5424 §6.2.1. */
const SEVERITY: Readonly<Record<Severity, number>> = { critical: 2, high: 3, medium: 4, low: 5, info: 6 };

export interface SyslogHeader {
  readonly facility: number;
  readonly severity: Severity;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly hostname: string;
  readonly appName: string;
  readonly processId: number;
  readonly change: SinkChange;
  /** Counts from 1 to 2147483647 and around (§7.3.1). */
  readonly sequence: number;
}

export function syslogFrame(header: SyslogHeader, body: string): string {
  const priority = header.facility * 8 + SEVERITY[header.severity];
  const data =
    `[origin software="${parameter(PRODUCT.name)}" swVersion="${parameter(PRODUCT.version)}"]` +
    `[meta sequenceId="${header.sequence}"]`;
  return [
    `<${priority}>1`,
    new Date(header.at).toISOString(),
    printable(header.hostname, 255),
    printable(header.appName, 48),
    printable(String(header.processId), 128),
    `incident-${header.change}`,
    data,
    body.replace(/[\r\n\0]+/g, ' '),
  ].join(' ');
}

/** RFC 6587 §3.4.1: octet counting. */
export function octetCounted(frame: string): Buffer {
  const bytes = Buffer.from(frame);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/** §6.3.3: `"`, `\` and `]` are escaped. */
function parameter(text: string): string {
  return text.replace(/["\\\]]/g, '\\$&');
}

/** §6: PRINTUSASCII without spaces, or the nil value. */
function printable(text: string, charactersMax: number): string {
  const clean = text.replace(/[^\x21-\x7e]/g, '').slice(0, charactersMax);
  return clean === '' ? '-' : clean;
}
