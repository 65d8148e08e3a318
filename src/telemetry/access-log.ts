// One line of JSON per transaction: who, what, how long, which verdict and why. Places and kinds, never values.
// The shape is that of pino's lines, so that both can be read by the same tools; it is written without pino because a
// general serialiser costs twice as much as everything else that ends a transaction.
import { actorKey } from '../core/actor.ts';
import type { Finding } from '../core/finding.ts';
import type { TransactionRecord } from '../core/record.ts';

const FINDINGS_SHOWN_MAX = 20;
const LEVEL_INFO = 30;

/** With its line end. */
export function accessLine(record: TransactionRecord, time: number): string {
  return `${JSON.stringify({
    level: LEVEL_INFO,
    time,
    id: record.id,
    client: record.clientAddress,
    method: record.method,
    host: record.host,
    path: record.path,
    endpoint: record.endpoint,
    route: record.route,
    mode: record.mode,
    status: record.status,
    ms: record.durationMs,
    bytesIn: record.requestBodyBytes,
    bytesOut: record.responseBodyBytes,
    action: record.action,
    enforced: record.enforced === record.action ? undefined : record.enforced,
    rule: record.rule,
    coverage: record.coverage,
    uninspected: record.uninspected.length === 0 ? undefined : record.uninspected,
    fault: record.fault,
    actors: record.actors.map(actorKey),
    findings: record.findings.length === 0 ? undefined : record.findings.slice(0, FINDINGS_SHOWN_MAX).map(shown),
    policy: record.policyVersion,
    msg: 'transaction',
  })}\n`;
}

function shown({ detection, location, pointer, confidence, dataType }: Finding): Record<string, unknown> {
  return { detection, at: `${location}${pointer}`, confidence, dataType };
}
