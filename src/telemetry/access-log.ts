// One line per transaction: who, what, how long, which verdict and why. Places and kinds, never values.
import { actorKey } from '../core/actor.ts';
import type { TransactionRecord } from '../core/record.ts';

const FINDINGS_SHOWN_MAX = 20;

export function accessLine(record: TransactionRecord): Record<string, unknown> {
  return {
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
    ...(record.enforced === record.action ? {} : { enforced: record.enforced }),
    rule: record.rule,
    coverage: record.coverage,
    ...(record.uninspected.length === 0 ? {} : { uninspected: record.uninspected }),
    ...(record.fault === undefined ? {} : { fault: record.fault }),
    actors: record.actors.map(actorKey),
    ...(record.findings.length === 0
      ? {}
      : {
          findings: record.findings
            .slice(0, FINDINGS_SHOWN_MAX)
            .map(({ detection, location, pointer, confidence, dataType }) => ({
              detection,
              at: `${location}${pointer}`,
              confidence,
              dataType,
            })),
        }),
    policy: record.policyVersion,
  };
}
