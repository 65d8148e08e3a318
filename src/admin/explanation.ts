// Why a transaction was decided as it was: the rule, every finding with its place, its figures and the document that asked for it,
// what is normal at the endpoint, the behaviour it was part of, and the smallest exception that would have let it pass.
import { actorKey } from '../core/actor.ts';
import type { PolicyBundle } from '../core/document.ts';
import type { Finding } from '../core/finding.ts';
import type { Incident } from '../core/incident.ts';
import type { LearnedEndpoint } from '../core/learned-endpoint.ts';
import type { TransactionRecord } from '../core/record.ts';
import { smallestException } from '../inspection/smallest-exception.ts';

const RULES: Readonly<Record<string, string>> = {
  'allow-list': 'The actor stands on an allow-list: findings only tag.',
  'finding-blocks': 'One finding that asks to block is sure enough on its own.',
  'signals-add-up': 'Several different detections that ask to block are sure enough together.',
  'data-masked': 'Nothing blocks; sensitive values are masked.',
  'finding-tags': 'Nothing blocks or masks; findings are passed on as tags.',
  'findings-allowed': 'Every finding is allowed by its document.',
  'nothing-found': 'Nothing was found.',
  refused: 'The message is not acceptable HTTP, or has more than one reading; no policy is asked.',
};

export interface ExplainedFinding extends Finding {
  /** What the document that asks is there for. */
  readonly purpose: string | undefined;
  /** `policies/detectors/injection-sql.yaml:12`; empty for what the gateway knows by itself. */
  readonly source: string;
  /** True when the document has another text by now. */
  readonly isFromOtherVersion: boolean;
  /** The figure seen against the one that was learned or configured. */
  readonly comparison: { readonly value: number; readonly threshold: number } | undefined;
}

export interface Explanation {
  readonly transaction: TransactionRecord;
  readonly action: string;
  readonly enforced: string;
  readonly mode: string;
  readonly rule: string;
  readonly ruleSays: string;
  readonly policyVersion: string;
  readonly liveVersion: string;
  readonly findings: readonly ExplainedFinding[];
  readonly actors: readonly string[];
  readonly learned:
    | Pick<
        LearnedEndpoint,
        | 'id'
        | 'samples'
        | 'principals'
        | 'maturity'
        | 'requestBytes'
        | 'responseBytes'
        | 'records'
        | 'dataTypes'
        | 'requestsPerCaller'
        | 'failuresPerCaller'
      >
    | undefined;
  /** What it was part of, with the figures: `value`, `threshold`, `mean`, `peers` … */
  readonly incidents: readonly (Pick<
    Incident,
    'id' | 'title' | 'detection' | 'severity' | 'whatHappened' | 'figures'
  > & {
    readonly position: string;
  })[];
  readonly smallestException: string;
}

export function explanationOf(
  record: TransactionRecord,
  bundle: PolicyBundle,
  learned: LearnedEndpoint | undefined,
  incidents: readonly Incident[],
): Explanation {
  const rule = record.fault !== undefined && record.coverage === 'refused' ? 'refused' : record.rule;
  return {
    transaction: record,
    action: record.action,
    enforced: record.enforced,
    mode: record.mode,
    rule,
    ruleSays: `${RULES[rule] ?? rule}${monitorSays(record)}`,
    policyVersion: record.policyVersion,
    liveVersion: bundle.version,
    findings: record.findings.map((finding) => explained(finding, record, bundle)),
    actors: record.actors.map(actorKey),
    learned:
      learned === undefined
        ? undefined
        : {
            id: learned.id,
            samples: learned.samples,
            principals: learned.principals,
            maturity: learned.maturity,
            requestBytes: learned.requestBytes,
            responseBytes: learned.responseBytes,
            records: learned.records,
            dataTypes: learned.dataTypes,
            requestsPerCaller: learned.requestsPerCaller,
            failuresPerCaller: learned.failuresPerCaller,
          },
    incidents: incidents.flatMap((incident) => {
      const evidence = incident.evidence.find(({ transactionId }) => transactionId === record.id);
      if (evidence === undefined) return [];
      const { id, title, detection, severity, whatHappened, figures } = incident;
      return [{ id, title, detection, severity, whatHappened, figures, position: evidence.position }];
    }),
    smallestException: smallestException(record.findings, record.endpoint, record.id),
  };
}

function monitorSays({ mode, action, enforced }: TransactionRecord): string {
  if (mode !== 'monitor' || action === enforced) return '';
  return ` The route only watches: enforce mode would have answered with ${enforced}.`;
}

function explained(finding: Finding, record: TransactionRecord, bundle: PolicyBundle): ExplainedFinding {
  const { policy, threshold, count } = finding;
  const document = bundle.documents.find(({ kind, id }) => kind === policy.kind && id === policy.id);
  return {
    ...finding,
    purpose: document === undefined || document.description === '' ? undefined : document.description,
    source: policy.file === '' ? '' : `${policy.file}:${policy.line}`,
    isFromOtherVersion: record.policyVersion !== bundle.version,
    comparison: threshold === undefined ? undefined : { value: count ?? 1, threshold },
  };
}
