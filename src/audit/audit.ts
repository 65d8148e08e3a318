// The audit from beginning to end: what to ask, from outside, from inside, and what it makes of the answers.
import { SEVERITIES } from '../core/finding.ts';
import { type Ask, Asker, isSuccess } from './asker.ts';
import { askGraphql } from './checks/graphql.ts';
import { askInjection } from './checks/injection.ts';
import { askInside, type Credential } from './checks/inside.ts';
import { askLoginLimit } from './checks/login-limit.ts';
import { askOutside } from './checks/outside.ts';
import { askFraming, askTransport } from './checks/transport.ts';
import { askWebSockets } from './checks/websocket.ts';
import type { AuditFinding } from './finding.ts';
import { type Operation, operationsOfDocument } from './inventory.ts';
import type { AnswerReader } from './reader.ts';

export interface AuditOptions {
  readonly target: string;
  readonly reader: AnswerReader;
  /** Undefined looks for an OpenAPI document at the target. */
  readonly operations: readonly Operation[] | undefined;
  readonly first: Credential | undefined;
  readonly second: Credential | undefined;
  readonly isActive: boolean;
  readonly isDryRun: boolean;
  readonly requestsMax: number;
  readonly requestsPerSecond: number;
  readonly secondsMax: number;
  readonly onAsked: (asked: number) => void;
}

export interface AuditReport {
  readonly target: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requests: number;
  readonly operations: number;
  /** Why it ended early, or undefined. */
  readonly stopped: string | undefined;
  /** The target did not answer at the end, or never did. */
  readonly isSilent: boolean;
  /** Gravest first. */
  readonly findings: readonly AuditFinding[];
  /** Of a dry run: what would be sent, up to where answers decide what comes next. */
  readonly planned: readonly Ask[];
}

const DOCUMENTS = ['/openapi.json', '/swagger.json', '/v3/api-docs', '/api/openapi.json', '/openapi.yaml'];
/** Says who asks, so that the target's own people know it in their logs. */
export const AUDIT_HEADERS = { 'user-agent': 'sallyport-audit', accept: '*/*' } as const;

export async function audit(options: AuditOptions): Promise<AuditReport> {
  const origin = new URL(options.target);
  const startedAt = Date.now();
  const asker = new Asker({ ...options, origin: origin.origin, headers: AUDIT_HEADERS });
  const { reader, first, second, isActive } = options;
  try {
    const operations = options.operations ?? (await documented(asker));
    const findings = [
      ...(await askTransport(asker, origin)),
      ...(await askOutside({ asker, reader, origin, operations })),
      ...(await askFraming(asker, origin, AUDIT_HEADERS)),
      ...(await askWebSockets({ asker, origin, operations, first, headers: AUDIT_HEADERS })),
      ...(await askGraphql({ asker, operations, first })),
      ...(await askInside({ asker, reader, operations, first, second, isActive })),
      ...(await askInjection({ asker, operations, first, isActive })),
      ...(isActive ? await askLoginLimit(asker, operations) : []),
    ];
    return {
      target: origin.origin,
      startedAt,
      durationMs: Date.now() - startedAt,
      requests: asker.asked,
      operations: operations.length,
      stopped: asker.stopped,
      isSilent: asker.isSilent,
      findings: once(findings).sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity)),
      planned: asker.planned,
    };
  } finally {
    await asker.close();
  }
}

async function documented(asker: Asker): Promise<Operation[]> {
  for (const path of DOCUMENTS) {
    const answer = await asker.ask({ method: 'GET', path, purpose: 'is there an OpenAPI document?' });
    if (!isSuccess(answer)) continue;
    try {
      return operationsOfDocument(answer.body.toString('utf8'));
    } catch {
      // A page in its place.
    }
  }
  return [];
}

/** The same at the same place is one finding. */
function once(findings: readonly AuditFinding[]): AuditFinding[] {
  const byKey = new Map<string, AuditFinding>();
  for (const finding of findings) {
    const key = `${finding.id} ${finding.place}`;
    if (!byKey.has(key)) byKey.set(key, finding);
  }
  return [...byKey.values()];
}
